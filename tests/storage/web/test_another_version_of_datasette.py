"""With a version of Datasette whose private parts are not known, the pages are served, and no SQL is taken."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.other_versions import declare_versions
from tests.support.requests import get
from tests.support.web_pages import ARTICLES, cold_serving


@pytest.fixture(scope="module")
def served(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = declare_versions(tmp_path_factory.mktemp("versions"), {"datasette": "0.66.0"})
    with cold_serving("--snapshot", str(snapshot), PYTHONPATH=environment["PYTHONPATH"]) as address:
        yield address


@pytest.mark.parametrize("path", ["/", "/articles", "/articles?q=ferry", "/stories", "/sources", "/data/articles"])
def test_the_pages_are_served(served: str, path: str) -> None:
    status, headers, body = get(served, path)
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "<h1" in body


def test_the_tables_are_given_as_json(served: str) -> None:
    status, _, body = get(served, "/data/articles.json?_shape=array&_size=3")
    assert status == 200
    assert body.count('"id"') == 3
    assert ARTICLES > 3


def test_no_sql_is_taken(served: str) -> None:
    assert get(served, "/data.json?sql=select+1")[0] == 403


def test_a_name_that_was_made_to_point_here_is_refused(served: str) -> None:
    assert get(served, "/", Host="news.attacker.example")[0] == 421
