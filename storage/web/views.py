"""Query what each page shows; each function gives a template's context."""

import datetime
import itertools
import json
import sqlite3
from collections.abc import Mapping

from storage.snapshot.local_time import days_until
from storage.text_diff import diff_paragraphs
from storage.web.article_list import LISTED, NEWEST_FIRST, Context, count_rows, query_rows, read_metadata
from storage.web.entities import entities_of_article
from storage.web.safe_text import paragraphs, safe_body
from storage.web.svg import Bar, day_bars

CHART_DAYS, SPARK_DAYS = 28, 21


def home(connection: sqlite3.Connection) -> Context:
    """Show the last day in numbers, charts, the biggest stories and sources."""
    snapshot = read_metadata(connection)
    made = datetime.datetime.fromisoformat(snapshot["made_at"])
    yesterday = f"{made - datetime.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    fresh = dict(
        connection.execute(
            # The sign keeps SQLite from going through all articles by language.
            "SELECT language, count(*) FROM articles WHERE first_seen_at >= ? GROUP BY +language",
            (yesterday,),
        ).fetchall()
    )
    return {
        "fresh": {"ja": fresh.get("ja", 0), "en": fresh.get("en", 0), "all": sum(fresh.values())},
        "articles_in_all": count_rows(connection, "SELECT count(*) FROM articles"),
        "last_new": query_rows(
            connection, "SELECT first_seen_local AS local FROM articles ORDER BY first_seen_at DESC LIMIT 1"
        ),
        "days": _day_chart(connection, CHART_DAYS, 132),
        "stories": _stories_since(connection, 3, 8),
        "latest": query_rows(
            connection,
            # Without articles dated into the future, and undated ones of the last crawl where nothing is recent.
            f"SELECT {LISTED} FROM articles WHERE day <= ? ORDER BY {NEWEST_FIRST} LIMIT 14",  # noqa: S608 - columns of our own
            snapshot["last_day"],
        ),
        "sources": sources(connection)["sources"],
    }


def _stories_begin(connection: sqlite3.Connection, days: int) -> str:
    """Compute the start of a window that ends at the newest article."""
    newest = datetime.datetime.fromisoformat(read_metadata(connection)["newest_at"])
    return f"{newest - datetime.timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def _stories_since(connection: sqlite3.Connection, days: int, most: int) -> list[Context]:
    return query_rows(
        connection,
        "SELECT stories.*, first.language FROM stories"
        " LEFT JOIN articles AS first ON first.id = (SELECT id FROM articles WHERE story_id = stories.id"
        " ORDER BY published_at, id LIMIT 1)"
        " WHERE stories.last_at >= ? AND stories.first_at <= ? AND stories.articles > 1"
        " ORDER BY stories.sources DESC, stories.articles DESC, stories.last_at DESC LIMIT ?",
        _stories_begin(connection, days),
        read_metadata(connection)["made_at"],
        most,
    )


def _last_day(connection: sqlite3.Connection) -> datetime.date:
    return datetime.date.fromisoformat(read_metadata(connection)["last_day"])


def _day_chart(connection: sqlite3.Connection, days: int, height: int, source: str | None = None) -> list[Bar]:
    window = days_until(_last_day(connection), days)
    query = "SELECT day, sum(articles_ja), sum(articles_en), sum(articles) FROM source_days WHERE day >= ?"
    values: list[object] = [window[0]]
    if source is not None:
        query, values = f"{query} AND source = ?", [*values, source]
    rows = connection.execute(query + " GROUP BY day", values)
    counts = {day: (int(ja), int(en), int(total - ja - en)) for day, ja, en, total in rows}
    return day_bars(window, counts, height)


def headline(connection: sqlite3.Connection, article_id: int) -> Context | None:
    """Read what a list shows of one article; None for an unknown id."""
    rows = query_rows(connection, f"SELECT {LISTED} FROM articles WHERE id = ?", article_id)  # noqa: S608 - columns of our own
    return rows[0] if rows else None


def article(connection: sqlite3.Connection, article_id: int) -> Context | None:
    """Show one article with all that is known of it; None for an unknown id."""
    rows = query_rows(
        connection,
        "SELECT *, coalesce(published_local, first_seen_local) AS local FROM articles WHERE id = ?",
        article_id,
    )
    if not rows:
        return None
    [page] = rows
    versions = query_rows(connection, "SELECT * FROM revisions WHERE article_id = ? ORDER BY revision", article_id)
    return {
        "article": page,
        "body": safe_body(page["text"], page["body"]),
        "revisions": [
            {
                **new,
                "old_title": old["title"],
                "changes": list(diff_paragraphs(paragraphs(old["text"]), paragraphs(new["text"]))),
            }
            for old, new in itertools.pairwise(versions)
        ],
        "copies": query_rows(connection, "SELECT * FROM copies WHERE article_id = ? ORDER BY seen_at", article_id),
        "links": query_rows(
            connection,
            # Once for all pages of the article. A card may be a mere picture: what is stored then has the headline.
            "SELECT min(link.position) AS position, link.url, coalesce(nullif(link.title, ''), there.title) AS title,"
            " link.language, link.related_article_id FROM related_links AS link"
            " LEFT JOIN articles AS there ON there.id = link.related_article_id"
            " WHERE link.article_id = ? GROUP BY coalesce(CAST(there.id AS TEXT), link.url) ORDER BY 1, link.url",
            article_id,
        ),
        "linked_from": query_rows(
            connection,
            f"SELECT DISTINCT {LISTED} FROM related_links JOIN articles ON articles.id = related_links.article_id"  # noqa: S608 - columns of our own
            " WHERE related_links.related_article_id = ? AND related_links.article_id <> ?"
            " ORDER BY local DESC LIMIT 50",
            article_id,
            article_id,
        ),
        "collected": query_rows(
            connection, "SELECT * FROM collection_articles WHERE article_id = ? ORDER BY collection", article_id
        ),
        "entities": entities_of_article(connection, article_id),
        **_story_of(connection, page),
    }


