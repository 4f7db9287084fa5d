"""Search measured on one database: recall and precision against a full scan, times, index size, slower inserts."""

import collections
import contextlib
import dataclasses
import datetime
import random
import re
import statistics
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from unittest import mock

import Stemmer
from sqlalchemy import text

from benchmarks.section import Cell, Check, Extent, Findings, Table
from pipelines.addresses.place import place
from pipelines.text_rules import PipelineRules
from storage.database.engine import Database
from storage.database.open import open_database
from storage.reading import Reading
from storage.scope import Scope
from storage.search.index import rebuild_index
from storage.search.query import find_ids, search
from storage.search.variants import fold_variants
from storage.visit import Lease, Visit
from storage.writer.run_writer import RunWriter
from tests.support.generated_words import NOW, SEED, Vocabulary, Written, is_cjk, store, write

ARTICLES, STORED = 100_000, 2_000
A_LENGTH, WORDS = 20, 100
"""Terms of each length from 1 to 6 characters, and English words."""
WITHIN = 1.0
"""Seconds: an analyst is to find anything within them."""

_LATIN = re.compile("[a-z]+")


@dataclasses.dataclass(frozen=True)
class Accuracy:
    """What all searches of a kind found, against what a scan of every text finds."""

    terms: int
    expected: int
    found: int
    right: int

    def told(self) -> tuple[Cell, ...]:
        """Give the cells of a table's row."""
        return self.terms, self.expected, self.found, f"{self.recall:.4f}", f"{self.precision:.4f}"

    @property
    def recall(self) -> float:
        """The share of what a scan finds."""
        return self.right / self.expected

    @property
    def precision(self) -> float:
        """The share of what is found that a scan finds too."""
        return self.right / self.found


def measure_on(kind: str, url: Callable[[str], str], extent: Extent) -> Findings:
    """Measure on one kind of database; ``url`` gives a new database's address for a name."""
    vocabulary = Vocabulary()
    articles = list(write(extent.of(ARTICLES), vocabulary))
    database = open_database(url("search"))
    with database.writing() as session:
        store(session, articles)
    size, seconds = _build(database)
    words = sum(len((each.title + each.summary + each.text).encode()) for each in articles)
    cjk, english = _cjk_terms(articles), _english_terms(articles, vocabulary)
    accuracies = {
        "1 to 6 characters": _accuracy(database, cjk, _scan_characters(articles, cjk)),
        "English words": _accuracy(database, english, _scan_words(articles, english)),
    }
    times = {
        name: _times(database, cjk + english, newest=newest) for name, newest in (("newest", True), ("best", False))
    }
    database.close()
    without, with_index = (
        _insert_seconds(url(name), extent.of(STORED), on) for name, on in (("off", False), ("on", True))
    )
    tables = (
        Table(
            ("terms", "number", "hits by a full scan", "found", "recall", "precision"),
            tuple((name, *found.told()) for name, found in accuracies.items()),
            f"{len(articles)} articles on {kind}:",
        ),
        Table(
            ("20 of", "p50, ms", "p95, ms", "longest, ms", "CPU p50, ms", "CPU p95, ms"),
            tuple((f"the {name}", *(1000 * value for value in found)) for name, found in times.items()),
        ),
        Table(
            ("", ""),
            (
                ("text of the articles, MB", words / 1e6),
                ("index, MB", size / 1e6),
                ("index against text", size / words),
                ("made anew, s", seconds),
                ("visits stored a second, without the index", extent.of(STORED) / without),
                ("visits stored a second, with it", extent.of(STORED) / with_index),
                ("time with it against without", with_index / without),
            ),
        ),
    )  # fmt: skip
    checks = [
        Check(f"{kind}: recall of {name} is 1", f"{a.recall:.4f}", a.right == a.expected)
        for name, a in accuracies.items()
    ]
    checks += [
        Check(f"{kind}: p95 of the {name} 20 within {WITHIN:g} s", f"{found[1]:.3f} s", found[1] <= WITHIN)
        for name, found in times.items()
    ]
    return Findings(tables, tuple(checks))


def _build(database: Database) -> tuple[int, float]:
    """Make the index; return its bytes and the seconds that it took."""
    began = time.monotonic()
    with database.writing() as session:
        rebuild_index(session.connection())
    seconds = time.monotonic() - began
    if database.is_sqlite:
        size = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%search!_%' ESCAPE '!'"
    else:
        size = (
            "SELECT sum(pg_total_relation_size(name)) FROM "
            "unnest(ARRAY['search_titles', 'search_texts', 'search_document']) AS name"
        )
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT", kiji_reading=True) as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as the server does by itself after a while
    with database.reading() as connection:
        return int(connection.execute(text(size)).scalar_one()), seconds


def _plain(value: str) -> str:
    """Fold a text as a search does on purpose: 舉 is found as 挙, which random kanji show."""
    return fold_variants(unicodedata.normalize("NFKC", value).lower())[0]


