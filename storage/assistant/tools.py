"""Answer an assistant's questions about an archive: read only, and bounded in rows, characters and time."""

import dataclasses
import datetime
import zoneinfo
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, text

from storage.api import Period, filters_of, timeline
from storage.articles.show import article_revisions, read_article, read_similar
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.entities.queries import entity_record, list_entities
from storage.entity_rules import KINDS
from storage.errors import DatabaseError
from storage.reading import iso_utc, json_row
from storage.search.across import other_words
from storage.search.names import check_names
from storage.search.parse import parse_query
from storage.search.query import SORTS, Sort, count_candidates, has_exact_count, search
from storage.sql.read_only import run_query
from storage.stories.coverage import active_stories, compare_coverage, in_words, story_coverage, takings
from storage.stories.queries import story_record

MOST_HITS = 50
MOST_ROWS = 200
MOST_CHARACTERS = 20_000
"""Characters of a text in an answer: some 10,000 tokens."""
SECONDS = 8.0

_FIRST = {
    "first_at": "coalesce(published_at, first_seen_at)",
    "source": "source",
    "title": "title",
    "url": "url",
}
"""What is said of the first article of a story in each language."""

Answer = dict[str, Any]
_Choice = TypeVar("_Choice", bound=str)
_PERIODS: tuple[Period, ...] = ("day", "month", "year")


