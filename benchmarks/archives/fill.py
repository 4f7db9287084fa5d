"""Write an archive in bulk: a day's articles in one transaction, with everything that a crawl stores of them."""

import datetime
import itertools
import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from benchmarks.archives.news import NewsArticle, write_day
from benchmarks.archives.rows import ORDER, DayRows, Row, sources
from pipelines.text_rules import PipelineRules
from storage.articles.minhash_index import ROWS_A_KEY, pack_keys
from storage.chunks import chunks_of
from storage.database.engine import Database
from storage.entities.store import store_mentions
from storage.search.index import index_articles
from storage.stories.term_index import ALL, TermIndex
from storage.tables.core import Address, Article, Run
from storage.tables.dedup import ArticleSignature, Band
from storage.tables.stories import StoryProfile
from storage.text_rules import TextRules, bind_rules, rules_of

ENDS = datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC)
"""The moment at which the archive ends, unless another is given."""

DAYS, A_DAY = 60, 1_700
"""Days of an archive at least, and articles a day at most: larger archives go further back."""

Progress = Callable[[int], None]


SEED = 7

PARTS = ("duplicates", "stories", "entities", "search")
"""What an archive has beside articles: near-duplicates, profiles of stories, entities, the search index."""


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
    progress: Progress = lambda _articles: None,
) -> None:
    """Write an archive of so many articles, the same for the same seed; ``others`` are written among them.

    ``days`` are the last moments of its days, in the order of time; else they are those before ENDS.

    What was written before by the same call, and interrupted, is gone on with. Articles wait to be grouped into stories
    afterwards (``kiji db stories``). ``parts`` of PARTS are written beside the articles themselves.
    """
    rules = PipelineRules()
    with database.reading() as connection:
        done = connection.execute(select(func.count()).select_from(Run)).scalar_one()
    days = days or last_days(articles)
    for number, day in enumerate(days[done:], done + 1):
        with database.writing() as session:
            bind_rules(session, rules)
            written = articles_of_day(articles, days, number, others, seed)
            _write_day(session, written, number, day, seed, days[-1], parts)
        progress(len(written))


def last_days(articles: int) -> list[datetime.datetime]:
    """Give the days of an archive that ends at ENDS."""
    return [ENDS - datetime.timedelta(days=back) for back in reversed(range(days_for(articles)))]


def articles_of_day(
    articles: int, days: Sequence[datetime.datetime], number: int, others: Sequence[NewsArticle], seed: int
) -> list[NewsArticle]:
    """Write the articles of a day, the first of which has the number 1, in the order of their ids."""
    wanted = articles * number // len(days) - articles * (number - 1) // len(days)
    day = days[number - 1]
    written = list(itertools.islice(write_day(seed, number, wanted, day, days[-1]), wanted))
    return written + [each for each in others if day - datetime.timedelta(days=1) < each.at <= day]


def _write_day(
    session: Session,
    articles: Sequence[NewsArticle],
    run_id: int,
    day: datetime.datetime,
    seed: int,
    ends: datetime.datetime,
    parts: Collection[str],
) -> None:
    connection = session.connection()
    last = {t: connection.execute(select(func.coalesce(func.max(t.id), 0))).scalar_one() for t in (Article, Address)}
    if run_id == 1:
        _insert(session, sources(ends))
        last[Address] = connection.execute(select(func.max(Address.id))).scalar_one()
    chance = random.Random(f"rows {seed} {run_id}")  # noqa: S311 - repeatable, not secret
    made = DayRows(chance, run_id, last[Article], last[Address], ends)
    rows = made.make(articles, day)
    _insert(session, rows)
    found = rows[Article]
    rules = rules_of(session)
    if "duplicates" in parts:
        _sign(session, rules, found)
    if "stories" in parts:
        _profile(session, rules, found)
    if "entities" in parts:
        store_mentions(session, {r["id"]: rules.find_entities(r["title"], r["text"], r["language"]) for r in found})
    if "search" in parts:
        index_articles(connection, [row["id"] for row in found])


def _insert(session: Session, rows: dict[type, list[Row]]) -> None:
    for table in ORDER:
        if rows.get(table):
            session.connection().execute(insert(table), rows[table])


def _sign(session: Session, rules: TextRules, articles: Sequence[Row]) -> None:
    """Index the articles' near-duplicates; keys that are full take no more."""
    signed = {row["id"]: rules.sign(row["text"], row["language"]) for row in articles}
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
    session.connection().execute(insert(ArticleSignature), signatures)
    session.connection().execute(insert(Band), sorted(bands, key=lambda row: (row["key"], row["article_id"])))


def _profile(session: Session, rules: TextRules, articles: Sequence[Row]) -> None:
    """File the articles' profiles; they wait to be grouped."""
    index, profiles = TermIndex(session), []
    for row in articles:
        at = row["published_at"]
        terms = rules.story_terms(row["title"], row["text"], row["language"], at)
        index.add(row["id"], at, (ALL, *rules.story_keys(terms, row["language"])))
        profiles.append(
            {"article_id": row["id"], "at": at, "version": rules.story_version, "terms": terms, "settled": False}
        )
    session.connection().execute(insert(StoryProfile), profiles)
    index.save()
