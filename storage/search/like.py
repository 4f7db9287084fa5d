"""Find articles like one, in any language, by the rare words and names that they share."""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

from storage.reading import iso_utc
from storage.search.across import words_of
from storage.search.finder import Filters
from storage.search.parse import parse_query
from storage.search.query import count_candidates, count_up_to, newest_candidates

BEGINNING = 600
"""Characters of a text whose words are compared."""

ASKED, COMPARED = 40, 10
"""Words that are counted, the title's first; the rarest are compared."""

COMMON = 2_000
"""Articles with a word or name, from which on it says nothing."""

LOOKED_AT = 200
"""Newest articles with each word or name."""

POOL = 60
"""Articles with the most in common that are compared."""

LEAST_SHARED, LEAST_SCORE = 2, 0.2


@dataclasses.dataclass(frozen=True, slots=True)
class Similar:
    """An article like another one; ``score`` is 0 to 1, ``shared`` the words and names of both."""

    id: int
    url: str
    source: str
    language: str
    title: str
    dated_at: str
    story_id: int | None
    score: float
    shared: tuple[str, ...]


def similar_articles(connection: Connection, article_id: int, timezone: str, limit: int = 10) -> list[Similar]:
    """Find articles like one, the most alike first; [] for an unknown id.

    Names count across languages, words in the article's own. Reads at most 200 articles for each of ten words and
    each name.
    """
    article = connection.execute(
        text("SELECT title, substr(text, 1, :beginning) AS text, language FROM articles WHERE id = :id"),
        {"id": article_id, "beginning": BEGINNING},
    ).first()
    if article is None:
        return []
    total = max(2, count_candidates(connection, parse_query("after:1000-01-01", timezone)))
    names = list(_by_names(connection, article_id, total))
    words = list(_by_words(connection, (article.title, article.text), article.language, total, timezone))
    scores: dict[int, float] = {}
    shared: dict[int, list[str]] = {}
    for name, bits, ids in (*names, *words):
        for number in ids:
            scores[number] = scores.get(number, 0.0) + bits
            shared.setdefault(number, []).append(name)
    of_names, of_words = (sum(bits for _, bits, _ in some) for some in (names, words))
    wanted = [n for n in scores if n != article_id and len(shared[n]) >= LEAST_SHARED]
    found = []
    for row in _read(connection, sorted(wanted, key=lambda number: (-scores[number], number))[:POOL]):
        # Another language shares names alone.
        most = of_names + of_words if row.language == article.language else of_names + of_words / 2
        score = min(1.0, scores[row.id] / most)
        if score >= LEAST_SCORE:
            found.append(_similar(row, score, shared[row.id]))
    return sorted(found, key=lambda each: (-each.score, each.id))[:limit]


def _by_names(connection: Connection, article_id: int, total: int) -> Iterable[tuple[str, float, list[int]]]:
    """Give the names of an article with their bits, and the newest articles that have each."""
    names = connection.execute(
        text(
            "SELECT entities.id, coalesce(name_ja, name_en) AS name, entities.articles FROM article_entities"
            " JOIN entities ON entities.id = entity_id"
            " WHERE article_id = :id AND entities.articles BETWEEN 2 AND :common"
            " ORDER BY entities.articles, entities.id LIMIT 12"
        ),
        {"id": article_id, "common": COMMON},
    ).all()
    newest = text("SELECT article_id FROM article_entities WHERE entity_id = :id ORDER BY article_id DESC LIMIT :limit")
    for row in names:
        ids = list(connection.scalars(newest, {"id": row.id, "limit": LOOKED_AT}))
        yield row.name, math.log2(total / min(row.articles, total - 1)), ids


def _by_words(
    connection: Connection, parts: tuple[str, str], language: str, total: int, timezone: str
) -> Iterable[tuple[str, float, list[int]]]:
    """Give the rarest words of an article with their bits, and the newest articles that have each."""
    words = list(dict.fromkeys(word for part in parts for word, is_whole in words_of(part, language) if is_whole))
    counted = []
    filters = Filters(language=language)
    for word in words[:ASKED]:
        query = parse_query(f'"{word}"', timezone)
        number = count_up_to(connection, query, filters, COMMON + 1)
        if 2 <= number <= COMMON:
            counted.append((number, word, query))
    for number, word, query in sorted(counted, key=lambda entry: entry[:2])[:COMPARED]:
        yield word, math.log2(total / min(number, total - 1)), newest_candidates(connection, query, filters, LOOKED_AT)


def _read(connection: Connection, ids: Sequence[int]) -> Sequence[Any]:
    statement = text(
        "SELECT id, url, source, language, title, coalesce(published_at, first_seen_at) AS dated_at, story_id"
        " FROM articles WHERE id IN :ids"
    ).bindparams(bindparam("ids", list(ids), expanding=True))
    return connection.execute(statement).all() if ids else []


def _similar(row: Any, score: float, shared: Sequence[str]) -> Similar:
    moment = row.dated_at if isinstance(row.dated_at, str) else str(iso_utc(row.dated_at))
    return Similar(
        row.id, row.url, row.source, row.language, row.title, moment, row.story_id, round(score, 3), tuple(shared)
    )
