"""Write an archive in bulk: a day's articles in one transaction, with everything that a crawl stores of them."""

import collections
import concurrent.futures
import contextlib
import dataclasses
import datetime
import gc
import itertools
import multiprocessing
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.archives.news import NewsArticle
from benchmarks.archives.prepare import DISTINCT, PARTS, Day, PreparedArticle, prepare, repeat, repeated, split
from benchmarks.archives.rows import ORDER, DayRows, Row, sources
from pipelines.text_rules import PipelineRules
from storage.articles.minhash_index import ROWS_A_KEY, pack_keys
from storage.chunks import chunks_of
from storage.column_types import UTCDateTime
from storage.database.copy import set_sequence
from storage.database.engine import Database
from storage.entities.store import store_mentions
from storage.reading import iso_utc
from storage.search.index import index_articles
from storage.stories.term_index import TermIndex
from storage.tables.core import Address, Article, Base, Run
from storage.tables.dedup import ArticleSignature, Band
from storage.tables.stories import StoryProfile
from storage.text_rules import bind_rules, rules_of

ENDS = datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC)
"""The moment at which the archive ends, unless another is given."""

DAYS, A_DAY = 60, 1_667
"""Days of an archive at least, and articles a day at most: larger archives go further back."""

SEED = 7

CACHE = 1_000_000
"""KiB that SQLite keeps of the file: near-duplicates' keys go all over their table."""

Progress = Callable[[int], None]


