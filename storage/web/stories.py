"""Query what the pages about stories show."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection

from storage.stories.coverage import in_words, story_coverage
from storage.web.article_list import LISTED, Context, count_rows, page_number, query_rows
from storage.web.periods import KINDS, Period, newest_story_day, parse_day, period_of
from storage.web.svg import timeline

LISTED_STORIES = 100
"""Stories of a page of a list."""

MOST_DOTS = 80
"""Articles of a story that are drawn; more would be a blot. The list under the drawing has all."""

MOST_EVIDENCE = 200

COVERAGES: Mapping[str, str] = {
    "": "1",
    "both": "articles_ja > 0 AND articles_en > 0",
    "ja": "articles_ja > 0 AND articles_en = 0",
    "en": "articles_en > 0 AND articles_ja = 0",
}
"""The choices of a language, and what a story must have."""

_ALIKE = 0.8
"""Shared share of two headlines' characters in pairs, from which on they are shown as one."""


def stories_page(connection: sqlite3.Connection, searched: Connection, asked: Mapping[str, str]) -> Context:
    """List the stories of several articles that were active in a day, week, month or ever, most sources first."""
    language = asked.get("language", "") if asked.get("language", "") in COVERAGES else ""
    newest = newest_story_day(connection)
    day = parse_day(asked.get("at", "")) or newest
    period = period_of(asked.get("period", ""), day) if day else Period("all")
    begin, end = period.bounds
    page = page_number(asked.get("page", ""))
    within = "articles > 1 AND last_local >= ? AND first_local < ?"
    rows = query_rows(
        connection,
        f"SELECT * FROM stories WHERE {within} AND {COVERAGES[language]}"  # noqa: S608 - conditions of our own
        f" ORDER BY sources DESC, articles DESC, last_at DESC, id LIMIT {LISTED_STORIES} OFFSET ?",
        begin,
        end,
        (page - 1) * LISTED_STORIES,
    )
    counts = {
        name: count_rows(connection, f"SELECT count(*) FROM stories WHERE {within} AND {condition}", begin, end)  # noqa: S608 - conditions of our own
        for name, condition in COVERAGES.items()
    }
    covered = story_coverage(searched, rows)
    return {
        "stories": [{"story": row, "coverage": each} for row, each in zip(rows, covered, strict=True)],
        "counts": counts,
        "language": language,
        "period": period,
        "kinds": KINDS,
        "at": day.isoformat() if day else "",
        "before": _beside(connection, period, "last_local < ?", "max(last_local)", begin),
        "after": _beside(connection, period, "first_local >= ?", "min(first_local)", end),
        "page": page,
        "more": counts[language] > page * LISTED_STORIES,
        "link": lambda **changes: "/stories?" + urlencode(_chosen(period, day, language) | changes),
        "in_words": in_words,
    }


def _chosen(period: Period, day: Any, language: str) -> dict[str, str]:
    chosen = {"period": period.kind, "at": day.isoformat() if day else "", "language": language}
    return {name: value for name, value in chosen.items() if value}


def _beside(connection: sqlite3.Connection, period: Period, condition: str, nearest: str, bound: str) -> str:
    """Give the nearest day before or after the period with a story; "" where there is none."""
    if period.begin is None:
        return ""
    query = f"SELECT {nearest} FROM stories WHERE articles > 1 AND {condition}"  # noqa: S608 - conditions of our own
    [day] = connection.execute(query, (bound,)).fetchone()
    return str(day)[:10] if day else ""


def story_page(connection: sqlite3.Connection, searched: Connection, story_id: int) -> Context | None:
    """Show one story over time; None for an unknown id."""
    rows = query_rows(connection, "SELECT * FROM stories WHERE id = ?", story_id)
    if not rows:
        return None
    articles = query_rows(
        connection,
        f"SELECT {LISTED}, articles.published_at FROM articles WHERE story_id = ?"  # noqa: S608 - columns of our own
        " ORDER BY coalesce(published_local, first_seen_local), id",
        story_id,
    )
    drawn = (articles + _copies(connection, story_id))[: MOST_DOTS * 2]
    drawn = sorted(drawn, key=lambda each: str(each["local"]))[-MOST_DOTS:]
    links = connection.execute(
        "SELECT DISTINCT article_id, related_article_id FROM related_links WHERE article_id IN"
        " (SELECT id FROM articles WHERE story_id = ?) AND related_article_id IS NOT NULL",
        (story_id,),
    ).fetchall()
    [coverage] = story_coverage(searched, rows)
    return {
        "story": rows[0],
        "coverage": coverage,
        "lead": in_words(coverage.lead),
        "articles": articles,
        "folded": fold_headlines(articles),
        "columns": {code: fold_headlines([a for a in articles if a["language"] == code]) for code in ("ja", "en")},
        "timeline": timeline(drawn, [(a, b) for a, b in links if a != b]) if drawn else None,
        "evidence": _evidence(connection, story_id, articles),
        "drawn": len(drawn),
        "drawable": len(articles) + rows[0]["copies"],
    }


def _copies(connection: sqlite3.Connection, story_id: int) -> list[Context]:
    """Read the copies of a story's articles elsewhere, each at its own date; they are drawn in their own lanes."""
    return query_rows(
        connection,
        "SELECT -copies.id AS id, copies.article_id, copies.source, articles.language, copies.title,"
        " coalesce(copies.published_local, copies.seen_local) AS local, copies.published_at IS NULL AS undated,"
        " 1 AS is_copy FROM copies JOIN articles ON articles.id = copies.article_id"
        " WHERE articles.story_id = ? AND copies.kind <> 'url' ORDER BY local LIMIT 500",
        story_id,
    )


def _evidence(connection: sqlite3.Connection, story_id: int, articles: Sequence[Context]) -> list[Context]:
    """Read the ties of a story, each with both of its articles, the strongest first."""
    by_id = {article["id"]: article for article in articles}
    ties = query_rows(
        connection,
        f"SELECT * FROM story_evidence WHERE story_id = ? ORDER BY weight DESC LIMIT {MOST_EVIDENCE}",  # noqa: S608 - a number
        story_id,
    )
    return [
        {**tie, "article": by_id.get(tie["article_id"]), "other": by_id.get(tie["other_article_id"])} for tie in ties
    ]


def fold_headlines(articles: Sequence[Context]) -> list[Context]:
    """Put articles with nearly the same headline under the first of them, as its ``same``."""
    folded: list[Context] = []
    pairs: list[frozenset[str]] = []
    for article in articles:
        own = _pairs(article["title"])
        place = next((at for at, other in enumerate(pairs) if _is_alike(own, other)), None)
        if place is None:
            folded.append({**article, "same": []})
            pairs.append(own)
        else:
            folded[place]["same"].append(article)
    return folded


def _pairs(title: str) -> frozenset[str]:
    plain = re.sub(r"[\W_]+", "", title.casefold())
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


def _is_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and len(one & other) >= _ALIKE * len(one | other)
