"""A forgotten address leaves whole, and is not met again by any way."""

import dataclasses
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, update

from crawler.cli import run
from pipelines.addresses.place import place
from storage.column_types import utc_now
from storage.database.check import check_database
from storage.database.engine import Database
from storage.erasure.delete import count_erasure, erase, plan_erasure
from storage.erasure.scrub_log import scrub_addresses
from storage.frontier.blocklist import REFUSED
from storage.tables.core import Address
from storage.tables.warc import WarcPage
from storage.visit import Visit
from storage.writer.runs import start_run
from tests.support.near_texts import report
from tests.support.visits import Crawling, article, listing, rows, scope

FEED = "https://one.example/feed.xml"
PAGE, AMP, OTHER = "https://one.example/a/1000", "https://one.example/amp/a/1000", "https://one.example/a/1001"
ELSEWHERE, LINKING = "https://two.example/a/2000", "https://one.example/a/1002"
WORDS = report(1)


@pytest.fixture
def filled(database: Database) -> Database:
    """An article with a revision, copies, edges both ways and archived bytes, beside one that stays."""
    crawling = Crawling(database, scope(PAGE, AMP, OTHER, ELSEWHERE, LINKING))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[PAGE], article(PAGE, report(7)), day=0)
    crawling.store(leases[PAGE], article(PAGE, WORDS, related=(OTHER,)), day=1)
    crawling.store(leases[AMP], article(AMP, WORDS))
    crawling.store(leases[ELSEWHERE], article(ELSEWHERE, "By our reporter. " + WORDS))
    crawling.store(leases[OTHER], article(OTHER, report(2), related=(PAGE,)))
    crawling.store(leases[LINKING], article(LINKING, report(3), related=(PAGE, OTHER)))
    with database.writing() as session:
        page = session.scalars(select(Address.id).where(Address.url == PAGE)).one()
        where = {"source_id": 1, "fetched_at": utc_now(), "digest": "sha256:X", "file": "a.warc.gz"}
        session.add(WarcPage(address_id=page, offset=0, length=1, **where))
    crawling.finish()
    return database


def forget_url(database: Database, url: str) -> dict[str, int]:
    with database.writing() as session:
        doomed = plan_erasure(session, place(url))
        counts = count_erasure(session, doomed)
        scrub_addresses(session, doomed.keys, place)
        erase(session, doomed, utc_now(), "a letter")
    return counts


def everything(database: Database) -> str:
    """All text of the whole database."""
    tables = (
        "story_tie",
        "story_profile",
        "address",
        "article",
        "copy",
        "superseded_revision",
        "link",
        "kept_page",
        "fetch",
        "forgotten",
        "claim",
        "site_page",
        "site_furniture",
        "article_part",
        "amp_form",
        "list_version",
        "list_entry",
        "page_list",
    )
    return "\n".join(repr(row) for table in tables for row in rows(database, f'SELECT * FROM "{table}"'))


def test_everything_of_an_address_leaves_and_the_rest_stays(filled: Database) -> None:
    counts = forget_url(filled, PAGE + "?utm_source=letter")
    assert counts == {
        "addresses": 3,
        "articles": 1,
        "copies": 2,
        "revisions": 1,
        "related links": 3,
        "story profiles": 1,
        "pages of articles on several": 0,
        "links in texts": 0,
        "AMP forms": 0,
        "remembered pages": 3,
        "entities": 0,
        "page lists": 0,
        "signatures": 1,
        "search entries": 1,
        "archived pages": 1,
    }
    left = everything(filled)
    assert not any(words in left for words in (PAGE, AMP, ELSEWHERE, WORDS, report(7)))
    assert rows(filled, "SELECT url FROM articles ORDER BY url") == [(OTHER,), (LINKING,)]
    assert rows(filled, "SELECT page_url, url FROM related_links") == [(LINKING, OTHER)]
    assert rows(filled, "SELECT DISTINCT article_id FROM band ORDER BY 1") == [(2,), (3,)]
    assert rows(filled, "SELECT count(*) FROM search_document") == [(2,)]


def test_the_runs_accounts_still_add_up(filled: Database) -> None:
    before = rows(filled, 'SELECT run_id, outcome, count(*) FROM "fetch" GROUP BY run_id, outcome ORDER BY outcome')
    forget_url(filled, PAGE)
    after = rows(filled, 'SELECT run_id, outcome, count(*) FROM "fetch" GROUP BY run_id, outcome ORDER BY outcome')
    assert after == before


def test_a_forgotten_copy_leaves_alone(filled: Database) -> None:
    forget_url(filled, ELSEWHERE)
    assert rows(filled, "SELECT count(*) FROM articles") == [(3,)]
    assert rows(filled, "SELECT url FROM copies") == [(AMP,)]


