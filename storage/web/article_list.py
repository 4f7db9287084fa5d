"""List articles, with facets to narrow the list."""

import dataclasses
import datetime
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

LISTED = (
    "articles.id, articles.source, articles.site, articles.language, articles.title, articles.summary, articles.day,"
    " coalesce(articles.published_local, articles.first_seen_local) AS local, articles.published_precision,"
    " articles.published_at IS NULL AS undated,"
    " articles.first_seen_local, articles.story_id, articles.copies, articles.access"
)
"""Columns of an article in a list; never its words, which lie apart."""

NEWEST_FIRST = "day DESC, published_at DESC, id DESC"
"""By publication; an undated article is listed on the day of its first sight, after those with a time."""

PAGE = 40
MOST_SOURCES = 50
"""Sources that can be chosen together."""

FACET = 14
"""Values of a facet that are shown; the chosen one always is."""

Context = dict[str, Any]


def query_rows(connection: sqlite3.Connection, query: str, *values: object) -> list[Context]:
    """Run a query; give each row as a dictionary."""
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def count_rows(connection: sqlite3.Connection, query: str, *values: object) -> int:
    """Run a query for one number."""
    return int(connection.execute(query, values).fetchone()[0])


def read_metadata(connection: sqlite3.Connection) -> dict[str, str]:
    """Read the snapshot's metadata."""
    return {str(key): str(value) for key, value in connection.execute("SELECT key, value FROM metadata")}


def page_number(written: str) -> int:
    """Read a page's number; what is none is the first."""
    return max(1, min(int(written[:9]), 1_000_000)) if written.isascii() and written.isdigit() else 1


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """The facets and words that a reader chose; "" where open."""

    q: str = ""
    language: str = ""
    source: tuple[str, ...] = ()
    day: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def of(cls, arguments: Mapping[str, str], sources: Sequence[str] = ()) -> "Choice":
        """Parse an address's query; a page that is no number is the first, ``since`` and ``until`` are days."""
        return cls(
            q=arguments.get("q", "").strip(),
            language=arguments.get("language", "")[:8],
            source=tuple(dict.fromkeys(name[:200] for name in sources if name))[:MOST_SOURCES],
            day=arguments.get("day", "")[:10],
            since=_day(arguments.get("since", "")),
            until=_day(arguments.get("until", "")),
            sort=arguments.get("sort", "") if arguments.get("sort") in ("newest", "oldest") else "",
            page=page_number(arguments.get("page", "")),
        )

    def address(self, **changes: object) -> str:
        """Write the address of the list with a change; other lists start at page 1."""
        return "/articles" + self.query(**changes)

    def toggled(self, name: str, value: str) -> str:
        """Write the address of the list with a value of a facet chosen, or open again; sources join each other."""
        if name == "source":
            kept = tuple(each for each in self.source if each != value)
            return self.address(source=kept if value in self.source else (*kept, value))
        return self.address(**{name: "" if getattr(self, name) == value else value})

    def has(self, name: str, value: str) -> bool:
        """Tell whether a value of a facet is chosen."""
        return value in self.source if name == "source" else getattr(self, name) == value

    def query(self, **changes: object) -> str:
        """Write an address's query, "" where nothing is chosen."""
        values = dataclasses.asdict(self) | {"page": 1} | changes
        query = {name: value for name, value in values.items() if value and (name, value) != ("page", 1)}
        return "?" + urlencode(query, doseq=True) if query else ""


def _day(written: str) -> str:
    """Give a day as written, "" for what is none."""
    try:
        return datetime.date.fromisoformat(written).isoformat()
    except ValueError:
        return ""


@dataclasses.dataclass(frozen=True, slots=True)
class Facet:
    """A facet's values, with the number of articles of each; whether one is chosen."""

    name: str
    values: list[tuple[str, int]]
    is_chosen: bool


def facets_of(choice: Choice, counted: Mapping[str, list[tuple[str, int]]]) -> list[Facet]:
    """Cut each facet to what is shown; the chosen value stays."""
    facets = []
    for name, values in counted.items():
        value = getattr(choice, name)
        chosen = value if isinstance(value, tuple) else (value,) if value else ()
        kept = values[:FACET]
        known, counts = {value for value, _ in kept}, dict(values)
        kept += [(each, counts.get(each, 0)) for each in chosen if each not in known]
        facets.append(Facet(name, kept, bool(chosen)))
    return facets


def browse(connection: sqlite3.Connection, choice: Choice) -> Context:
    """List articles, the newest first, and count the facets."""
    where, values = _where(choice)
    # One more than a page tells whether there is another, without counting.
    listed = query_rows(
        connection,
        f"SELECT {LISTED} FROM articles {where} ORDER BY {NEWEST_FIRST} LIMIT ? OFFSET ?",  # noqa: S608 - columns of our own
        *values,
        PAGE + 1,
        (choice.page - 1) * PAGE,
    )
    counted = {}
    for name, order in (("language", "2 DESC, 1"), ("source", "2 DESC, 1"), ("day", "1 DESC")):
        narrowed, by = _where(choice, without=name)
        limit = " LIMIT 60" if name == "day" else ""
        query = f"SELECT {name}, count(*) FROM articles {narrowed} GROUP BY {name} ORDER BY {order}{limit}"  # noqa: S608 - columns of our own
        counted[name] = [(str(value), int(count)) for value, count in connection.execute(query, by)]
    total = count_rows(connection, f"SELECT count(*) FROM articles {where}", *values)  # noqa: S608 - columns of our own
    return {
        "articles": listed[:PAGE],
        "more": len(listed) > PAGE,
        "total": total,
        "facets": facets_of(choice, counted),
        "choice": choice,
    }


def _where(choice: Choice, without: str = "") -> tuple[str, list[str]]:
    """Write the condition of a choice, with one facet left open, and its values."""
    sources = f"source IN ({', '.join('?' * len(choice.source))})"
    parts = {
        "language": ("language = ?", [choice.language]),
        "source": (sources, list(choice.source)),
        "day": ("day = ?", [choice.day]),
        "since": ("day >= ?", [choice.since]),
        "until": ("day <= ?", [choice.until]),
    }
    used = [part for name, part in parts.items() if name != without and getattr(choice, name)]
    where = " AND ".join(condition for condition, _ in used)
    return (f"WHERE {where}" if where else ""), [value for _, values in used for value in values]
