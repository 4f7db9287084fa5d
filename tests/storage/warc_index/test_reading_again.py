"""Re-reading brings rows to what today's pipelines make of the bytes that were fetched, and makes no revision."""

import dataclasses
import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from pipelines.text_rules import PipelineRules
from pipelines.warc.page_store import PageFiles
from pipelines.warc.place import ArchivePlace
from pipelines.warc.reread import read_member, record_bytes
from pipelines.workers.result import record_of
from storage.database.engine import Database
from storage.database.open import open_database
from storage.reading import Card, Reading
from storage.snapshot.sqlite_file import read_state
from storage.visit import SameBytes, Visit, WarcLocation
from storage.writer.reread_records import ArchivedRecord, read_archived_records
from storage.writer.reread_writer import RereadWriter, preview_rereads
from tests.support.commands import cold_kiji, kiji
from tests.support.hostile_server import JAPANESE, WORDS, article
from tests.support.visits import FIRST_DAY, Crawling, rows, scope

URL = "https://news.example/2026/10/05/ferry-returns"
OTHER = "https://news.example/2026/10/06/rice-prices"
EVERYTHING = (
    "SELECT * FROM articles ORDER BY id",
    "SELECT * FROM copies ORDER BY id",
    "SELECT * FROM revisions ORDER BY article_id, revision",
    "SELECT * FROM related_links ORDER BY page_url, position",
    "SELECT * FROM address ORDER BY id",
)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[PageFiles]:
    """A raw archive."""
    files = PageFiles(tmp_path / "archive.warc")
    yield files
    files.close()


class Kitchen:
    """Pages that are fetched, kept, read in some way, and stored."""

    def __init__(self, database: Database, files: PageFiles, folder: Path) -> None:
        self.database = database
        self._files = files
        self._folder = folder / "archive.warc"

    def visit(
        self, html: str, day: int = 0, url: str = URL, leads_to: str = "", moved: bool = True, **wrongly: object
    ) -> None:
        """Crawl a page; what is given in ``wrongly`` is what yesterday's pipelines made of it.

        ``leads_to`` is where it redirects, permanently where it has ``moved``.
        """
        when = FIRST_DAY + datetime.timedelta(days=day)
        final_url, headers = leads_to or url, (("content-type", "text/html; charset=utf-8"),)
        raw = RawPage(url, final_url, html.encode(), 200, when, headers)
        reading = dataclasses.replace(read_page(raw), **wrongly)  # type: ignore[arg-type]  # fields of a Reading
        crawling = Crawling(self.database, scope(url))
        [lease] = [lease for lease in crawling.lease() if lease.url == url]
        record = record_of(raw)
        known = record.digest in lease.digests
        kept = SameBytes(record.digest) if known else self._files.keep([record])[0]
        visit = Visit(lease, final_url, when, 200, reading, record=kept, moved=moved and bool(leads_to))
        crawling.writer.store(visit).result()
        crawling.finish()

    def batch(self) -> list[tuple[ArchivedRecord, Reading]]:
        """What there is to read again, read by today's pipelines."""
        with self.database.reading() as connection:
            records = list(read_archived_records(connection, [], None))
        place = ArchivePlace(self._folder)
        pages = [RawPage("", "", record_bytes(place, record.location), 200, FIRST_DAY) for record in records]
        return [(record, read_member(page, "Asia/Tokyo")) for record, page in zip(records, pages, strict=True)]

    def reread(self) -> list[str]:
        """Read all again, in a run; return what was said of each page."""
        writer = RereadWriter(self.database, PipelineRules())
        writer.start([], [], command="kiji reread", version="0", host="here", pid=1).result()
        found = writer.store_rereads(self.batch()).result()
        writer.finish("done", 0).result()
        writer.close()
        return [f"{reread.outcome} {reread.reason}".strip() for reread in found]

    def everything(self) -> list[list[tuple[object, ...]]]:
        """All that analysts see, and the frontier."""
        return [rows(self.database, query) for query in EVERYTHING]


@pytest.fixture
def kitchen(database: Database, files: PageFiles, tmp_path: Path) -> Kitchen:
    """Where pages are made."""
    return Kitchen(database, files, tmp_path)


def test_reading_again_changes_nothing_where_the_pipelines_are_the_same(kitchen: Kitchen) -> None:
    kitchen.visit(article("Ferry returns", WORDS, [OTHER]))
    kitchen.visit(article("Ferry returns", WORDS.replace("forty", "fifty"), [OTHER]), day=2)
    kitchen.visit(article("フェリー再開", JAPANESE), url=OTHER)
    before = kitchen.everything()
    assert kitchen.reread() == ["unchanged an earlier wording", "unchanged", "unchanged"]
    assert kitchen.everything() == before
    [run] = rows(kitchen.database, "SELECT status, articles_unchanged FROM runs WHERE command = 'kiji reread'")
    assert run == ("done", 3)


def test_what_was_read_wrongly_is_corrected_in_place_and_is_no_revision(kitchen: Kitchen) -> None:
    leaked = Card("https://news.example/ranking/1", "Most read", "", "en")
    kitchen.visit(article("Ferry returns", WORDS, [OTHER]))
    kitchen.visit(article("Ferry returns", WORDS, [OTHER]), url=OTHER, text=f"Menu\n{WORDS}", related=(leaked,))
    with kitchen.database.reading() as connection:
        before = read_state(connection)
    [ferry, rice] = kitchen.reread()
    with kitchen.database.reading() as connection:
        assert read_state(connection) != before, "a snapshot would not be made anew"
    assert ferry == "unchanged"
    assert "text" in rice
    assert "related +0 -1" in rice
    assert rows(kitchen.database, "SELECT max(revision), count(*) FROM revisions") == [(1, 2)]
    [[menu]] = rows(kitchen.database, "SELECT count(*) FROM articles WHERE text LIKE 'Menu%'")
    assert menu == 0


