"""Find what rises: names, words of headlines, and stories, each against its own four weeks before."""

import dataclasses
import datetime
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, text

from storage.column_types import UTCDateTime
from storage.report.figures import StoryFigures
from storage.search.across import words_of
from storage.search.folding import fold

USUAL = datetime.timedelta(days=28)
LEAST_NEW, LEAST_TIMES, MOST_RISING = 3, 3.0, 10
"""Articles of the period that a rising name or word needs, how many times its usual number they are, and those told."""

LEAST_SOURCES = 2
"""Sources whose headlines have a rising word."""

SAME = 0.5
"""The share of a word's articles that an earlier word of the list may have, too: else both tell of the same."""

READ = 40_000
"""Newest headlines whose words are counted: 0.5 s of CPU."""

KNOWN_FOR = datetime.timedelta(days=7)
"""How old an archive has to be, for its past to say what is usual."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rising:
    """What more articles have than usual: ``usual`` is the number of such a period in the four weeks before.

    ``id`` is that of a name or story, 0 for a word.
    """

    id: int
    name: str
    articles: int
    usual: float


def rising_names(connection: Connection, since: datetime.datetime, now: datetime.datetime) -> list[Rising]:
    """Find the names that rise in the articles that are new since then, against the four weeks before."""
    first = connection.execute(text("SELECT min(first_seen_at) FROM article")).scalar()
    began = datetime.datetime.fromisoformat(first) if isinstance(first, str) else first
    if began is None or since - began < KNOWN_FOR:
        return []
    share = (now - since) / min(USUAL, since - began)
    statement = text(
        "SELECT owner.id, owner.name_ja, owner.name_en,"
        " sum(CASE WHEN article.first_seen_at >= :since THEN 1 ELSE 0 END) AS articles,"
        " sum(CASE WHEN article.first_seen_at < :since THEN 1 ELSE 0 END) AS before"
        " FROM article JOIN article_entity ON article_entity.article_id = article.id"
        " JOIN entity ON entity.id = article_entity.entity_id"
        " JOIN entity AS owner ON owner.id = coalesce(entity.same_as_id, entity.id)"
        " WHERE article.first_seen_at >= :begin AND article.first_seen_at <= :now"
        " GROUP BY owner.id, owner.name_ja, owner.name_en"
    ).bindparams(*(bindparam(name, type_=UTCDateTime()) for name in ("since", "begin", "now")))
    rows = connection.execute(statement, {"since": since, "begin": since - USUAL, "now": now})
    found = []
    for row in rows:
        usual = float(row.before) * share
        if _rises(row.articles, usual):
            found.append(Rising(row.id, row.name_ja or row.name_en, int(row.articles), round(usual, 1)))
    return sorted(found, key=lambda each: (_times(each), -each.id), reverse=True)[:MOST_RISING]


def rising_words(
    connection: Connection, since: datetime.datetime, now: datetime.datetime, names: Iterable[str] = ()
) -> list[Rising]:
    """Find the words of headlines that rise, against the four weeks before; parts of ``names`` are left out.

    Of words that the same articles have, one is given.
    """
    statement = text(
        "SELECT article.id, source_id, language, title, first_seen_at FROM article"
        " WHERE first_seen_at >= :begin AND first_seen_at <= :now ORDER BY first_seen_at DESC LIMIT :most"
    ).columns(first_seen_at=UTCDateTime())
    statement = statement.bindparams(*(bindparam(name, type_=UTCDateTime()) for name in ("begin", "now")))
    rows = connection.execute(statement, {"begin": since - USUAL, "now": now, "most": READ}).all()
    if not rows or since - rows[-1].first_seen_at < KNOWN_FOR:
        return []
    share = (now - since) / min(USUAL, since - rows[-1].first_seen_at)
    before: Counter[str] = Counter()
    fresh: dict[str, dict[int, int]] = {}
    for row in rows:
        words = {word for word, is_whole in words_of(row.title, row.language) if is_whole}
        if row.first_seen_at < since:
            before.update(words)
            continue
        for word in words:
            fresh.setdefault(word, {})[row.id] = row.source_id
    known = [fold(name) for name in names]
    found = []
    for word, articles in fresh.items():
        usual = before[word] * share
        is_known = any(word in name or name in word for name in known)
        if _rises(len(articles), usual) and len(set(articles.values())) >= LEAST_SOURCES and not is_known:
            found.append((Rising(0, word, len(articles), round(usual, 1)), set(articles)))
    # Of words of the same articles the longest, then the others by how much they rise.
    found.sort(key=lambda pair: (_times(pair[0]), len(pair[0].name), pair[0].name), reverse=True)
    told: list[tuple[Rising, set[int]]] = []
    for rising, ids in found:
        if len(told) < MOST_RISING and all(len(ids & others) <= SAME * len(ids) for _, others in told):
            told.append((rising, ids))
    return [rising for rising, _ in told]


def rising_stories(stories: Sequence[StoryFigures], since: datetime.datetime, now: datetime.datetime) -> list[Rising]:
    """Find the stories that began before and now have more articles than in such a period of their past."""
    found = []
    for story in stories:
        earlier = [each for each in story.members if not each.fresh]
        if not earlier:
            continue
        began = datetime.datetime.fromisoformat(earlier[0].at)
        periods = max(1.0, (since - began) / (now - since))
        new, usual = len(story.members) - len(earlier), len(earlier) / periods
        if _rises(new, usual):
            found.append(Rising(story.id, story.title, new, round(usual, 1)))
    return sorted(found, key=lambda each: (_times(each), -each.id), reverse=True)[:MOST_RISING]


def _rises(articles: int, usual: float) -> bool:
    return articles >= LEAST_NEW and articles >= LEAST_TIMES * max(usual, 0.5)


def _times(rising: Rising) -> tuple[float, int]:
    return rising.articles / max(rising.usual, 0.5), rising.articles
