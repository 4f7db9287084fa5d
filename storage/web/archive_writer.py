"""Save watches and collections in the archive, as the pages' forms ask."""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from storage.collections.collect import collect, collections_of, list_collections, notes_of, take_out
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.snapshot.local_time import LocalClock
from storage.watches.saved import PER_DAY, add_watch, list_watches, remove_watch
from storage.web.article_list import Choice

LONGEST_SUGGESTION = 60
"""Characters of a watch's name that is made from its query."""

_NO_NAME = re.compile(r"[^\w.]+")
_SPACES = re.compile(r"[\s,、，]+")


class ArchiveWriter:
    """The archive behind the pages; each method opens it and closes it again.

    The methods that write raise DatabaseError, whose message says what is wrong with the form.
    """

    def __init__(self, open_archive: Callable[[], Database], timezone: str) -> None:
        self._open = open_archive
        self._timezone = timezone

    def add_watch(self, form: Mapping[str, str]) -> None:
        """Save a search, from the fields ``name``, ``query`` and ``mode``."""
        mode = "digest" if form.get("mode") == "digest" else "article"
        with self._writing() as session:
            name, query = form.get("name", "").strip(), form.get("query", "").strip()
            add_watch(session, name, query, self._timezone, mode=mode, per_day=PER_DAY, now=utc_now())

    def remove_watch(self, form: Mapping[str, str]) -> None:
        """Remove the saved search of the field ``name``."""
        with self._writing() as session:
            remove_watch(session, form.get("name", ""))

    def collect(self, form: Mapping[str, str], article_id: int) -> None:
        """Add an article to the collection ``name``; an empty ``note`` or ``tags`` leaves what it has there."""
        note = form.get("note", "").replace("\r\n", "\n").strip()
        tags = [tag for tag in _SPACES.split(form.get("tags", "")) if tag]
        with self._writing() as session:
            name = form.get("name", "").strip()
            collect(session, name, [article_id], utc_now(), note=note or None, tags=tags or None)

    def take_out(self, form: Mapping[str, str], article_id: int) -> None:
        """Take an article out of the collection ``name``."""
        with self._writing() as session:
            take_out(session, form.get("name", ""), [article_id])

    def watches(self) -> list[dict[str, Any]]:
        """List the saved searches as they are now, with local times."""
        clock = LocalClock(self._timezone)
        with self._reading() as database, database.reading() as connection:
            return [{**row, "last_match_local": clock.local(row["last_match_at"])} for row in list_watches(connection)]

    def collections(self) -> list[dict[str, Any]]:
        """List the collections as they are now, with local times."""
        clock = LocalClock(self._timezone)
        with self._reading() as database, database.reading() as connection:
            return [{**row, "created_local": clock.local(row["created_at"])} for row in list_collections(connection)]

    def collected(self, article_id: int) -> list[dict[str, Any]]:
        """List the collections of an article with note and tags, as they are now."""
        with self._reading() as database, database.reading() as connection:
            return collections_of(connection, article_id)

    def notes(self, name: str) -> dict[int, dict[str, Any]]:
        """Read ``note`` and ``tags`` of each article of a collection as they are now."""
        with self._reading() as database, database.reading() as connection:
            return notes_of(connection, name)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Database]:
        with contextlib.closing(self._open()) as database:
            yield database

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Session]:
        with self._reading() as database, database.writing() as session:
            yield session


def suggested_watch(choice: Choice) -> dict[str, str]:
    """Suggest ``name`` and ``query`` of a watch for a search and its facets; days are left out."""
    sources = " OR ".join(f'source:"{name}"' for name in choice.source)
    facets = [f'lang:"{choice.language}"'] if choice.language else []
    facets += [f"({sources})" if len(choice.source) > 1 else sources] if sources else []
    words = f"({choice.q})" if facets and re.search(r"\bOR\b|\|", choice.q) else choice.q
    name = _NO_NAME.sub("-", " ".join((choice.q, choice.language, *choice.source))).strip("-._")[:LONGEST_SUGGESTION]
    return {"name": name.strip("-._"), "query": " ".join((words, *facets)), "mode": "article"}
