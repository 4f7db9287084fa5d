"""What a page costs the database's writer as the archive grows, and what one costs that has not changed."""

import dataclasses
import datetime
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator

from benchmarks.section import Chart, Check, Extent, Findings, Section, Table
from benchmarks.sections.reading import WARM_UP, generated
from pipelines.addresses.place import place
from pipelines.duplicates.minhash import sign
from pipelines.read_page import read_page
from pipelines.text_rules import PipelineRules
from pipelines.workers.precompute import precompute
from storage.column_types import utc_now
from storage.database.open import open_database
from storage.reading import Card, Entry, Reading
from storage.schedule import PollSchedule
from storage.scope import Scope
from storage.visit import Lease, Visit
from storage.writer.batching import BATCH
from storage.writer.run_writer import RunWriter
from tests.support.generated_words import Vocabulary

SIZES = (1_000, 10_000, 100_000)
MEASURED = 1_000
"""Articles after each size whose cost is taken."""
HOSTS, A_WEEK, WORDS = 40, 2_000, 350
READ = 40
MOST_GROWTH, MOST_UNCHANGED = 1.15, 0.1
_START = "https://listing.example/sitemap.xml"
_FIRST_DAY = datetime.datetime(2025, 1, 6, tzinfo=datetime.UTC)
_WEEK = datetime.timedelta(weeks=1)


def _url(number: int) -> str:
    return f"https://site-{number % HOSTS}.example/news/story-{number}.html"


