"""Several processes write overlapping articles to one database at once; what is stored is counted afterwards.

``python -m tests.support.writer_race DATABASE_URL --writers 4 --races 200`` runs it at length on an archive of its own;
``--races 1 --texts 1000`` measures throughput instead: the writers meet once, and then run freely.
"""

import argparse
import dataclasses
import multiprocessing
import random
import sys
import time
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from sqlalchemy import text

from pipelines.text_rules import PipelineRules
from storage.column_types import utc_now
from storage.database.crawl_lock import CrawlLock
from storage.database.engine import Database
from storage.database.open import open_database
from storage.visit import Lease, Visit
from storage.writer.run_writer import RunWriter
from tests.support.visits import article, scope

WORDS_A_TEXT = 120


@dataclasses.dataclass(frozen=True)
class Race:
    """Each writer has a page of its own for every text, and one that redirects to a page that all writers share.

    With ``own_texts`` no writer has another's texts: all of its pages but the shared one are new articles.
    """

    url: str
    writers: int
    races: int
    texts: int = 6
    own_texts: bool = False

    def pages(self, writer: int, race: int) -> list[str]:
        return [f"https://writer{writer}.example/{race}/{number}" for number in range(self.texts + 1)]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What went wrong, all 0 where nothing did, and how fast it was."""

    missed_copies: int
    double_rows: int
    lost: int
    errors: int
    visits_per_second: float

    @property
    def clean(self) -> bool:
        return not (self.missed_copies or self.double_rows or self.lost or self.errors)


def words(race: int, number: int, writer: str) -> str:
    chance = random.Random(f"{race} {number} {writer}")  # noqa: S311 - repeatable, not secret
    return " ".join(f"w{chance.randrange(10**6)}" for _ in range(WORDS_A_TEXT)) + "."


def visit(lease: Lease, cards: list[str], *, own_texts: bool) -> Visit:
    """Visit a writer's page: the last one of each race redirects to the page that all share."""
    race, number = (int(part) for part in lease.url.split("/")[-2:])
    final_url = lease.url if number else f"https://shared.example/{race}/page"
    body = words(race, number, lease.source if own_texts and number else "")
    if number % 2:  # every writer's page is an edited copy of the others'
        body += f" Reported for {lease.source} by its own staff."
    page = article(final_url, body, f"Text {race} {number}", tuple(cards))
    return Visit(lease, final_url, utc_now(), 200, page)


def write(race: Race, writer: int, barrier: Barrier, told: "Queue[int]") -> None:
    """One process: its own run, its own leases, every race at the same time as the others."""
    database = open_database(race.url)
    run_writer = RunWriter(database, PipelineRules())
    pages = [race.pages(writer, number) for number in range(race.races)]
    own = scope(*(url for urls in pages for url in urls), name=f"writer{writer}")
    begun = run_writer.start(
        [own], [own.name], command="race", version="0", host="here", pid=writer, lock=CrawlLock(alone=False)
    )
    begun.result()
    leases = {lease.url: lease for lease in run_writer.lease({}, window=10**6, limit=10**6, requests=0).result()}
    chance = random.Random(writer)  # noqa: S311 - repeatable, not secret
    errors = 0
    for number, urls in enumerate(pages):
        chance.shuffle(urls)
        cards = [f"https://cards.example/{number}/{card}" for card in chance.sample(range(12), 10)]
        visits = [visit(leases[url], cards, own_texts=race.own_texts) for url in urls]
        barrier.wait(120)
        futures = [run_writer.store(each) for each in visits]
        errors += sum(future.exception() is not None for future in futures)
    run_writer.finish("done", 0).result()
    run_writer.close()
    database.close()
    told.put(errors)


def run(race: Race, context: SpawnContext | ForkContext | None = None) -> Outcome:
    """Run every race on an empty archive, and count."""
    context = context or multiprocessing.get_context("spawn")
    barrier, told = context.Barrier(race.writers + 1), context.Queue()
    writers = [context.Process(target=write, args=(race, number, barrier, told)) for number in range(race.writers)]
    for process in writers:
        process.start()
    started = 0.0
    for _ in range(race.races):
        barrier.wait(120)
        started = started or time.perf_counter()
    errors = 0
    for process in writers:
        process.join(600)
        errors += process.exitcode != 0
    seconds = time.perf_counter() - started
    while not told.empty():
        errors += told.get()
    visits = race.writers * race.races * (race.texts + 1)
    database = open_database(race.url)
    try:
        return count(database, race, errors, visits / seconds)
    finally:
        database.close()


def count(database: Database, race: Race, errors: int, speed: float) -> Outcome:
    """Hold what is stored against what must be."""
    distinct = race.races * (race.texts * (race.writers if race.own_texts else 1) + 1)
    copies = 0 if race.own_texts else race.races * race.texts * (race.writers - 1)
    with database.reading() as connection:

        def number(query: str) -> int:
            return int(connection.execute(text(query)).scalar_one())

        same_words = number("SELECT count(*) - count(DISTINCT text_hash) FROM article")
        same_page = number('SELECT count(*) - count(DISTINCT address_id) FROM "fetch"')
        return Outcome(
            missed_copies=copies - number("SELECT count(*) FROM copies"),
            double_rows=same_words + same_page,
            lost=distinct - number("SELECT count(DISTINCT text_hash) FROM article"),
            errors=errors + number("SELECT count(*) FROM fetches WHERE outcome IN ('failed', 'refused')"),
            visits_per_second=speed,
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="an empty database")
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--races", type=int, default=200)
    parser.add_argument("--texts", type=int, default=6)
    given = parser.parse_args()
    fork = multiprocessing.get_context("fork")  # here nothing has been started or opened yet
    outcome = run(Race(given.url, given.writers, given.races, given.texts), fork)
    sys.stdout.write(f"{given}: {outcome}\n")
    return 0 if outcome.clean else 1


if __name__ == "__main__":
    sys.exit(main())