class Tools:
    """The tools, on one archive. Each answer is JSON, with addresses and dates to cite.

    Each raises DatabaseError with one line for what cannot be answered.
    """

    def __init__(self, database: Database, timezone: str) -> None:
        self._database = database
        self._timezone = timezone

    def search(
        self, query: str, language: str = "", source: str = "", sort: str = "relevance", page: int = 1, limit: int = 20
    ) -> Answer:
        """Search the archive, as ``kiji search``: at most 50 hits a page, with the number of all.

        ``also`` has words of the other language for the same; search for them too.
        """
        order: Sort = _one_of("sort", sort, SORTS)
        size, first = _within(limit, MOST_HITS), (_within(page, 1_000_000) - 1) * _within(limit, MOST_HITS)
        parsed = parse_query(query, self._timezone)
        filters = filters_of(self._timezone, language=language or None, source=source or ())
        with self._database.reading() as connection:
            check_names(connection, parsed, filters.sources, filters.language)
            hits = search(connection, parsed, filters, limit=size, offset=first, sort=order, now=utc_now())
            total, is_exact = first + len(hits), 0 < len(hits) < size or has_exact_count(parsed)
            if len(hits) == size or not hits:
                total = max(total if hits else 0, count_candidates(connection, parsed, filters))
            also = other_words(connection, parsed, self._timezone) if page <= 1 else []
        return {
            "query": query,
            "total": total,
            "total_is_exact": is_exact,
            "first": first + 1,
            "also": [dataclasses.asdict(word) for word in also],
            "hits": [
                {
                    "id": hit.id,
                    "title": hit.title.text,
                    "url": hit.url,
                    "source": hit.source,
                    "language": hit.language,
                    "dated_at": iso_utc(hit.dated_at),
                    "story_id": hit.story_id,
                    "snippet": hit.snippet.text,
                    "copies": [copy.url for copy in hit.copies[:5]],
                }
                for hit in hits
            ],
        }

    def article(self, article_id: int) -> Answer:
        """Read one article with its text, copies, related links and revisions."""
        with self._database.reading() as connection:
            record = read_article(connection, _stored(article_id))
            if record is None:
                msg = f"there is no article {article_id}; search gives ids"
                raise DatabaseError(msg)
            revisions = article_revisions(connection, article_id)
        for name in ("body", "body_html", "body_markdown"):
            record.pop(name, None)
        record["text_is_cut"] = len(record["text"]) > MOST_CHARACTERS
        record["text"] = record["text"][:MOST_CHARACTERS]
        for name in ("copies", "related", "linked_from", "alike"):
            record[f"{name}_in_all"] = len(record[name])
            record[name] = record[name][:MOST_HITS]
        record["revisions"] = [
            {"revision": each["revision"], "seen_at": each["seen_at"], "title": each["title"]}
            for each in revisions[-MOST_HITS:]
        ]
        return record

    def similar(self, article_id: int, limit: int = 10) -> Answer:
        """Find articles like one, in any language, by the rare words and names that they share."""
        with self._database.reading() as connection:
            found = read_similar(connection, _stored(article_id), self._timezone, _within(limit, MOST_HITS))
        return {"article_id": article_id, "similar": found}

    def story(self, story_id: int) -> Answer:
        """Read one story: its articles in order of time, with the evidence that joins them."""
        with self._database.reading() as connection:
            record = story_record(connection, _stored(story_id))
        if record is None:
            msg = f"there is no story {story_id}; search gives story ids"
            raise DatabaseError(msg)
        members = record["members"]
        for member in members:
            member["evidence"] = member["evidence"][:3]
        record["members_in_all"], record["members"] = len(members), members[:MOST_ROWS]
        return record

    def timeline(self, query: str, by: str = "day", language: str = "", source: str = "") -> Answer:
        """Count what a search finds by local day, month or year, and by language; at most 200 rows, the newest."""
        period: Period = _one_of("by", by, _PERIODS)
        parsed = parse_query(query, self._timezone)
        filters = filters_of(self._timezone, language=language or None, source=source or ())
        with self._database.reading() as connection:
            check_names(connection, parsed, filters.sources, filters.language)
            counts = timeline(connection, parsed, filters, self._timezone, period)
        rows = [{"period": period, "language": code, "articles": number} for (period, code), number in counts.items()]
        rows.sort(key=lambda row: (str(row["period"]), str(row["language"])))
        return {"query": query, "rows_in_all": len(rows), "rows": rows[-MOST_ROWS:]}

    def compare_coverage(self, since: str = "", limit: int = 20) -> Answer:
        """Compare what the languages report: stories in both, only in Japanese, only in English; who was first.

        ``since`` is a day such as 2026-10-05; the default is the last seven days of the archive.
        """
        size = _within(limit, MOST_HITS)
        with self._database.reading() as connection:
            begin = _begin(connection, since, self._timezone)
            found = {
                name: _stories(connection, condition, begin, size)
                for name, condition in (
                    ("in_both", "articles_ja > 0 AND articles_en > 0"),
                    ("only_japanese", "articles_ja > 1 AND articles_en = 0"),
                    ("only_english", "articles_en > 1 AND articles_ja = 0"),
                )
            }
            covered = compare_coverage(story_coverage(connection, active_stories(connection, begin)))
            taken = takings(connection, begin)[:size]
        counts = {
            "stories_in_both": covered.in_both,
            "stories_only_japanese": covered.only_japanese,
            "stories_only_english": covered.only_english,
            "japanese_first": covered.japanese_first,
            "english_first": covered.english_first,
            "median_lead_of_japanese": in_words(covered.japanese_lead),
            "median_lead_of_english": in_words(covered.english_lead),
            "first_sources": dict(covered.first_sources[:size]),
        }
        who_takes = [
            {"from": each.giver, "by": each.taker, "texts": each.texts, "median_delay": in_words(each.delay)}
            for each in taken
        ]
        return {"since": iso_utc(begin), "counts": counts, "who_takes_from_whom": who_takes, **found}

    def entities(self, name: str = "", kind: str = "", since: str = "", limit: int = 20) -> Answer:
        """Find persons, organisations and places by a part of a name in either script, with counts by language.

        ``kind`` is person, organisation or place; ``since`` is a day such as 2026-10-05. With one match, its forms,
        days and newest articles come along.
        """
        if kind and kind not in KINDS:
            msg = f'kind: "{kind}" is none; allowed: {", ".join(KINDS)}'
            raise DatabaseError(msg)
        with self._database.reading() as connection:
            begin = _begin(connection, since, self._timezone) if since else None
            found = list_entities(connection, name=name, kind=kind, since=begin, limit=_within(limit, MOST_HITS))
            one = (
                entity_record(connection, found[0]["id"], limit=_within(limit, MOST_HITS)) if len(found) == 1 else None
            )
        if one is not None:
            one["days"] = one["days"][:MOST_ROWS]
        return {"entities": found, "entity": one}

    def sources(self) -> Answer:
        """List the sources with their articles by language, and their newest article."""
        query = (
            "SELECT source, count(*) AS articles, sum(CASE WHEN language = 'ja' THEN 1 ELSE 0 END) AS articles_ja,"
            " sum(CASE WHEN language = 'en' THEN 1 ELSE 0 END) AS articles_en, max(first_seen_at) AS newest_seen_at"
            " FROM articles GROUP BY source ORDER BY 2 DESC, 1"
        )
        with self._database.reading() as connection:
            rows = [json_row(row) for row in connection.execute(text(query)).mappings()]
        return {"sources_in_all": len(rows), "sources": rows[:MOST_ROWS]}

    def sql(self, query: str) -> Answer:
        """Run one SELECT on the views: at most 200 rows, 20,000 characters of a value, and 8 seconds."""
        with self._database.reading() as connection:
            columns, rows = run_query(connection, query, rows=MOST_ROWS + 1, seconds=SECONDS)
        return {
            "columns": columns,
            "rows": [[_plain(value) for value in row] for row in rows[:MOST_ROWS]],
            "is_cut": len(rows) > MOST_ROWS,
        }