def test_a_rehearsal_tells_what_would_change_and_writes_nothing(kitchen: Kitchen) -> None:
    kitchen.visit(article("Ferry returns", WORDS), text="Only the cookie banner", title="We value your privacy")
    before = kitchen.everything()
    [told] = preview_rereads(kitchen.database, kitchen.batch(), PipelineRules())
    assert told.changes[0] == "title"
    assert told.changes[1].startswith("text (22 to ")
    assert kitchen.everything() == before


def test_an_earlier_wording_is_corrected_too(kitchen: Kitchen) -> None:
    kitchen.visit(article("Ferry returns", WORDS), text="Menu and the first wording of it all")
    kitchen.visit(article("Ferry returns", WORDS.replace("forty", "fifty")), day=1)
    assert kitchen.reread() == [
        "unchanged revision 1 corrected: text (36 to 527 characters)",
        "unchanged",
    ]
    texts = [str(row[0]) for row in rows(kitchen.database, "SELECT text FROM revisions ORDER BY revision")]
    assert ["forty" in text for text in texts] == [True, False]


@pytest.mark.parametrize("moved", [True, False])
@pytest.mark.parametrize("edit", [("forty", "forty"), ("forty", "fifty")])
def test_a_page_that_redirects_to_its_article_by_now_is_no_copy(
    kitchen: Kitchen, moved: bool, edit: tuple[str, str]
) -> None:
    kitchen.visit(article("Ferry returns", WORDS))
    kitchen.visit(article("Ferry returns", WORDS.replace(*edit)), day=1, leads_to=OTHER, moved=moved)
    before = kitchen.everything()
    kitchen.reread()
    assert kitchen.everything() == before


def test_a_page_that_gave_no_article_before_it_redirected_gives_none_later(kitchen: Kitchen) -> None:
    kitchen.visit(article("Ferry returns", WORDS), is_article=False, kind="other", reason="no body found")
    kitchen.visit(article("Ferry returns", WORDS.replace("forty", "fifty")), day=1, leads_to=OTHER)
    before = kitchen.everything()
    assert kitchen.reread() == ["unchanged an earlier wording", "unchanged"]
    assert kitchen.everything() == before


def test_the_wording_of_a_page_that_redirects_by_now_is_corrected(kitchen: Kitchen) -> None:
    kitchen.visit(article("Ferry returns", WORDS), text=f"Menu\n{WORDS}")
    kitchen.visit(article("Ferry returns", WORDS.replace("forty", "fifty")), day=1, leads_to=OTHER)
    [earlier, newest] = kitchen.reread()
    assert earlier.startswith("unchanged revision 1 corrected: text (")
    assert newest == "unchanged"


def test_a_page_that_gave_no_article_gives_one_once_the_pipelines_see_it(kitchen: Kitchen) -> None:
    kitchen.visit(article("Ferry returns", WORDS), is_article=False, kind="other", reason="no body found")
    with kitchen.database.writing() as session:
        # As a link on another page would have led to it: what a start page shows is no promise of an article.
        session.execute(text("UPDATE claim SET via = 'related'"))
    assert kitchen.reread() == ["new"]
    assert rows(kitchen.database, "SELECT url FROM articles") == [(URL,)]


def test_an_article_that_is_seen_no_more_stays_and_is_told(kitchen: Kitchen) -> None:
    kitchen.visit("<html><body><h1>Sections</h1></body></html>", is_article=True, text=WORDS, title="Ferry returns")
    [told] = kitchen.reread()
    assert told.startswith("not_article no article any more, and stays one: ")
    assert rows(kitchen.database, "SELECT title FROM articles") == [("Ferry returns",)]


def test_the_same_bytes_met_again_in_a_crawl_are_no_revision_either(kitchen: Kitchen) -> None:
    kitchen.visit(article("Ferry returns", WORDS), text="What a bug left of it")
    kitchen.visit(article("Ferry returns", WORDS), day=1)
    assert rows(kitchen.database, "SELECT count(*) FROM revisions") == [(1,)]
    assert rows(kitchen.database, "SELECT count(*) FROM kept_page") == [(1,)]
    assert rows(kitchen.database, "SELECT text FROM articles") != [("What a bug left of it",)]


def test_the_command_reads_again_and_names_what_is_gone(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    files = PageFiles(tmp_path / "kiji.warc")
    kitchen = Kitchen(database, files, tmp_path)
    kitchen.visit(article("Ferry returns", WORDS), text="Menu")
    kitchen.visit(article("フェリー再開", JAPANESE), url=OTHER)
    files.close()
    database.close()
    dry = cold_kiji("reread", "--dry-run", "--since", "2026-10-01", folder=tmp_path)
    assert "text (4 to" in dry.stdout
    assert "2 pages read again: 1 would change, 0 could not be read" in dry.stdout
    for path in (tmp_path / "kiji.warc").iterdir():
        path.unlink()
    gone = kiji("reread", "--json", folder=tmp_path)
    assert gone.returncode == 1
    record = json.loads(gone.stdout)
    assert (record["pages"], record["failed"], record["status"]) == (2, 2, "done")
    assert kiji("reread", "--source", "mira", folder=tmp_path).returncode == 2


def test_kept_places_are_what_the_index_gives(kitchen: Kitchen) -> None:
    kitchen.visit(article("Ferry returns", WORDS))
    [(record, _)] = kitchen.batch()
    assert isinstance(record.location, WarcLocation)
    assert record.is_newest
