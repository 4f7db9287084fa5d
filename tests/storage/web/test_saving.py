"""Save a search as a watch and an article in a collection from the pages, in a real Chromium."""

import contextlib
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crawler.cli.publication import may_save
from storage.collections.collect import collected_articles
from storage.database.open import open_database
from storage.watches.saved import list_watches
from tests.support.requests import get
from tests.support.web_pages import Watched, serving

HOSTILE_NOTE = "<script>window.pwned = 1</script>\n一報"


@pytest.fixture(scope="module")
def own(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of this module's own."""
    path = tmp_path_factory.mktemp("saving") / "kiji.db"
    shutil.copy(generated, path)
    return path


@pytest.fixture(scope="module")
def pages(own: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of its pages."""
    cache = str(tmp_path_factory.mktemp("cache"))
    with serving("--db", f"sqlite:///{own}", "--every", "0", XDG_CACHE_HOME=cache) as address:
        yield address


@pytest.fixture(scope="module")
def saver(browser: Browser, pages: str) -> Iterator[Watched]:
    """A tab of somebody who reads English."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    yield Watched(context.new_page(), pages)
    context.close()


def watches(own: Path) -> dict[str, tuple[str, str]]:
    """Read the watches of the archive."""
    with contextlib.closing(open_database(f"sqlite:///{own}")) as database, database.reading() as connection:
        return {watch["name"]: (watch["query"], watch["mode"]) for watch in list_watches(connection)}


def submit(page: Page, form: str) -> None:
    """Press the button of a form, and wait for the page that follows."""
    with page.expect_navigation():
        page.locator(f"{form} button").click()


def test_a_search_is_saved_with_its_facets_and_removed_again(saver: Watched, pages: str, own: Path) -> None:
    page = saver.page
    page.goto(f"{pages}/articles?q=quicksilver+OR+ferry&language=en")
    page.get_by_text("Save this search as a watch").click()
    expect(page.locator(".saving [name=query]")).to_have_value('(quicksilver OR ferry) lang:"en"')
    expect(page.locator(".saving [name=name]")).to_have_value("quicksilver-OR-ferry-en")
    page.locator(".saving [name=name]").fill("metals")
    page.locator(".saving [name=mode]").select_option("digest")
    submit(page, ".saving")
    assert urllib.parse.urlsplit(page.url).path == "/watches"
    assert watches(own) == {"metals": ('(quicksilver OR ferry) lang:"en"', "digest")}
    expect(page.locator("main")).to_contain_text("metals")
    answer = page.request.get(f"{pages}/watches/metals.json")
    assert answer.status == 200
    submit(page, ".removal")
    expect(page.locator(".empty")).to_be_visible()
    assert watches(own) == {}
    assert saver.wrong == []


def test_an_article_is_collected_with_note_and_tags_and_taken_out_again(saver: Watched, pages: str, own: Path) -> None:
    page = saver.page
    page.goto(f"{pages}/articles/7")
    page.get_by_text("Add to a collection").click()
    page.locator(".saving [name=name]").fill("tariffs")
    page.locator(".saving [name=note]").fill(HOSTILE_NOTE)
    page.locator(".saving [name=tags]").fill("lead, 要確認")
    submit(page, ".saving")
    expect(page.locator("#collections .note")).to_have_text(HOSTILE_NOTE)
    with contextlib.closing(open_database(f"sqlite:///{own}")) as database, database.reading() as connection:
        [row] = collected_articles(connection, "tariffs")
    assert (row["id"], row["note"], row["tags"]) == (7, HOSTILE_NOTE, "lead 要確認")
    page.goto(f"{pages}/collections/tariffs")
    assert page.locator(".names li").all_inner_texts() == ["lead", "要確認"]
    submit(page, ".removal")
    assert page.locator("#collections .note").count() == 0
    assert not saver.is_pwned()
    assert saver.wrong == []


@pytest.mark.parametrize(("name", "query"), [("two words", "ferry"), ("ok", "((((((((((((("), ("ok", "a " * 1_001)])
def test_what_cannot_be_saved_is_shown_again_with_the_reason(
    saver: Watched, pages: str, own: Path, name: str, query: str
) -> None:
    page = saver.page
    page.goto(f"{pages}/watches")
    page.locator(".saving [name=query]").evaluate("field => field.removeAttribute('maxlength')")
    page.locator(".saving [name=name]").fill(name)
    page.locator(".saving [name=query]").fill(query)
    submit(page, ".saving")
    expect(page.get_by_role("alert")).not_to_be_empty()
    expect(page.locator(".saving [name=query]")).to_have_value(query)
    assert watches(own) == {}
    saver.wrong.clear()  # the console tells of the answer 400


def post(address: str, fields: dict[str, str], **headers: str) -> int:
    """Send a form as a program does; return the status of the answer."""
    body = urllib.parse.urlencode(fields).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(address, body, names)  # noqa: S310 - an address of ours
    opener = urllib.request.build_opener(urllib.request.HTTPHandler, NoRedirect)
    try:
        return int(opener.open(request, timeout=60).status)
    except urllib.error.HTTPError as error:
        return error.code


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Give the first answer, wherever it leads."""

    def redirect_request(self, *_arguments: object) -> None:
        """Follow nothing."""


WATCH = {"name": "planted", "query": "ferry"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://attacker.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},
        {"Sec_Fetch_Site": "same-site", "Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "none"},
    ],
)
def test_another_sites_form_saves_nothing(pages: str, own: Path, headers: dict[str, str]) -> None:
    assert post(f"{pages}/watches/add", WATCH, **headers) == 403
    assert watches(own) == {}


def test_a_form_with_a_cookie_needs_its_token(pages: str, own: Path) -> None:
    own_page = {"Origin": pages, "Cookie": "ds_csrftoken=forged"}
    assert post(f"{pages}/watches/add", WATCH | {"csrftoken": "forged"}, **own_page) == 403
    assert watches(own) == {}


def test_a_form_that_never_ends_is_refused(pages: str) -> None:
    assert post(f"{pages}/watches/add", WATCH | {"query": "x" * 200_000}, Origin=pages) == 413


def test_a_snapshot_alone_offers_no_form_and_takes_none(served: str) -> None:
    assert post(f"{served}/watches/add", WATCH, Origin=served) == 403
    for path in ("/watches", "/articles?q=ferry", "/articles/7"):
        assert 'method="post"' not in get(served, path)[2]


@pytest.mark.parametrize(
    ("host", "password", "options", "writes"),
    [
        ("127.0.0.1", "", {}, True),
        ("::1", "", {}, True),
        ("0.0.0.0", "", {}, False),  # noqa: S104 - what is tested
        ("0.0.0.0", "correct horse", {}, True),  # noqa: S104
        ("192.0.2.7", "", {}, False),
        ("127.0.0.1", "correct horse", {"read_only": True}, False),
        ("127.0.0.1", "correct horse", {"snapshot": Path("news.sqlite")}, False),
    ],
)
def test_pages_for_others_save_only_with_a_password(
    host: str, password: str, options: dict[str, Any], writes: bool
) -> None:
    assert may_save(host, password, **options) is writes