def _reading(number: int, vocabulary: Vocabulary) -> Reading:
    """An article as a worker hands it over: words of its own, five related cards, signature and terms."""
    language = "ja" if number % 2 else "en"
    text = "\n".join(vocabulary.sentences(language, WORDS // 5) for _ in range(5))
    reading = Reading(
        url=_url(number),
        canonical_url=_url(number),
        is_article=True,
        kind="article",
        title=vocabulary.sentences(language, 8),
        text=text,
        published_at=_FIRST_DAY + _WEEK * (number / A_WEEK),
        published_precision="instant",
        published_source="json-ld",
        language=language,
        related=tuple(Card(_url(number + HOSTS * step), f"Story {number}") for step in range(1, 6)),
        extractor_version="benchmark",
        signature=sign(text, language),
    )
    return precompute(reading)


@dataclasses.dataclass
class _Growing:
    """An archive, and how many articles it has."""

    writer: RunWriter
    vocabulary: Vocabulary
    stored: int = 0

    def leases(self) -> tuple[list[Lease], float]:
        """Lease a batch; CPU seconds of it."""
        before = time.process_time()
        found = self.writer.lease({}, window=BATCH, limit=BATCH, requests=0).result()
        return found, time.process_time() - before

    def store(self, visits: list[Visit]) -> float:
        """Store a batch; CPU seconds of it."""
        before = time.process_time()
        for future in [self.writer.store(visit) for visit in visits]:
            future.result()
        return time.process_time() - before

    def grow(self) -> float:
        """Take up the next batch of articles; milliseconds of CPU each, the lease included."""
        leases, cpu = self.leases()
        visits = []
        for number, lease in enumerate(leases, self.stored):
            reading = dataclasses.replace(_reading(number, self.vocabulary), url=lease.url, canonical_url=lease.url)
            visits.append(Visit(lease, lease.url, reading.published_at or utc_now(), 200, reading))
        cpu += self.store(visits)
        self.stored += len(visits)
        return cpu / len(visits) * 1000

    def meet_unchanged(self) -> float:
        """Take up a batch of which each page answers 304; milliseconds of CPU each, the lease included."""
        leases, cpu = self.leases()
        now = utc_now()
        cpu += self.store([Visit(lease, lease.url, now, 304, verdict="unchanged") for lease in leases])
        return cpu / len(leases) * 1000


def _read() -> float:
    """CPU milliseconds of reading a page of the generated site."""
    found = []
    for number, raw in enumerate(generated(WARM_UP + READ)):
        before = time.process_time()
        precompute(read_page(raw))
        found.append((time.process_time() - before) * 1000 if number >= WARM_UP else 0.0)
    return statistics.fmean(found[WARM_UP:])


def _memory() -> int:
    """Most resident memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _grown(growing: _Growing, sizes: list[int], measured: int) -> Iterator[tuple[int, float, int]]:
    for size in sizes:
        while growing.stored < size:
            growing.grow()
        yield size, statistics.median(growing.grow() for _ in range(measured // BATCH)), _memory()


def measure(extent: Extent) -> Findings:
    """Grow an archive, and look at what a page costs at each size."""
    sizes = [extent.of(size) // BATCH * BATCH or BATCH for size in SIZES]
    scope = Scope(
        "growth",
        (place(_START),),
        domains=frozenset({"listing.example"}),
        follow="none",
        depth=0,
        max_pages=10**6,
        rhythm=PollSchedule(rereads=()),  # else the articles of last year were due again at once, instead of new ones
    )
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/kiji.db")
        growing = _Growing(_opened(RunWriter(database, PipelineRules()), scope, ["growth"]), Vocabulary())
        (start,), _ = growing.leases()
        entries = tuple(Entry(_url(number)) for number in range(sizes[-1] + len(sizes) * MEASURED + BATCH))
        growing.store([Visit(start, _START, utc_now(), 200, Reading(_START, _START, kind="sitemap", entries=entries))])
        growing.grow()
        found = list(_grown(growing, sizes, MEASURED))
        growing.writer.finish("done", 0).result()
        growing.writer.close()
        growing.writer = _opened(RunWriter(database, PipelineRules()), scope, [], again=True)
        growing.meet_unchanged()
        unchanged = statistics.median(growing.meet_unchanged() for _ in range(3))
        growing.writer.close()
        database.close()
    return _findings(found, _read(), unchanged)


def _opened(writer: RunWriter, scope: Scope, polled: list[str], *, again: bool = False) -> RunWriter:
    writer.start([scope], polled, command="benchmark", version="", host="", pid=0, again=again).result()
    return writer


def _findings(found: list[tuple[int, float, int]], read: float, unchanged: float) -> Findings:
    first, last = found[0], found[-1]
    rows = tuple(
        (size, cost, cost / first[1], (read + cost) / (read + first[1]), memory) for size, cost, memory in found
    )
    full = read + last[1]
    kinds = (
        ("new article, read", read),
        ("new article, leased and stored", last[1]),
        ("304, leased and stored", unchanged),
    )
    share = unchanged / full
    columns = (
        "articles stored",
        "CPU ms a new article",
        "against the first",
        "with its reading, against the first",
        "most memory so far, MB",
    )
    return Findings(
        (
            Table(columns, rows, f"Leasing and storing, the median of batches of {BATCH}:"),
            Table(("a page", "CPU ms"), kinds, f"At {last[0]:,} articles:"),
        ),
        (
            *(
                Check(
                    f"{what} at {last[0]:,} articles at most {MOST_GROWTH} times one at {first[0]:,}",
                    f"{growth:.2f}",
                    growth <= MOST_GROWTH,
                )
                for what, growth in (("a page, read and stored,", rows[-1][3]), ("storing a page", rows[-1][2]))
            ),
            Check(f"an unchanged page at most {MOST_UNCHANGED} of a new one", f"{share:.3f}", share <= MOST_UNCHANGED),
        ),
    )


SECTION = Section(
    "growth",
    45,
    "A growing archive",
    """
The articles consist of made-up words with realistic frequencies. Half of them are Japanese. They come from 40 hosts,
2,000 a week. The writer of a crawl leases and stores them in SQLite: frontier, repeated lines, near-duplicates,
stories, search index. A refresh follows, in which every page answers 304. The figures do not include fetching.
""",
    measure,
    charts=(
        Chart("Cost of storing a page", 0, "articles stored", "CPU ms a new article", is_line=True, is_log=True),
        Chart("Memory", 0, "articles stored", "most memory so far, MB", is_line=True, is_log=True),
    ),
)
