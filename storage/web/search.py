"""Search a snapshot for the pages."""

import collections
import datetime
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, create_engine, text

from storage.search.across import other_words
from storage.search.finder import POOL, Filters
from storage.search.like import similar_articles
from storage.search.names import check_names
from storage.search.parse import parse_query
from storage.search.query import SORTS, Hit, Sort, count_candidates, find_countable, has_exact_count, search
from storage.search.snippets import MarkedText
from storage.snapshot.local_time import LocalClock, days_until
from storage.snapshot.search_places import Place, count_places
from storage.web.article_list import LISTED, PAGE, Choice, Context, facets_of, query_rows, read_metadata
from storage.web.safe_text import NO_TITLE, is_visible
from storage.web.svg import Bar, day_bars, months_until

MOST_DOWNLOADED = 5_000
"""Articles of a CSV or JSON file from the pages; ``kiji export --search`` writes all."""

MOST_SIMILAR = 40

MOST_DAYS, MOST_MONTHS, CHART_HEIGHT = 62, 120, 72
"""Days and months of the chart of a search."""

MONTH = len("2026-10")

FACETS = ("language", "source", "day")


def open_search(path: Path) -> Engine:
    """Open a snapshot for search, read-only."""
    return create_engine(f"sqlite:///file:{path.resolve().as_posix()}?mode=ro&immutable=1&uri=true")


def search_articles(connection: Connection, choice: Choice, snapshot: Mapping[str, str]) -> Context:
    """Find articles by words and facets, the best first.

    A count may be an upper bound, and says so.
    """
    clock = LocalClock(snapshot["timezone"])
    now = datetime.datetime.fromisoformat(snapshot["made_at"])
    query = parse_query(choice.q, snapshot["timezone"], now)
    filters = filters_of(choice, snapshot["timezone"])
    check_names(connection, query)
    sort: Sort = next((each for each in SORTS if each == choice.sort), "relevance")
    wanted, first = PAGE + 1, (choice.page - 1) * PAGE
    hits = search(connection, query, filters, limit=wanted, offset=first, sort=sort, now=now)
    by_day = count_places(connection, find_countable(connection, query))
    bounded = not has_exact_count(query) and (bool(choice.source) or sum(by_day.values()) > POOL)
    found, by_facet = _narrowed(by_day, choice)
    # What a source has a copy of is found, too; a facet has an article under its own source.
    counted = count_candidates(connection, query, filters) if choice.source else sum(found.values())
    shown = hits[:PAGE]
    precisions = _precisions(connection, [hit.id for hit in shown])
    return {
        "hits": [_hit(hit, clock, precisions) for hit in shown],
        "articles": [],
        "also": other_words(connection, query, snapshot["timezone"]) if choice.page == 1 else [],
        "more": len(hits) > PAGE,
        "total": first + len(hits) if 0 < len(hits) < wanted else max(first + len(hits) if hits else 0, counted),
        "total_is_bound": bounded and (len(hits) == wanted or (not hits and first > 0)),
        "most_downloaded": MOST_DOWNLOADED,
        "chart": _chart(by_facet["day"], choice),
        "facets_are_bounds": bounded,
        "facets": facets_of(choice, {name: _counted(by_facet[name], name) for name in FACETS}),
        "choice": choice,
    }


def similar_to(connection: sqlite3.Connection, searched: Connection, article_id: int) -> Context | None:
    """Show the articles that are most like one; None for an unknown id."""
    rows = query_rows(connection, f"SELECT {LISTED} FROM articles WHERE id = ?", article_id)  # noqa: S608 - columns of our own
    if not rows:
        return None
    found = similar_articles(searched, article_id, read_metadata(connection)["timezone"], MOST_SIMILAR)
    marks = ", ".join("?" * len(found))
    query = f"SELECT {LISTED} FROM articles WHERE id IN ({marks})"  # noqa: S608 - question marks
    listed = query_rows(connection, query, *(each.id for each in found))
    by_id = {row["id"]: row for row in listed}
    return {"article": rows[0], "similar": [{**by_id[each.id], "shared": each.shared} for each in found]}


def filters_of(choice: Choice, timezone: str) -> Filters:
    """Give the filters of the chosen facets and days; a day is one of ``timezone``."""
    clock = LocalClock(timezone)
    begin, end = _bounds(choice.day, clock)
    first, last = _bounds(choice.since, clock)[0], _bounds(choice.until, clock)[1]
    begin = max(filter(None, (begin, first)), default=None)
    end = min(filter(None, (end, last)), default=None)
    return Filters(choice.language or None, choice.source, begin, end)


