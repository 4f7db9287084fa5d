"""Pages without end that link only to their like are bounded; sections of the same size are not."""

import dataclasses
import random

import pytest

from storage.column_types import utc_now
from storage.database.engine import Database
from storage.frontier import made_for_crawlers
from storage.reading import Card, Reading
from storage.visit import MADE_UP_REASON, Visit
from tests.support.visits import FIRST_DAY, Crawling, article, rows, scope

START = "https://one.example/news"
REFUSED = f"SELECT count(*) FROM fetches WHERE outcome = 'refused' AND reason = '{MADE_UP_REASON}'"
WORDS = "harbour council ferry bridge winter market school teacher river storm engine night report window".split()  # noqa: SIM905
SECTION, UNDATED, DATED = 24, 8, 24


@pytest.fixture(autouse=True)
def _low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_for_crawlers, "UNDATED", UNDATED)
    monkeypatch.setattr(made_for_crawlers, "DATED", DATED)


def _read(url: str, links: list[str], *, dated: bool = False, others: tuple[str, ...] = ()) -> Reading:
    chance = random.Random(url)  # noqa: S311 - the same words at every run
    words = " ".join(chance.choices(WORDS, k=80)) + f" {chance.random()}"
    reading = article(url, words, title=" ".join(chance.choices(WORDS, k=5)))
    related = tuple(Card(target, "", "", "en") for target in links)
    when = FIRST_DAY if dated else None
    return dataclasses.replace(reading, related=related, outlinks=others, published_at=when)


def maze(url: str, fan: int, *, back: bool) -> list[str]:
    """Links to fresh pages, and to the page that linked here, as such programs make them."""
    parent, _, _ = url.rpartition("/")
    children = [f"{url}/{random.Random(f'{url} {number}').randrange(10**9)}" for number in range(fan)]  # noqa: S311
    return children + ([parent] if back and "/maze/" in parent else [])


def crawl(database: Database, page_of: "Pages", depth: int = 30, most: int = 150) -> set[str]:
    """Crawl until nothing is due; the addresses that were read."""
    crawling = Crawling(database, scope(START, depth=depth, max_pages=most))
    read = set[str]()
    while leases := crawling.writer.lease({}, window=6, limit=6, requests=0).result():
        visits = [Visit(lease, lease.url, utc_now(), 200, page_of(lease.url)) for lease in leases]
        for stored in [crawling.writer.store(visit) for visit in visits]:
            stored.result()
        read |= {lease.url for lease in leases}
    crawling.finish()
    return read


class Pages:
    """A site with a maze and a section of generated articles."""

    def __init__(self, *, fan: int = 4, back: bool = False, dated: bool = False, maze_is_dated: bool = False) -> None:
        self.fan, self.back, self.dated, self.maze_is_dated = fan, back, dated, maze_is_dated

    def __call__(self, url: str) -> Reading:
        if url == START:
            return _read(url, ["https://one.example/n/0", "https://one.example/maze/1"])
        if "/maze" in url:
            return _read(url, maze(url, self.fan, back=self.back), dated=self.maze_is_dated)
        number = int(url.rpartition("/")[2])
        chance = random.Random(number)  # noqa: S311
        related = [number + 1, *(chance.randrange(SECTION) for _ in range(3))]
        links = [f"https://one.example/n/{target}" for target in related if target < SECTION]
        return _read(url, links, dated=self.dated)


@pytest.mark.parametrize(("fan", "back"), [(2, False), (4, True), (9, False)])
def test_a_maze_is_bounded_and_a_section_beside_it_is_read_whole(fan: int, *, back: bool, database: Database) -> None:
    read = crawl(database, Pages(fan=fan, back=back))
    section = {url for url in read if "/n/" in url}
    assert len(section) == SECTION
    assert UNDATED <= len(read - section) < 5 * UNDATED
    [(refused,)] = rows(database, REFUSED)
    assert isinstance(refused, int)
    assert refused > 0


def test_the_next_crawl_takes_up_nothing_of_the_maze(database: Database) -> None:
    crawl(database, Pages())
    assert {url for url in crawl(database, Pages()) if "/maze/" in url} <= {"https://one.example/maze/1"}


def test_an_archive_of_dated_articles_of_which_each_is_linked_once_is_read_further(database: Database) -> None:
    read = crawl(database, Pages(maze_is_dated=True, dated=True), most=70)
    assert DATED <= len(read) - SECTION <= 70 - SECTION
    assert len({url for url in read if "/n/" in url}) == SECTION


def test_pages_that_also_link_to_what_is_known_are_followed(database: Database) -> None:
    class Latest(Pages):
        def __call__(self, url: str) -> Reading:
            return dataclasses.replace(super().__call__(url), outlinks=("https://one.example/n/0",))

    read = crawl(database, Latest(), most=50)
    assert len(read) == 50
    assert rows(database, REFUSED) == [(0,)]


def test_a_chain_of_older_articles_is_followed_to_its_end(database: Database) -> None:
    """Each page names the one before it: the newest lead back through the years."""

    class Chain(Pages):
        def __call__(self, url: str) -> Reading:
            number = 0 if url == START else int(url.rpartition("/")[2])
            older = [f"https://one.example/n/{number + 1}"] if number < 2 * UNDATED else []
            newer = [f"https://one.example/n/{number - 1}"] if number > 1 else []
            return _read(url, older + newer)

    assert len(crawl(database, Chain(), depth=100)) == 2 * UNDATED + 1
