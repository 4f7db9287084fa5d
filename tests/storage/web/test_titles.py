"""Titles that show nothing, and titles that show too much: each page stays readable, and each article can be opened."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import text

from storage.database.engine import Database
from storage.database.open import open_database
from storage.report.figures import read_figures
from storage.report.page import report_html
from storage.search.index import rebuild_index
from storage.snapshot.local_time import LocalClock
from storage.snapshot.sqlite_file import make_snapshot
from storage.web.safe_text import clean_text
from tests.support.requests import get
from tests.support.web_pages import HOSTILE_IDS, HOSTILE_STORY, NOW, ORIGIN, serving

TITLES = ("", " ", "\u200b", "Z" + "\u0301\u0323\u0489" * 100 + "algo", "a" * 600)
LONG_HOST = "x" * 63 + "." + "y" * 63 + ".example"


@pytest.fixture(scope="module")
def odd(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A story whose first articles, the newest that there are, have such titles."""
    path = tmp_path_factory.mktemp("odd") / "kiji.db"
    path.write_bytes(generated.read_bytes())
    database = open_database(f"sqlite:///{path}")
    with database.writing() as session:
        for article_id, title in zip(HOSTILE_IDS, TITLES, strict=False):
            session.execute(
                text("UPDATE article SET title = :title, text = :text WHERE id = :id"),
                {"title": title, "text": f"quicksilver {title}", "id": article_id},
            )
        session.execute(text("UPDATE source SET name = :host WHERE id = 50"), {"host": LONG_HOST})
        rebuild_index(session.connection())
    yield database
    database.close()


@pytest.fixture(scope="module")
def at(odd: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its pages' address."""
    path = tmp_path_factory.mktemp("odd-snapshot") / "news.sqlite"
    make_snapshot(odd, path, ORIGIN)
    with serving("--snapshot", str(path)) as address:
        yield address


PAGES = (
    "/articles",
    "/articles?q=quicksilver",
    f"/stories/{HOSTILE_STORY}",
    *(f"/articles/{id_}" for id_ in HOSTILE_IDS[:5]),
)


def words(html: str) -> str:
    return re.sub(r"<.*?>|\s|\u200b", "", html)


@pytest.mark.parametrize("path", ["/", "/stories", *PAGES])
def test_every_title_can_be_seen_and_clicked_on(at: str, path: str) -> None:
    _, _, page = get(at, path)
    titles = re.findall(r'<a class="headline.*?</a>|<h1.*?</h1>|<title>.*?(?=·|</title>)', page, re.DOTALL)
    assert len(titles) >= 2
    assert [title for title in titles if not words(title)] == []


def test_every_title_of_the_report_can_be_seen_and_clicked_on(odd: Database) -> None:
    with odd.reading() as connection:
        page = report_html(
            read_figures(connection, LocalClock("Asia/Tokyo"), NOW - timedelta(days=1), NOW),
            "Asia/Tokyo",
            "both",
            "0.0",
        )
    leads = re.findall(r'<span class="headline".*?</span>', page, re.DOTALL)
    assert leads
    assert [lead for lead in leads if not words(lead)] == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [375, 1280])
def test_no_title_makes_a_page_scroll_sideways(browser: Browser, at: str, path: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(at + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize(
    "written",
    [
        unicodedata.normalize("NFD", "Tiếng Việt, naïve, がぎぐげご"),
        "ที่นี่ ก็มี น้ำ",
        "בְּרֵאשִׁ֖ית",
        "العَرَبِيَّة",
        "हिन्दी में",
        "👨‍👩‍👧‍👦 ❤️ 🇯🇵 1️⃣",
        "……――「」。。。、、、",
    ],
)
def test_marks_that_are_spelling_stay(written: str) -> None:
    assert clean_text(written) == written


def test_marks_by_the_hundred_are_four() -> None:
    assert (
        clean_text("a" + "\u0301" * 300 + "b…" + "\u0489" * 300 + "漢")
        == "a" + "\u0301" * 4 + "b…" + "\u0489" * 4 + "漢"
    )
