"""Visits that are stored together leave what they would leave one by one, with few statements each."""

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from pipelines.duplicates.minhash import sign
from pipelines.text_rules import PipelineRules
from pipelines.workers.precompute import precompute
from storage.chunks import chunks_of
from storage.column_types import utc_now
from storage.database.crawl_lock import NO_OTHERS
from storage.database.engine import Database
from storage.database.open import open_database
from storage.reading import Reading
from storage.visit import Visit
from storage.writer.transactions import RunStart, Transactions
from tests.support.databases import names
from tests.support.near_texts import report, tender
from tests.support.postgresql import PostgreSQLServer
from tests.support.visits import FIRST_DAY, article, rows, scope

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
    assert len(statements) < 10 * 39


FOLLOW = "Follow us for news from the harbour and the islands every morning."


def readings_of_hosts() -> list[Reading]:
    """Articles of three hosts, with lines that a host repeats, copies near and exact, AMP forms and shared cards."""
    readings = []
    for number in range(60):
        host = f"https://{('one', 'two', 'three')[number % 3]}.example"
        text = report(number if number % 5 else number // 10, 8) if number % 7 else report(3, 8)
        text = f"{text}\n{FOLLOW} {host}" if number % 2 else text
        reading = article(f"{host}/a/{number}", text, f"Report {number}", (f"{host}/b/{number // 4}", f"{host}/c/1"))
        reading = dataclasses.replace(reading, alternates=(f"{host}/amp/{number + 3}",) if number % 6 == 0 else ())
        readings.append(precompute(dataclasses.replace(reading, signature=sign(text, "en"))))
        if number % 6 == 3:
            readings.append(article(f"{host}/amp/{number}", report(number - 3, 8), f"Report {number - 3}"))
    tenders = [(f"https://four.example/t/{number}", tender(number, f"{number}.25", "Monday")) for number in range(1, 9)]
    return [*readings, *(article(url, text, f"Tender of {url}") for url, text in tenders)]


COMPARED = {
    "address": "id, key, url, state, article_id, page_id, outcome, reason, canonical_refused",
    "article": "id, address_id, title, text, text_hash, read_hash, revision",
    "copy": "address_id, article_id, kind, similarity, text_hash",
    "alike": "article_id, other_id, similarity, containment, reason",
    "article_signature": "*",
    "band": "*",
    "site_page": "address_id, host, weight, prints",
    "site_furniture": "host, fingerprint, line, pages",
    "link": "page_id, target_id, kind, position, title",
    "amp_form": "*",
    "story_profile": "article_id, terms",
    "fetch": "address_id, outcome, reason",
}


def stored_rows(database: Database, readings: list[Reading]) -> dict[str, list[tuple[object, ...]]]:
    """What each table holds when these were stored, twenty a transaction."""
    transactions = Transactions(database, PipelineRules())
    start = scope(*(reading.url for reading in readings))
    transactions.begin(RunStart([start], ["mirai"], "test", "0", "here", 1), NO_OTHERS)
    (source_id,) = transactions.scopes
    leases = transactions.lease({source_id: 0}, {}, window=1_000, limit=1_000, requests=0)
    by_url = {lease.url: lease for lease in leases}
    for some in chunks_of(readings, 20):
        transactions.store([Visit(by_url[each.url], each.url, FIRST_DAY, 200, each) for each in some])
    held = {name: rows(database, f'SELECT {columns} FROM "{name}"') for name, columns in COMPARED.items()}
    return {name: sorted(found, key=repr) for name, found in held.items()}


def test_reading_ahead_of_a_batch_changes_no_row(
    database: Database, postgresql: PostgreSQLServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = readings_of_hosts()
    ahead = stored_rows(database, readings)
    url = f"sqlite:///{tmp_path}/other.db" if database.is_sqlite else postgresql.create(next(names))
    other = open_database(url)
    monkeypatch.setattr("storage.writer.store_visit.look_ahead", lambda *_: contextlib.nullcontext())
    one_by_one = stored_rows(other, readings)
    other.close()
    assert [name for name, held in ahead.items() if not held] == []
    assert ahead == one_by_one
