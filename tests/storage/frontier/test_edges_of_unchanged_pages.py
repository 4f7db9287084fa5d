"""What an unchanged answer says of a page's edges: those of its last reading are still there, dropped ones stay so."""

import datetime
from collections.abc import Sequence
from pathlib import Path

from storage.database.engine import Database
from storage.visit import Visit
from tests.support.commands import kiji, query
from tests.support.import_files import Record, page, write_warc
from tests.support.visits import FIRST_DAY, Crawling, article, rows, scope

PAGE, DROPPED, KEPT = (f"https://news.example/a/{number}" for number in (1000, 1001, 1002))
SEEN = "SELECT url, last_seen_at FROM related_links ORDER BY url"


def days(found: Sequence[tuple[object, ...]]) -> list[tuple[object, str]]:
    return [(url, str(moment)[:10]) for url, moment in found]


def test_only_what_the_page_declared_when_it_was_last_read_is_seen_again(database: Database) -> None:
    crawl = Crawling(database, scope(PAGE))
    lease = crawl.lease_url(PAGE)

    def answered(day: int, status: int) -> None:
        when = FIRST_DAY + datetime.timedelta(days=day)
        visit = Visit(lease, PAGE, when, status, verdict="unchanged" if status == 304 else "failed")
        crawl.writer.store(visit).result()

    crawl.store(lease, article(PAGE, related=(DROPPED, KEPT)), day=0)
    crawl.store(lease, article(PAGE, related=(KEPT,)), day=1)
    answered(7, 304)
    assert days(rows(database, SEEN)) == [(DROPPED, "2026-10-05"), (KEPT, "2026-10-12")]
    answered(8, 503)
    answered(9, 304)
    assert days(rows(database, SEEN)) == [(DROPPED, "2026-10-05"), (KEPT, "2026-10-14")]
    crawl.store(lease, article(PAGE), day=10)
    answered(11, 304)
    assert days(rows(database, SEEN)) == [(DROPPED, "2026-10-05"), (KEPT, "2026-10-14")]


def test_an_unchanged_answer_renews_the_etag_that_is_sent_next_time(database: Database) -> None:
    crawl = Crawling(database, scope(PAGE))
    lease = crawl.lease_url(PAGE)
    crawl.store(lease, article(PAGE), day=0)
    for etag, sent in (('"2"', '"2"'), (None, '"2"')):
        crawl.writer.store(Visit(lease, PAGE, FIRST_DAY, 304, verdict="unchanged", etag=etag)).result()
        assert rows(database, f"SELECT etag FROM address WHERE url = '{PAGE}'") == [(sent,)]


def test_an_imported_revisit_record_revives_no_dropped_edge_and_none_that_came_later(tmp_path: Path) -> None:
    first, second = (page("Ferry returns", related=related) for related in ((DROPPED, KEPT), (KEPT,)))
    records = [Record(PAGE, first), Record(PAGE, second, day=2), Record(PAGE, b"", kind="revisit", day=4)]
    for name, chosen in (("pages", records), ("late", [Record(PAGE, b"", kind="revisit", day=1)])):
        write_warc(tmp_path / f"{name}.warc", chosen)
    assert kiji("import", "pages.warc", "late.warc", folder=tmp_path).returncode == 0
    assert days(query(tmp_path, SEEN)) == [(DROPPED, "2026-10-06"), (KEPT, "2026-10-09")]