def _story_of(connection: sqlite3.Connection, page: Context) -> Context:
    if page["story_id"] is None:
        return {"story": None, "story_articles": []}
    stories = query_rows(connection, "SELECT * FROM stories WHERE id = ?", page["story_id"])
    others = query_rows(
        connection,
        f"SELECT {LISTED} FROM articles WHERE story_id = ? AND id <> ? ORDER BY {NEWEST_FIRST} LIMIT 6",  # noqa: S608 - columns of our own
        page["story_id"],
        page["id"],
    )
    return {"story": stories[0] if stories and others else None, "story_articles": others}


_SORTS = {
    "source": "lower(source)", "articles": "articles", "articles_ja": "articles_ja", "articles_en": "articles_en",
    "copies": "copies", "last_new": "last_new_at", "state": "state",
}  # fmt: skip


def sorted_sources(connection: sqlite3.Connection, sort: str, descending: str) -> Context:
    """List the sources by a column; numbers and times come with the largest first unless ``descending`` is 0."""
    sort = sort if sort in _SORTS else "articles"
    descends = descending == "1" or (not descending and sort not in ("source", "state"))
    order = f"{_SORTS[sort]} IS NULL, {_SORTS[sort]} {'DESC' if descends else 'ASC'}, source"
    return {**sources(connection, order), "sort": sort, "descends": descends}


def sources(connection: sqlite3.Connection, order: str = "articles DESC, source") -> Context:
    """List the sources with their last weeks."""
    window = days_until(_last_day(connection), SPARK_DAYS)
    counts: dict[str, dict[str, tuple[int, int, int]]] = {}
    days = connection.execute(
        "SELECT source, day, articles_ja, articles_en, articles FROM source_days WHERE day >= ?", (window[0],)
    )
    for name, day, ja, en, total in days:
        counts.setdefault(name, {})[day] = (int(ja), int(en), int(total - ja - en))
    listed = query_rows(connection, f"SELECT * FROM sources ORDER BY {order}")  # noqa: S608 - words of our own
    return {"sources": [{**each, "bars": day_bars(window, counts.get(each["source"], {}), 34)} for each in listed]}


def watches(connection: sqlite3.Connection) -> Context:
    """List the saved searches."""
    return {"watches": query_rows(connection, "SELECT * FROM watches ORDER BY name")}


def collections(connection: sqlite3.Connection) -> Context:
    """List the collections."""
    return {"collections": query_rows(connection, "SELECT * FROM collections ORDER BY name")}


def noted(connection: sqlite3.Connection, name: str, notes: Mapping[int, Mapping[str, str]]) -> Context:
    """Show articles with the notes and tags given by article id; what the snapshot has not is counted."""
    query = f"SELECT {LISTED} FROM articles WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608 - columns of our own
    rows = {row["id"]: row for row in query_rows(connection, query, json.dumps(list(notes)))}
    listed = [{**rows[article_id], **noted} for article_id, noted in notes.items() if article_id in rows]
    return {"name": name, "articles": listed, "missing": len(notes) - len(listed)}


def collection(connection: sqlite3.Connection, name: str) -> Context | None:
    """Show the articles of a collection with notes and tags; None for an unknown one."""
    if not count_rows(connection, "SELECT count(*) FROM collections WHERE name = ?", name):
        return None
    query = (
        f"SELECT {LISTED}, collection_articles.note, collection_articles.tags FROM collection_articles"  # noqa: S608 - columns of our own
        " JOIN articles ON articles.id = article_id WHERE collection = ? ORDER BY added_at, articles.id"
    )
    return {"name": name, "articles": query_rows(connection, query, name), "missing": 0}


def source(connection: sqlite3.Connection, name: str) -> Context | None:
    """Show one source: its days, fetches, failures and latest articles."""
    rows = query_rows(connection, "SELECT * FROM sources WHERE source = ?", name)
    if not rows:
        return None
    days = query_rows(
        connection, "SELECT * FROM source_days WHERE source = ? AND fetched > 0 ORDER BY day DESC LIMIT 14", name
    )
    return {
        "source": rows[0],
        "chart": _day_chart(connection, CHART_DAYS, 132, name),
        "days": days,
        "troubles": query_rows(
            connection, "SELECT * FROM source_troubles WHERE source = ? ORDER BY times DESC LIMIT 20", name
        ),
        "latest": query_rows(
            connection,
            f"SELECT {LISTED} FROM articles WHERE source = ? ORDER BY {NEWEST_FIRST} LIMIT 20",  # noqa: S608 - columns of our own
            name,
        ),
    }