def _one_of(name: str, value: str, allowed: Sequence[_Choice]) -> _Choice:
    """Return the value as one of those allowed.

    Raises DatabaseError: an assistant would take another one's answer for what it asked.
    """
    for each in allowed:
        if each == value:
            return each
    msg = f'{name}: "{value}" is not allowed; allowed: {", ".join(allowed)}'
    raise DatabaseError(msg)


def _stored(number: int) -> int:
    """Return an id, 0 for one that no database can hold: nothing has it."""
    return number if abs(number) < 2**63 else 0


def _within(number: int, most: int) -> int:
    return max(1, min(number, most))


def _begin(connection: Connection, since: str, timezone: str) -> datetime.datetime:
    if since:
        try:
            day = datetime.date.fromisoformat(since)
        except ValueError:
            msg = f'since: "{since}" is no day; allowed: 2026-10-05'
            raise DatabaseError(msg) from None
        return datetime.datetime.combine(day, datetime.time(), zoneinfo.ZoneInfo(timezone)).astimezone(datetime.UTC)
    newest = connection.execute(text("SELECT max(last_at) FROM stories")).scalar()
    moment = datetime.datetime.fromisoformat(newest) if isinstance(newest, str) else newest or utc_now()
    return moment - datetime.timedelta(days=7)


def _stories(connection: Connection, condition: str, begin: datetime.datetime, limit: int) -> list[Answer]:
    """Read stories with the first article of each language, by the publishers' own dates."""
    first = (
        "(SELECT {} FROM articles WHERE story_id = stories.id AND language = '{}'"
        " ORDER BY coalesce(published_at, first_seen_at), id LIMIT 1)"
    )
    columns = ", ".join(
        f"{first.format(column, code)} AS {name}_{code}" for code in ("ja", "en") for name, column in _FIRST.items()
    )
    since = iso_utc(begin) if connection.dialect.name == "sqlite" else begin
    query = text(
        f"SELECT id, title, articles, sources, first_at, last_at, {columns} FROM stories"  # noqa: S608 - our own words
        f" WHERE {condition} AND last_at >= :since ORDER BY sources DESC, articles DESC, id LIMIT :limit"
    )
    rows = connection.execute(query, {"since": since, "limit": limit}).mappings()
    return [{name: _plain(value) for name, value in row.items() if value is not None} for row in rows]


def _plain(value: object) -> object:
    if isinstance(value, datetime.datetime):
        return iso_utc(value)
    if isinstance(value, bytes | memoryview):
        return f"{len(bytes(value))} bytes"
    if isinstance(value, str):
        return value[:MOST_CHARACTERS]
    return value if isinstance(value, int | float | bool) or value is None else str(value)
