"""Take up articles in a large archive as a crawl's writer does: new ones, unchanged ones, changed ones."""

import dataclasses
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks.archives.fill import ENDS
from benchmarks.archives.news import NewsArticle, write_day
from pipelines.addresses.place import place
from pipelines.duplicates.minhash import sign
from pipelines.text_rules import PipelineRules
from pipelines.workers.precompute import precompute
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.reading import Card, Entry, Reading
from storage.schedule import PollSchedule
from storage.scope import Scope
from storage.visit import Lease, Visit
from storage.writer.batching import BATCH
from storage.writer.run_writer import RunWriter

BATCHES = 3
"""Of BATCH articles each; the median of them is told. With more, a crawl would group stories in between."""

_START = "https://listing.example/sitemap.xml"
_SEED = 8  # not the archive's

Visits = Callable[[Lease, Reading], Visit]


def take_up(database: Database, number: int = BATCH * BATCHES) -> Iterator[tuple[str, float, int]]:
    """Give what is done with articles, milliseconds of CPU of each, and their number.

    Leasing is counted, reading is not. The milliseconds are those of the median batch.
    """
    written = itertools.islice(write_day(_SEED, 1, number, ENDS, ENDS), number)
    readings = {_url(at): _reading(_url(at), article) for at, article in enumerate(written)}
    scope = Scope(
        "growth", (place(_START),), domains=frozenset({"listing.example"}), follow="none", depth=0, max_pages=10**6,
        rhythm=PollSchedule(rereads=()),
    )  # fmt: skip
    writer = _open(database, scope, again=False)
    (start,) = writer.lease({}, window=1, limit=1, requests=0).result()
    entries = tuple(map(Entry, readings))
    listing = Visit(start, _START, utc_now(), 200, Reading(_START, _START, kind="sitemap", entries=entries))
    writer.store(listing).result()
    yield "new article", *_batches(writer, readings, _new)
    _close(writer)
    writer = _open(database, scope, again=True)
    yield (
        "304",
        *_batches(writer, readings, lambda lease, _: Visit(lease, lease.url, utc_now(), 304, verdict="unchanged")),
    )
    _close(writer)
    changed = {url: _changed(reading) for url, reading in readings.items()}
    writer = _open(database, scope, again=True)
    yield "changed article", *_batches(writer, changed, _new)
    _close(writer)


def _new(lease: Lease, reading: Reading) -> Visit:
    return Visit(lease, lease.url, ENDS, 200, reading)


def _url(number: int) -> str:
    return f"https://site-{number % 40}.example/news/story-{number}.html"


def _reading(url: str, article: NewsArticle) -> Reading:
    """Make the article as a worker hands it over, with three related cards."""
    cards = tuple(Card(f"{url}?next={step}", article.title) for step in range(3))
    return precompute(
        Reading(
            url=url, canonical_url=url, is_article=True, kind="article", title=article.title, text=article.text,
            published_at=article.at, published_precision="instant", published_source="json-ld",
            language=article.language, related=cards, extractor_version="benchmark",
            signature=sign(article.text, article.language),
        )
    )  # fmt: skip


def _changed(reading: Reading) -> Reading:
    text = f"{reading.text}\n{reading.title}"
    again = dataclasses.replace(
        reading, text=text, signature=sign(text, reading.language), precomputed=None, story_terms=""
    )
    return precompute(again)


def _open(database: Database, scope: Scope, *, again: bool) -> RunWriter:
    writer = RunWriter(database, PipelineRules())
    polled = [] if again else [scope.name]
    writer.start([scope], polled, command="benchmark", version="", host="", pid=0, again=again).result()
    return writer


def _close(writer: RunWriter) -> None:
    writer.finish("done", 0).result()
    writer.close()


def _batches(writer: RunWriter, readings: dict[str, Reading], visit: Visits) -> tuple[float, int]:
    """Lease and store BATCHES; milliseconds of CPU an article, and how many articles."""
    taken: list[float] = []
    articles = 0
    while len(taken) < BATCHES:
        before = time.process_time()
        leases = writer.lease({}, window=BATCH, limit=BATCH, requests=0).result()
        known: Sequence[Lease] = [lease for lease in leases if lease.url in readings]
        if not known:
            break
        for future in [writer.store(visit(lease, readings[lease.url])) for lease in known]:
            future.result()
        taken.append((time.process_time() - before) / len(known) * 1_000)
        articles += len(known)
    return statistics.median(taken), articles
