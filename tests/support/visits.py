"""Runs on a real database, and pages as the pipelines would read them."""

import datetime
from collections.abc import Sequence

from sqlalchemy import text

from pipelines.addresses.place import place
from pipelines.text_rules import PipelineRules
from storage.column_types import utc_now
from storage.database.crawl_lock import NO_OTHERS, CrawlLock
from storage.database.engine import Database
from storage.reading import Card, Entry, Reading, iso_utc
from storage.scope import Scope
from storage.text_rules import TextRules
from storage.visit import Lease, Result, Visit
from storage.writer.retry import WAITS
from storage.writer.run_writer import RunWriter

FIRST_DAY = datetime.datetime(2026, 10, 5, 6, 0, tzinfo=datetime.UTC)
STORY = (
    "The harbour authority said on Monday that the ferry would return to service after repairs to its engine. "
    "Passengers had waited for two weeks, and the replacement boat carried only 40 people at a time. "
    "Officials expect 1,200 travellers on the first day."
)
OTHER_STORY = (
    "Rice prices rose for the fifth month in a row, the ministry of agriculture reported in its monthly survey. "
    "A bag of five kilograms now costs 4,210 yen on average, up from 3,980 in September. "
    "Retailers blamed the hot summer and a shortage of drivers."
)


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    """What an analyst's SQL finds, times as ISO 8601 with ``Z`` on both kinds of database."""
    with database.reading() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    return [tuple(iso_utc(value) if isinstance(value, datetime.datetime) else value for value in row) for row in found]


class Crawling:
    """One run on a database, with visits made up by the test instead of fetched."""

    def __init__(
        self,
        database: Database,
        *scopes: Scope,
        waits: Sequence[float] = WAITS,
        rules: TextRules | None = None,
        lock: CrawlLock = NO_OTHERS,
    ) -> None:
        self.database = database
        self.writer = RunWriter(database, rules or PipelineRules(), waits, gap=0.0)
        names = [scope.name for scope in scopes]
        started = self.writer.start(scopes, names, command="test", version="0", host="here", pid=1, lock=lock)
        self.run_id = started.result()

    def lease(self) -> list[Lease]:
        """Everything that is due now."""
        return self.writer.lease({}, window=1000, limit=1000, requests=0).result()

    def lease_url(self, url: str) -> Lease:
        """The lease of one address, which must be due; the others stay leased."""
        return next(lease for lease in self.lease() if lease.url == url)

    def store(self, lease: Lease, reading: Reading, final_url: str | None = None, day: int | None = None) -> Result:
        """Store what was read at a lease, now or on a day of the tests' own calendar."""
        when = utc_now() if day is None else FIRST_DAY + datetime.timedelta(days=day)
        visit = Visit(lease, final_url or lease.url, when, 200, reading, etag='"1"')
        return self.writer.store(visit).result()

    def finish(self, status: str = "done") -> None:
        """End the run."""
        self.writer.finish(status, 0).result()
        self.writer.close()


def scope(*starts: str, name: str = "mirai", depth: int = 3, max_pages: int = 2000, entry_depth: int = 0) -> Scope:
    """A source with these start pages."""
    places = tuple(place(url) for url in starts)
    return Scope(
        name=name,
        starts=places,
        hosts=frozenset(found.host for found in places),
        domains=frozenset(found.domain for found in places),
        depth=depth,
        max_pages=max_pages,
        entry_depth=entry_depth,
    )


def article(url: str, text: str = STORY, title: str = "Ferry returns", related: tuple[str, ...] = ()) -> Reading:
    """An article page with its cards."""
    return Reading(
        url=url,
        canonical_url=url,
        is_article=True,
        kind="article",
        title=title,
        text=text,
        language="en",
        related=tuple(Card(target, f"Card of {target}", "", "en") for target in related),
        extractor_version="1",
    )


def listing(url: str, *entries: str) -> Reading:
    """A feed that lists these addresses."""
    return Reading(
        url=url, canonical_url=url, kind="feed", reason="feed", entries=tuple(Entry(entry) for entry in entries)
    )
