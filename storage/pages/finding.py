"""The search box: words that any reader types, through Kiji's own search, which any string is fit for."""

import collections
import datetime
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine

from storage.pages.listed import PAGE, Choice, Found, facets_of
from storage.search import Filters, Hit, search, spread
from storage.search_snippets import Marked
from storage.snapshot.local_time import LocalClock

MOST = 200
"""Hits that can be paged through; further ones are for narrower words or for ``kiji search``."""


def open_for_search(path: Path) -> Engine:
    """Open a snapshot as search needs it, read-only."""
    return create_engine(f"sqlite:///file:{path.resolve().as_posix()}?mode=ro&immutable=1&uri=true")


def found(connection: Connection, choice: Choice, snapshot: Mapping[str, str]) -> Found:
    """Find articles by words, the best first, narrowed by the facets."""
    clock = LocalClock(snapshot["timezone"])
    now = datetime.datetime.fromisoformat(snapshot["made_at"])
    begin, end = _bounds(choice.day, clock)
    filters = Filters(choice.language or None, choice.source or None, begin, end)
    wanted = min(MOST, choice.page * PAGE + 1)
    hits = search(connection, choice.q, filters, limit=wanted, now=now)
    places = [
        {"language": language, "source": source, "day": clock.day(minute + "Z") or "", "number": number}
        for language, source, minute, number in spread(connection, choice.q)
    ]
    shown = hits[(choice.page - 1) * PAGE : choice.page * PAGE]
    return {
        "hits": [_hit(hit, clock) for hit in shown],
        "articles": [],
        "more": len(hits) > choice.page * PAGE,
        "total": max(len(hits), sum(int(str(place["number"])) for place in places if _fits(place, choice, ""))),
        "facets": facets_of(choice, {name: _counted(places, choice, name) for name in ("language", "source", "day")}),
        "choice": choice,
    }


def _bounds(day: str, clock: LocalClock) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """When a local day begins and ends; what is no day bounds nothing."""
    try:
        first = datetime.date.fromisoformat(day)
        return clock.begin(first), clock.begin(first + datetime.timedelta(days=1))
    except (ValueError, OverflowError):
        return None, None


def _fits(place: Mapping[str, object], choice: Choice, but: str) -> bool:
    chosen = {"language": choice.language, "source": choice.source, "day": choice.day}
    return all(not value or name == but or place[name] == value for name, value in chosen.items())


def _counted(places: list[dict[str, object]], choice: Choice, name: str) -> list[tuple[str, int]]:
    counted: collections.Counter[str] = collections.Counter()
    for place in places:
        if _fits(place, choice, name):
            counted[str(place[name])] += int(str(place["number"]))
    by: Callable[[tuple[str, int]], tuple[int, str]] = lambda pair: (-pair[1], pair[0])  # noqa: E731 - a key
    return sorted(counted.items(), reverse=True) if name == "day" else sorted(counted.items(), key=by)


def _hit(hit: Hit, clock: LocalClock) -> Found:
    return {
        "id": hit.id,
        "source": hit.source,
        "language": hit.language,
        "local": clock.local(hit.dated_at),
        "published_precision": None,
        "copies": len(hit.copies),
        "title": _pieces(hit.title),
        "snippet": _pieces(hit.snippet),
    }


def _pieces(marked: Marked) -> list[tuple[str, bool]]:
    """Cut a text at its marks: pieces, and whether each is marked."""
    pieces, at = [], 0
    for start, end in marked.marks:
        pieces += [(marked.text[at:start], False), (marked.text[start:end], True)]
        at = end
    return [(text, is_marked) for text, is_marked in [*pieces, (marked.text[at:], False)] if text]
