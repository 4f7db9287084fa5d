"""What the server answers, and to whom; what it says when it cannot serve."""

import contextlib
import http.client
import json
import socket
import sqlite3
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.pages.queries import samples
from storage.pages.serving import fresh_snapshot
from tests.crawling.conftest import kiji
from tests.pages.conftest import ARTICLES, ORIGIN, serving


def get(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Ask once; give status, headers in lower case, and body."""
    place = urlsplit(address)
    with contextlib.closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()


@pytest.mark.parametrize("path", ["/", "/nowhere", "/articles/999999", "/data.json", "/-/kiji/kiji.css", "/-/settings"])
def test_every_answer_forbids_what_is_inline_or_from_elsewhere(served: str, path: str) -> None:
    _, headers, _ = get(served, path)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_a_name_that_was_made_to_point_here_is_refused(served: str) -> None:
    status, _, body = get(served, "/", Host="news.attacker.example")
    assert (status, "localhost" in body) == (421, True)
    assert get(served, "/articles.json", Host="127.0.0.1.attacker.example")[0] == 421
    assert get(served, "/", Host="localhost:1234")[0] == 200


@pytest.mark.parametrize("path", ["/-/settings", "/-/databases.json", "/-/plugins", "/-/threads", "/-/metadata.json"])
def test_what_datasette_tells_of_itself_is_not_told(served: str, path: str) -> None:
    assert get(served, path)[0] == 404


@pytest.mark.parametrize(
    "path", ["/articles/99999999", "/stories/99999999", "/sources/show?name=nobody", "/x", "/data/x"]
)
def test_what_is_not_there_is_a_page_that_says_so(served: str, path: str) -> None:
    status, _, body = get(served, path)
    assert status == 404
    assert "見つかりません" in body


@pytest.mark.parametrize(
    "words", ['"', "'", "a OR", "NEAR(", "*", "-", "\x00", "col:x", "()", "韓" * 400, "%", "-台風"]
)
def test_any_words_in_the_search_box_are_words(served: str, words: str) -> None:
    status, _, body = get(served, "/articles?q=" + quote(words))
    assert status == 200
    assert "Traceback" not in body


@pytest.mark.parametrize(
    ("words", "expected"), [("quicksilver", 10), ('quicksilver -"drop table"', 9), ("-quicksilver", ARTICLES)]
)
def test_as_many_are_told_as_are_found(served: str, words: str, expected: int) -> None:
    _, _, body = get(served, "/articles?q=" + quote(words))
    assert f'<span class="tally">{expected}</span>' in body


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=99999999999", "day=nonsense", "day=9999-12-31&q=a"]
)
def test_odd_arguments_are_no_errors(served: str, query: str) -> None:
    assert get(served, "/articles?" + query)[0] == 200


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.en)
def test_every_sample_query_runs_on_the_pages_and_is_named_in_both_languages(served: str, sample: object) -> None:
    found = next(each for each in samples() if each is sample)
    status, _, body = get(served, "/data.json?_shape=array&sql=" + quote(found.sql.strip()))
    assert status == 200, body
    assert isinstance(json.loads(body), list)
    assert found.en
    assert found.ja


def test_writing_sql_is_refused(served: str) -> None:
    assert get(served, "/data.json?sql=" + quote("DELETE FROM articles"))[0] == 400


def test_a_file_that_is_no_snapshot_and_a_port_that_is_taken_are_one_line_each(tmp_path: Path, snapshot: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database at all, and long enough to be told from an empty one " * 20)
    with contextlib.closing(sqlite3.connect(tmp_path / "other.sqlite")) as other:
        other.execute("CREATE TABLE t (x)")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments, expected in (
            (["--snapshot", "nowhere.sqlite"], "no such file"),
            (["--snapshot", "notes.txt"], "is no snapshot"),
            (["--snapshot", "other.sqlite"], "is no snapshot"),
            (["--snapshot", str(snapshot), "--port", port], "--port takes another one"),
        ):
            ended = kiji("serve", *arguments, folder=tmp_path, timeout=60)
            assert ended.returncode == 2
            assert expected in ended.stderr
            assert ended.stderr.count("\n") == 1


def test_a_snapshot_is_made_once_for_an_archive_that_does_not_change(archive: Database, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path))
        first = fresh_snapshot(archive, ORIGIN).stat()
        again = fresh_snapshot(archive, ORIGIN)
        assert again.stat().st_ino == first.st_ino
        with archive.writing() as session:
            session.execute(text("UPDATE run SET status = 'killed'"))
        assert fresh_snapshot(archive, ORIGIN).stat().st_ino != first.st_ino
    assert (again.parent.stat().st_mode & 0o077) == 0, "others may not read the news that we keep"


def test_an_archive_is_served_from_its_own_snapshot(archive: Database, tmp_path: Path) -> None:
    with serving("--db", archive.url, XDG_CACHE_HOME=str(tmp_path)) as address:
        assert get(address, "/")[0] == 200
    assert len(list((tmp_path / "kiji").glob("*.sqlite"))) == 1