def _fields(article: Written) -> tuple[str, str, str]:
    return article.title, article.summary, article.text


def _cjk_terms(articles: Sequence[Written]) -> list[str]:
    """Pieces of texts, cut anywhere: A_LENGTH of each length."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    terms: dict[str, None] = {}
    for length in range(1, 7):
        wanted = len(terms) + A_LENGTH
        while len(terms) < wanted:
            words = _plain(chance.choice(articles).text)
            at = chance.randrange(len(words) - length)
            if all(map(is_cjk, words[at : at + length])):
                terms[words[at : at + length]] = None
    return list(terms)


def _english_terms(articles: Sequence[Written], vocabulary: Vocabulary) -> list[str]:
    """Words of texts, which are the frequent ones, and as many of the whole vocabulary, with an ending."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    english = [each.text for each in articles[:2_000] if each.language == "en"]
    terms = {chance.choice(_LATIN.findall(chance.choice(english).lower())): None for _ in range(WORDS)}
    terms = dict.fromkeys(list(terms)[: WORDS // 2])
    while len(terms) < WORDS:
        terms[chance.choice(vocabulary.en) + chance.choice(("", "s", "ing"))] = None
    return list(terms)


def _scan_characters(articles: Sequence[Written], terms: Sequence[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {term: set() for term in terms}
    for article in articles:
        fields = [_plain(field) for field in _fields(article)]
        for term in terms:
            if any(term in field for field in fields):
                found[term].add(article.id)
    return found


def _scan_words(articles: Sequence[Written], terms: Sequence[str]) -> dict[str, set[int]]:
    stemmer = Stemmer.Stemmer("english")
    by_stem = collections.defaultdict(list)
    for term in terms:
        by_stem[stemmer.stemWord(term)].append(term)
    found: dict[str, set[int]] = {term: set() for term in terms}
    for article in articles:
        words = {word for field in _fields(article) for word in _LATIN.findall(_plain(field))}
        for stem in {stemmer.stemWord(word) for word in words} & by_stem.keys():
            for term in by_stem[stem]:
                found[term].add(article.id)
    return found


def _accuracy(database: Database, terms: Sequence[str], truth: dict[str, set[int]]) -> Accuracy:
    expected = found = right = 0
    with database.reading() as connection:
        for term in terms:
            ids = set(find_ids(connection, term))
            expected += len(truth[term])
            found += len(ids)
            right += len(ids & truth[term])
    return Accuracy(len(terms), expected, found, right)


def _times(database: Database, terms: Sequence[str], *, newest: bool) -> tuple[float, ...]:
    """Seconds of whole searches: median, 95th percentile, longest; CPU of this process: median, 95th percentile."""
    seconds, cpu = [], []
    with database.reading() as connection:
        for term in terms:
            began, worked = time.perf_counter(), time.process_time()
            search(connection, term, limit=20, sort="newest" if newest else "relevance", now=NOW)
            seconds.append(time.perf_counter() - began)
            cpu.append(time.process_time() - worked)
    last = (
        statistics.quantiles(seconds, n=20)[18],
        max(seconds),
        statistics.median(cpu),
        statistics.quantiles(cpu, n=20)[18],
    )
    return statistics.median(seconds), *last


def _insert_seconds(url: str, articles: int, indexed: bool) -> float:
    """Store visits as a crawl does, up to 100 a transaction, with the index or without."""
    database = open_database(url)
    writer = RunWriter(database, PipelineRules())
    written = {f"https://stored.example/{each.id}": each for each in write(articles, Vocabulary())}
    scope = Scope(
        name="stored", starts=tuple(map(place, written)), hosts=frozenset({"stored.example"}), domains=frozenset(),
        depth=1, max_pages=articles,
    )  # fmt: skip
    writer.start([scope], ["stored"], command="benchmark", version="0", host="here", pid=1).result()
    leases = writer.lease({}, window=articles, limit=articles, requests=0).result()
    with contextlib.nullcontext() if indexed else _without_index():
        began = time.monotonic()
        for future in [writer.store(visit) for visit in _visits(leases, written)]:
            future.result()
        seconds = time.monotonic() - began
    writer.finish("done", 0).result()
    writer.close()
    database.close()
    return seconds


@contextlib.contextmanager
def _without_index() -> Iterator[None]:
    """Write as it would be without the index: nothing is noted, so that nothing is written."""
    with mock.patch("storage.search.index._note"):
        yield


def _visits(leases: Sequence[Lease], written: dict[str, Written]) -> Iterator[Visit]:
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    for lease in leases:
        each = written[lease.url]
        reading = Reading(
            url=lease.url, canonical_url=lease.url, is_article=True, kind="article", title=each.title, text=each.text,
            summary=each.summary, language=each.language, extractor_version="1",
        )  # fmt: skip
        yield Visit(lease, lease.url, now, 200, reading)
