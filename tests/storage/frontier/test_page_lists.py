"""The other lists of article pages: each version once, however often and on however many pages it is seen."""

import dataclasses
import datetime
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipelines.text_rules import PipelineRules, place
from pipelines.workers.precompute import precompute
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.erasure.delete import count_erasure, erase, plan_erasure
from storage.export.export import Export, export
from storage.frontier.page_lists import ShownLists, correct_page_lists
from storage.reading import LinkList, ListedLink, ListKind, Reading
from storage.text_rules import bind_rules
from storage.visit import Visit
from tests.support.near_texts import report
from tests.support.visits import FIRST_DAY, Crawling, article, rows, scope

PAGE, OTHER, MOVED = (f"https://news.example/a/{number}" for number in (1000, 1001, 1002))
FIRST, SECOND, THIRD = (f"https://news.example/ranked/{number}" for number in (1, 2, 3))
SHOWN = "SELECT page_url, kind, position, url, first_seen_at, last_seen_at FROM page_lists ORDER BY 1, 5, 3, 4"


def link_list(*urls: str, kind: ListKind = "ranking", heading: str = "Most read") -> LinkList:
    links = tuple(ListedLink(url, f"Title of {url}", position) for position, url in enumerate(urls, 1))
    return LinkList(kind, heading, 0.9, links)


def showing(url: str, *lists: LinkList, number: int = 1) -> Reading:
    return precompute(dataclasses.replace(article(url, report(number)), lists=lists))


def sizes(database: Database) -> list[object]:
    tables = ("list_version", "list_entry", "page_list")
    return [rows(database, f"SELECT count(*) FROM {table}")[0][0] for table in tables]


