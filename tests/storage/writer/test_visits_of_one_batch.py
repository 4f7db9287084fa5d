"""Visits that are stored together leave what they would leave one by one, with few statements each."""

import contextlib
import dataclasses
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from pipelines.text_rules import PipelineRules
from storage.column_types import utc_now
from storage.database.crawl_lock import NO_OTHERS
from storage.database.engine import Database
from storage.reading import Reading
from storage.visit import Visit
from storage.writer.transactions import RunStart, Transactions
from tests.support.near_texts import report
from tests.support.visits import article, rows, scope

HOST = "https://one.example"
PAGE, AMP, OTHER = f"{HOST}/a/1000", f"{HOST}/amp/a/1000", "https://two.example/a/2000"
BRIEF = "Ferry back on Monday."


def store_together(database: Database, *readings: Reading) -> list[str]:
    """Store start pages in one transaction; give their outcomes."""
    transactions = Transactions(database, PipelineRules())
    start = scope(*(reading.url for reading in readings))
    transactions.begin(RunStart([start], ["mirai"], "test", "0", "here", 1), NO_OTHERS)
    (source_id,) = transactions.scopes
    leases = transactions.lease({source_id: 0}, {}, window=1_000, limit=1_000, requests=0)
    by_url = {lease.url: lease for lease in leases}
    now = utc_now()
    visits = [Visit(by_url[reading.url], reading.url, now, 200, reading) for reading in readings]
    return [outcome for outcome, _ in transactions.store(visits)[0]]


@contextlib.contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """Collect the statements that a database is sent."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


MAIN = dataclasses.replace(article(PAGE, BRIEF), alternates=(AMP,))


@pytest.mark.parametrize(
    ("readings", "url"),
    [
        ((MAIN, article(AMP, BRIEF)), PAGE),
        ((article(AMP, BRIEF), MAIN), PAGE),
        ((article(PAGE, report(1)), article(OTHER, report(1))), PAGE),
        ((article(OTHER, report(1)), article(PAGE, report(1), title="Again")), OTHER),
    ],
    ids=["amp", "amp first", "copy", "copy first"],
)
def test_a_page_meets_one_of_the_same_batch(database: Database, readings: tuple[Reading, ...], url: str) -> None:
    assert store_together(database, *readings) == ["new", "copy"]
    assert rows(database, "SELECT url FROM articles") == [(url,)]
    assert rows(database, "SELECT COUNT(*) FROM copies") == [(1,)]
    assert rows(database, "SELECT url, outcome FROM fetches ORDER BY fetches.fetched_at, outcome DESC") == [
        (readings[0].url, "new"),
        (readings[1].url, "copy"),
    ]


def test_a_new_article_takes_few_statements(database: Database) -> None:
    readings = [
        article(f"{HOST}/a/{number}", report(number), f"Report {number}", related=(f"{HOST}/b/{number}",))
        for number in range(1_000, 1_040)
    ]
    store_together(database, *readings[:1])
    with counting(database) as statements:
        assert store_together(database, *readings[1:]) == ["new"] * 39
    assert len(statements) < 19 * 39