def test_it_is_not_met_again_as_a_start_page_an_entry_a_link_a_redirect_or_another_form(filled: Database) -> None:
    forget_url(filled, PAGE)
    amp, moved = "https://one.example/lite/1000", "https://one.example/a/1005"
    crawling = Crawling(filled, scope(PAGE, FEED, LINKING, amp, moved))
    leases = {lease.url: lease for lease in crawling.lease()}
    assert PAGE not in leases
    crawling.store(leases[FEED], listing(FEED, PAGE, OTHER))
    crawling.store(leases[LINKING], article(LINKING, report(3), related=(PAGE, OTHER)))
    other_form = article(amp, WORDS)
    object.__setattr__(other_form, "canonical_url", PAGE)
    results = [crawling.store(leases[amp], other_form), crawling.store(leases[moved], article(PAGE, WORDS), PAGE)]
    assert [(result.outcome, result.reason) for result in results] == [("refused", REFUSED)] * 2
    assert crawling.lease() == []
    crawling.finish()
    assert PAGE not in everything(filled)
    assert rows(filled, "SELECT url FROM related_links WHERE page_url = '" + LINKING + "'") == [(OTHER,)]
    asked = rows(filled, f"SELECT via FROM \"fetch\" WHERE run_id = {crawling.run_id} AND outcome = 'refused'")
    assert len(asked) == 3
    assert rows(filled, f"SELECT refused FROM runs WHERE id = {crawling.run_id}") == [(3,)]


def test_an_article_whose_address_leads_to_a_forgotten_copy_of_it_stays(database: Database) -> None:
    crawling = Crawling(database, scope(PAGE, AMP, f"{AMP}/old"))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[PAGE], article(PAGE, WORDS))
    crawling.store(leases[f"{AMP}/old"], article(AMP, WORDS), AMP)
    crawling.store(leases[PAGE], article(AMP, WORDS), AMP)
    crawling.finish()
    with database.writing() as session:  # as versions before schema 0013 left it
        session.execute(update(Address).where(Address.url == PAGE).values(page_id=2))
    assert forget_url(database, AMP)["addresses"] == 2
    assert rows(database, "SELECT url FROM articles") == [(PAGE,)]
    assert rows(database, "SELECT url FROM copies") == []
    assert check_database(database) == []


def test_no_words_of_the_accounts_name_a_forgotten_address(database: Database) -> None:
    name, front = "https://one.example/a/jane-doe-arrested", "https://one.example/a/1000"
    with database.writing() as session:
        for command in (f"kiji crawl {name}?utm_source=x {front}", f"scrapy crawl related -a url={name}"):
            start_run(session, command=command, version="0", host="here", pid=1, now=utc_now())
    crawling = Crawling(database, scope(name, front, OTHER, ELSEWHERE))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[name], dataclasses.replace(article(name, WORDS), canonical_url=front))
    crawling.store(leases[front], article(front, WORDS))
    crawling.store(leases[OTHER], dataclasses.replace(article(OTHER, report(2)), canonical_url=name))
    led = Visit(
        leases[ELSEWHERE], ELSEWHERE, utc_now(), verdict="refused", reason=f"redirect to {name}: no host of ours"
    )
    crawling.writer.store(led).result()
    forget_url(database, name)
    told = repr([rows(database, f"SELECT * FROM {view}") for view in ("runs", "fetches", "refused_canonicals")])
    assert "jane-doe" not in everything(database) + told
    assert rows(database, "SELECT command FROM runs ORDER BY id")[:2] == [
        (f"kiji crawl forgotten: {front}",),
        ("scrapy crawl related -a url=forgotten:",),
    ]
    assert ("redirect to forgotten:: no host of ours",) in rows(database, "SELECT reason FROM fetches")
    named = rows(database, "SELECT url, canonical, reason FROM refused_canonicals")
    assert named == [(OTHER, None, "the words at the canonical address are others")]
    disbelieved = dataclasses.replace(
        article(OTHER, report(2)), canonical_refused="not believed", declared_canonical=name
    )
    crawling.store(leases[OTHER], disbelieved)
    assert rows(database, "SELECT canonical, reason FROM refused_canonicals") == [(None, "not believed")]


def test_kiji_forget_shows_what_would_leave_then_forgets_and_an_import_is_refused(
    filled: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--db", filled.engine.url.render_as_string(hide_password=False)]
    assert run(["forget", PAGE, "--dry-run", "--json", *where]) == 0
    [shown] = json.loads(capsys.readouterr().out)
    assert (shown["forgotten"], shown["counts"]["copies"]) == (False, 2)
    assert rows(filled, "SELECT count(*) FROM forgotten") == [(0,)]
    assert run(["forget", PAGE, "https://never.example/met", *where]) == 1  # its archived bytes are none of a real file
    told = capsys.readouterr()
    assert "nothing was stored of it" in told.out
    assert "archived bytes remain: a.warc.gz" in told.err
    assert rows(filled, "SELECT count(*) FROM forgotten") == [(4,)]
    line = {"url": PAGE, "title": "Again", "text": WORDS}
    (tmp_path / "given.jsonl").write_text(json.dumps(line), encoding="utf-8")
    run(["import", str(tmp_path / "given.jsonl"), "--quiet", *where])
    assert rows(filled, "SELECT reason FROM fetches WHERE outcome = 'refused'") == [(REFUSED,)]


def test_many_addresses_take_one_look_through_the_accounts(filled: Database) -> None:
    where = filled.engine.url.render_as_string(hide_password=False)
    with filled.writing() as session:
        start_run(session, command=f"kiji crawl {PAGE} {OTHER}", version="0", host="here", pid=1, now=utc_now())
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        run(["forget", PAGE, OTHER, LINKING, "--db", where])
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if "run.command LIKE" in statement]) == 1
    assert rows(filled, "SELECT count(*) FROM run WHERE command LIKE '%one.example%'") == [(0,)]


def test_what_is_no_address_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forget", "mailto:somebody"]) == 2
    assert "no http(s) address" in capsys.readouterr().err