def days(found: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [(*row[:-2], str(row[-2])[8:10], str(row[-1])[8:10]) for row in found]


def test_a_list_that_is_seen_again_adds_nothing_and_a_changed_one_is_another_version(database: Database) -> None:
    crawl = Crawling(database, scope(PAGE, OTHER))
    leases = {lease.url: lease for lease in crawl.lease()}
    for day in (0, 1, 2):
        crawl.store(leases[PAGE], showing(PAGE, link_list(FIRST, SECOND)), day=day)
    crawl.store(leases[OTHER], showing(OTHER, link_list(FIRST, SECOND), number=2), day=3)
    assert sizes(database) == [1, 2, 2]
    crawl.store(leases[PAGE], showing(PAGE, link_list(SECOND, FIRST)), day=4)
    assert days(rows(database, SHOWN)) == [
        (PAGE, "ranking", 1, FIRST, "05", "07"),
        (PAGE, "ranking", 2, SECOND, "05", "07"),
        (PAGE, "ranking", 1, SECOND, "09", "09"),
        (PAGE, "ranking", 2, FIRST, "09", "09"),
        (OTHER, "ranking", 1, FIRST, "08", "08"),
        (OTHER, "ranking", 2, SECOND, "08", "08"),
    ]
    unchanged = Visit(leases[PAGE], PAGE, FIRST_DAY + datetime.timedelta(days=6), 304, verdict="unchanged")
    crawl.writer.store(unchanged).result()
    times = f"SELECT DISTINCT first_seen_at, last_seen_at FROM page_lists WHERE page_url = '{PAGE}' ORDER BY 1"
    assert days(rows(database, times)) == [("05", "07"), ("09", "11")]
    words = "SELECT DISTINCT heading, title FROM page_lists ORDER BY title"
    assert rows(database, words)[0] == ("Most read", f"Title of {FIRST}")
    crawl.finish()


def test_many_pages_of_one_batch_share_a_version_and_know_which_entries_are_stored(database: Database) -> None:
    pages = [f"https://news.example/a/{number}" for number in range(30)]
    crawl = Crawling(database, scope(*pages))
    stored = [
        crawl.writer.store(Visit(lease, lease.url, FIRST_DAY, 200, showing(lease.url, link_list(*pages[:3]), number=n)))
        for n, lease in enumerate(crawl.lease())
    ]
    assert [future.result().outcome for future in stored] == ["new"] * 30
    crawl.finish()
    assert sizes(database) == [1, 3, 30]
    [[known]] = rows(database, "SELECT count(*) FROM page_lists WHERE related_article_id IS NOT NULL")
    assert known == 90


def test_only_the_kinds_that_the_config_names_are_stored_and_no_list_without_end() -> None:
    urls = [f"https://news.example/ranked/{number}" for number in range(500)]
    lists = [link_list(*urls), link_list(FIRST, kind="latest"), link_list(SECOND, kind="related")]
    lists += [link_list(*urls[:n], heading=str(n), kind="recommended") for n in range(1, 40)]
    made = showing(PAGE, *lists).precomputed
    assert made is not None
    assert [each.kind for each in made.lists] == ["ranking"] + ["recommended"] * 9
    assert len(made.lists[0].links) == 50
    assert len({each.digest for each in made.lists}) == 10


def test_a_page_that_moves_takes_its_lists_along(database: Database) -> None:
    crawl = Crawling(database, scope(PAGE))
    lease = crawl.lease_url(PAGE)
    crawl.store(lease, showing(PAGE, link_list(FIRST)), day=0)
    visit = Visit(
        lease,
        MOVED,
        FIRST_DAY + datetime.timedelta(days=1),
        200,
        showing(MOVED, link_list(FIRST), link_list(SECOND, kind="recommended")),
        moved=True,
    )
    crawl.writer.store(visit).result()
    crawl.finish()
    assert days(rows(database, SHOWN)) == [
        (MOVED, "ranking", 1, FIRST, "05", "06"),
        (MOVED, "recommended", 1, SECOND, "06", "06"),
    ]


def test_a_forgotten_address_leaves_the_lists_of_all_pages_and_does_not_come_back(database: Database) -> None:
    crawl = Crawling(database, scope(PAGE, OTHER))
    leases = {lease.url: lease for lease in crawl.lease()}
    crawl.store(leases[PAGE], showing(PAGE, link_list(FIRST, OTHER)), day=0)
    both = link_list(SECOND), link_list(PAGE, THIRD, kind="recommended")
    crawl.store(leases[OTHER], showing(OTHER, *both, number=2), day=0)
    with database.writing() as session:
        doomed = plan_erasure(session, place(OTHER))
        counts = count_erasure(session, doomed)
        erase(session, doomed, utc_now(), "a letter")
    assert counts["page lists"] == 3
    assert sizes(database) == [1, 1, 1]
    tables = ("list_version", "list_entry", "address")
    assert not any(OTHER in repr(rows(database, f"SELECT * FROM {table}")) for table in tables)
    crawl.store(leases[PAGE], showing(PAGE, link_list(FIRST, OTHER)), day=1)
    crawl.store(leases[PAGE], showing(PAGE, link_list(OTHER, FIRST)), day=2)
    crawl.finish()
    assert days(rows(database, SHOWN)) == [
        (PAGE, "ranking", 1, FIRST, "05", "06"),
        (PAGE, "ranking", 2, FIRST, "07", "07"),
    ]


def test_reading_again_replaces_what_was_read_from_the_same_bytes_only(database: Database) -> None:
    crawl = Crawling(database, scope(PAGE))
    lease = crawl.lease_url(PAGE)
    older, wrong = link_list(FIRST), link_list(SECOND, kind="recommended")
    crawl.store(lease, showing(PAGE, older), day=0)
    crawl.store(lease, showing(PAGE, older, wrong), day=1)
    crawl.finish()
    right = showing(PAGE, link_list(THIRD)).precomputed
    assert right is not None
    [[page]] = rows(database, f"SELECT id FROM address WHERE url = '{PAGE}'")
    shown = ShownLists(int(str(page)), right.lists, FIRST_DAY + datetime.timedelta(days=1))
    for changes in (True, False):
        with database.writing() as session:
            bind_rules(session, PipelineRules())
            assert correct_page_lists(session, shown) is changes
    assert [row[3:] for row in days(rows(database, SHOWN))] == [(FIRST, "05", "06"), (THIRD, "06", "06")]
    assert sizes(database) == [2, 2, 2]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_lists_are_exported_with_the_filters_of_other_views(database: Database, tmp_path: Path, language: str) -> None:
    crawl = Crawling(database, scope(PAGE))
    crawl.store(crawl.lease_url(PAGE), showing(PAGE, link_list(FIRST, SECOND)), day=0)
    crawl.finish()
    wanted = Export("lists", "jsonl")
    wanted = dataclasses.replace(
        wanted, filters=dataclasses.replace(wanted.filters, language=language, sources=("mirai",))
    )
    assert export(database, wanted, tmp_path / "lists.jsonl").rows == (2 if language == "en" else 0)