def _bounds(day: str, clock: LocalClock) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """Give the start and end of a local day or month; None for an invalid one."""
    try:
        if len(day) == MONTH:
            first = datetime.date.fromisoformat(f"{day}-01")
            return clock.begin(first), clock.begin((first + datetime.timedelta(days=31)).replace(day=1))
        first = datetime.date.fromisoformat(day)
        return clock.begin(first), clock.begin(first + datetime.timedelta(days=1))
    except (ValueError, OverflowError):
        return None, None


def _narrowed(places: Mapping[Place, int], choice: Choice) -> tuple[dict[Place, int], dict[str, dict[Place, int]]]:
    """Give the places that fit a choice, and for each facet those that fit with that facet left open."""
    missed = {
        place: _misses(place, choice) for place in places if choice.since <= place[2] <= (choice.until or place[2])
    }
    found = {place: places[place] for place, misses in missed.items() if not misses}
    by_facet = {
        name: {place: places[place] for place, misses in missed.items() if misses in ([], [name])}
        if getattr(choice, name)
        else found
        for name in FACETS
    }
    return found, by_facet


def _misses(place: Place, choice: Choice) -> list[str]:
    """Name the facets whose chosen values a place has not."""
    language, source, day = place
    misses = ["language"] if choice.language and language != choice.language else []
    if choice.source and source not in choice.source:
        misses.append("source")
    if choice.day and day != choice.day and not (len(choice.day) == MONTH and day[:MONTH] == choice.day):
        misses.append("day")
    return misses


def _chart(places: Mapping[Place, int], choice: Choice) -> list[Bar]:
    """Draw the hits by day and language, or by month where they are over more than MOST_DAYS."""
    by_language: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0, 0])
    for (language, _, day), number in places.items():
        if day:
            by_language[day][("ja", "en").index(language) if language in ("ja", "en") else 2] += number
    counts = {day: (ja, en, others) for day, (ja, en, others) in by_language.items()}
    if len(counts) < 2:
        return []
    first, last = (datetime.date.fromisoformat(day) for day in (min(counts), max(counts)))
    if (last - first).days < MOST_DAYS:
        return day_bars(days_until(last, (last - first).days + 1), counts, CHART_HEIGHT, _links(choice))
    months: dict[str, tuple[int, int, int]] = {}
    for day, numbers in counts.items():
        before = months.get(day[:7], (0, 0, 0))
        months[day[:7]] = (before[0] + numbers[0], before[1] + numbers[1], before[2] + numbers[2])
    newest = max(months)
    listed = months_until(newest, min(MOST_MONTHS, _months_between(min(months), newest) + 1))
    return day_bars(listed, months, CHART_HEIGHT, _links(choice))


def _links(choice: Choice) -> Callable[[str], str]:
    return lambda period: choice.address(day="" if choice.day == period else period)


def _months_between(first: str, last: str) -> int:
    return 12 * (int(last[:4]) - int(first[:4])) + int(last[5:7]) - int(first[5:7])


def _counted(places: Mapping[Place, int], name: str) -> list[tuple[str, int]]:
    counted: collections.Counter[str] = collections.Counter()
    at = FACETS.index(name)
    for place, number in places.items():
        counted[place[at]] += number
    if name == "day":
        return sorted(counted.items(), reverse=True)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def _precisions(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    query = text("SELECT id, published_precision FROM articles WHERE id IN :ids")
    rows = connection.execute(query.bindparams(bindparam("ids", list(ids), expanding=True)))
    return {article_id: precision or "" for article_id, precision in rows}


def _hit(hit: Hit, clock: LocalClock, precisions: Mapping[int, str]) -> Context:
    return {
        "id": hit.id,
        "source": hit.source,
        "language": hit.language,
        "local": clock.local(hit.dated_at),
        "published_precision": precisions.get(hit.id),
        "undated": hit.published_at is None,
        "copies": len(hit.copies),
        "title": _pieces(hit.title) if is_visible(hit.title.text) else [(NO_TITLE, False)],
        "snippet": _pieces(hit.snippet),
    }


def _pieces(marked: MarkedText) -> list[tuple[str, bool]]:
    """Split a text at its marks; tell which pieces are marked."""
    pieces, at = [], 0
    for start, end in marked.marks:
        pieces += [(marked.text[at:start], False), (marked.text[start:end], True)]
        at = end
    return [(text, is_marked) for text, is_marked in [*pieces, (marked.text[at:], False)] if text]