def days_for(articles: int) -> int:
    """Give the days of an archive."""
    return max(DAYS, -(-articles // A_DAY))


def fill(
    database: Database,
    articles: int,
    *,
    seed: int = SEED,
    days: Sequence[datetime.datetime] = (),
    parts: Collection[str] = PARTS,
    others: Sequence[NewsArticle] = (),
    distinct: int = DISTINCT,
    grouped: bool = False,
    processes: int = 0,
    folder: Path | None = None,
    progress: Progress = lambda _articles: None,
) -> None:
    """Write an archive of so many articles, the same for the same seed; ``others`` are written among them.

    ``days`` are the last moments of its days, in the order of time; else they are those before ENDS.

    What was written before by the same call, and interrupted, is gone on with. ``parts`` of PARTS are written beside
    the articles themselves. Texts of the last ``distinct`` days are computed; the other days repeat them. Articles wait
    to be grouped into stories afterwards (``kiji db stories``); if they are to be ``grouped``, each made-up event is a
    story at once, and only ``others`` wait. ``processes`` prepare the next days meanwhile. ``folder`` keeps what was
    computed of texts, for later calls and other databases.
    """
    rules = PipelineRules()
    if folder is None:
        with tempfile.TemporaryDirectory() as made:
            fill(
                database, articles, seed=seed, days=days, parts=parts, others=others, distinct=distinct,
                grouped=grouped, processes=processes, folder=Path(made), progress=progress,
            )  # fmt: skip
        return
    folder.mkdir(parents=True, exist_ok=True)
    with database.reading() as connection:
        done = connection.execute(select(func.count()).select_from(Run)).scalar_one()
    days = days or last_days(articles)
    wanted = list(split(articles, days, seed, others))
    maker = _Maker(wanted, distinct, parts, folder)
    with _collecting_once_a_day() as collect:
        for run_id, prepared in enumerate(_prepared(wanted[done:], maker, processes), done + 1):
            with database.writing() as session:
                if database.is_sqlite:
                    session.connection().exec_driver_sql(f"PRAGMA cache_size = -{CACHE}")
                bind_rules(session, rules)
                _write_day(session, wanted[run_id - 1], run_id, prepared, parts, grouped=grouped)
            progress(len(prepared))
            del prepared
            collect()
    if not database.is_sqlite:
        with database.writing() as session:
            for table in Base.metadata.sorted_tables:
                set_sequence(session.connection(), table)


@contextlib.contextmanager
def _collecting_once_a_day() -> Iterator[Callable[[], int]]:
    """Give a day's garbage collection: else Python looks through the day's rows again and again while they are made."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield gc.collect
    finally:
        if enabled:
            gc.enable()


def last_days(articles: int) -> list[datetime.datetime]:
    """Give the days of an archive that ends at ENDS."""
    return [ENDS - datetime.timedelta(days=back) for back in reversed(range(days_for(articles)))]


@dataclasses.dataclass(frozen=True, slots=True)
class _Maker:
    """Prepares days: the last ``distinct`` ones anew, each of the others from the one of these that it repeats.

    ``folder`` keeps what was computed.
    """

    days: Sequence[Day]
    distinct: int
    parts: Collection[str]
    folder: Path

    def __call__(self, day: Day) -> list[PreparedArticle]:
        before, times = repeated(self.days, day, self.distinct)
        named = f"{before.seed} {before.ends:%Y-%m-%d} {before.articles} {' '.join(self.parts)}"
        prepared = prepare(before, self.parts, self.folder / f"{named}.pickle")[: day.articles]
        made = repeat(prepared, before, day, times) if times else prepared
        return [*made, *prepare(dataclasses.replace(day, articles=0), self.parts)]


def _prepared(days: Sequence[Day], maker: _Maker, processes: int) -> Iterator[list[PreparedArticle]]:
    """Prepare days in their order, in this process or in others, where one day more than processes is ahead."""
    if not processes:
        yield from map(maker, days)
        return
    with concurrent.futures.ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        waiting = iter(days)
        running = collections.deque(pool.submit(maker, day) for day in itertools.islice(waiting, processes + 1))
        while running:
            prepared = running.popleft().result()
            running.extend(pool.submit(maker, day) for day in itertools.islice(waiting, 1))
            yield prepared


def _write_day(
    session: Session,
    day: Day,
    run_id: int,
    prepared: Sequence[PreparedArticle],
    parts: Collection[str],
    *,
    grouped: bool,
) -> None:
    connection = session.connection()
    last = {t: connection.execute(select(func.coalesce(func.max(t.id), 0))).scalar_one() for t in (Article, Address)}
    if run_id == 1:
        _insert(session, sources(day.last))
        last[Address] = connection.execute(select(func.max(Address.id))).scalar_one()
    chance = random.Random(f"rows {day.seed} {day.number}")  # noqa: S311 - repeatable, not secret
    made = DayRows(chance, run_id, last[Article], last[Address], day.last, grouped=grouped)
    rows = made.make(prepared, day.ends)
    _insert(session, rows)
    found = dict(zip((row["id"] for row in rows[Article]), prepared, strict=True))
    if "duplicates" in parts:
        _sign(session, found)
    if "stories" in parts:
        _profile(session, found, grouped=grouped)
    if "entities" in parts:
        store_mentions(session, {number: each.mentions for number, each in found.items()})
    if "search" in parts:
        terms = {each.words: each.search_terms for each in prepared if each.search_terms is not None}
        index_articles(connection, list(found), terms)


def _insert(session: Session, rows: Mapping[type[Base], Sequence[Row]]) -> None:
    """Insert rows past SQLAlchemy's parameters, which cost more than the databases' work. All of a table are alike."""
    connection = session.connection()
    sqlite = connection.dialect.name == "sqlite"
    for table in (table for table in ORDER if rows.get(table)):
        known = table.__table__.columns
        defaults = {
            each.name: each.default.arg for each in known if each.default is not None and each.default.is_scalar
        }
        given = list(rows[table][0])
        columns = [*given, *(name for name in defaults if name not in given)]
        marks = ", ".join(["?" if sqlite else "%s"] * len(columns))
        statement = f'INSERT INTO "{table.__tablename__}" ({", ".join(columns)}) VALUES ({marks})'
        values = [itemgetter(*columns)(defaults | row) for row in rows[table]]
        times = [isinstance(known[column].type, UTCDateTime) for column in columns]
        if sqlite and any(times):
            values = [
                tuple(iso_utc(value) if is_time and value else value for is_time, value in zip(times, row, strict=True))
                for row in values
            ]
        connection.exec_driver_sql(statement, values)


def _sign(session: Session, articles: dict[int, PreparedArticle]) -> None:
    """Index the articles' near-duplicates; keys that are full take no more."""
    signed = {number: each.signature for number, each in articles.items() if each.signature is not None}
    keys = sorted({key for signature in signed.values() for key in signature.keys})
    stored: Counter[int] = Counter()
    for chunk in chunks_of(keys):
        counted = select(Band.key, func.count()).where(Band.key.in_(chunk)).group_by(Band.key)
        for key, number in session.connection().execute(counted):
            stored[key] += number
    signatures, bands = [], []
    for article_id, signature in signed.items():
        free = [key for key in dict.fromkeys(signature.keys) if stored[key] < ROWS_A_KEY]
        stored.update(free)
        bands += [{"key": key, "article_id": article_id} for key in free]
        signatures.append(
            {"article_id": article_id, "version": signature.version, "shingles": signature.shingles,
             "minhash": signature.minhash, "keys": pack_keys(free)}
        )  # fmt: skip
    bands.sort(key=itemgetter("key"))
    _insert(session, {ArticleSignature: signatures, Band: bands})


def _profile(session: Session, articles: dict[int, PreparedArticle], *, grouped: bool) -> None:
    """File the articles' profiles; what is not ``grouped`` yet waits to be."""
    index, version = TermIndex(session), rules_of(session).story_version
    profiles = []
    for number, each in articles.items():
        at = each.article.at
        index.add(number, at, each.keys)
        profiles.append(
            {
                "article_id": number,
                "at": at,
                "version": version,
                "terms": each.terms,
                "settled": grouped and each.article.event > 0,
            }
        )
    _insert(session, {StoryProfile: profiles})
    index.save()
