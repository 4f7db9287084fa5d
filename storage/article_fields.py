"""Define the columns of an article that are read from its page.

Views, exports, snapshots, re-reading and the data dictionary loop over :class:`ArticleFields`. A new column of
``articles`` is a column of the model, a migration, a line in ``dictionary.toml`` and a field here; the pipelines then
set that field of the ``Reading``.
"""

import dataclasses
import datetime
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

Precision = Literal["instant", "day"]
Access = Literal["free", "paywalled"]

Kind = Literal["text", "integer", "number", "truth", "time"]
"""What a column holds, for file formats that have types."""

_KINDS: Mapping[type, Kind] = {bool: "truth", int: "integer", float: "number", datetime.datetime: "time"}

FIRST_COLUMNS = (
    *("id", "url", "source", "site", "language", "title", "text", "summary", "authors", "published_at"),
    *("published_precision", "modified_at", "first_seen_at", "last_seen_at", "image_url", "story_id"),
    *("machine_generated", "language_confidence", "declared_language", "revision"),
)
"""The first columns of the view ``articles``, in order: the contract's, then four that were published early.

All other fields follow in their own order, so that a new column comes last in CSV files.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Lasting:
    """Mark a field that keeps its stored value where a later page has none.

    ``decided_by`` names the field that has to be given, "" for the field itself.
    """

    decided_by: str = ""


LASTING = Lasting()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFields:
    """Hold what a page says of its article; each field is the column of that name.

    Tuples are stored as text, joined by ``; ``. A lasting field keeps its stored value where the page that is read
    now has none. ``published_precision`` and ``published_source`` go with ``published_at``, those of ``modified_at``
    likewise.
    """

    language: str = "und"
    title: str = ""
    text: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    published_at: Annotated[datetime.datetime | None, LASTING] = None
    published_precision: Annotated[Precision | None, Lasting("published_at")] = None
    modified_at: Annotated[datetime.datetime | None, LASTING] = None
    image_url: Annotated[str | None, LASTING] = None
    machine_generated: bool = False
    language_confidence: float = 0.0
    declared_language: str | None = None
    published_source: Annotated[str, Lasting("published_at")] = ""
    modified_precision: Annotated[Precision | None, Lasting("modified_at")] = None
    modified_source: Annotated[str, Lasting("modified_at")] = ""
    section: Annotated[str, LASTING] = ""
    keywords: Annotated[tuple[str, ...], LASTING] = ()
    access: Annotated[Access | None, LASTING] = None
    image_machine_made: bool = False
    report_machine_made: bool = False
    language_conflict: bool = False
    langdetect_language: str | None = None
    langdetect_confidence: float | None = None
    zone_assumed: Annotated[bool, Lasting("published_at")] = False
    body: str = ""


FIELDS = tuple(field.name for field in dataclasses.fields(ArticleFields))
"""Their names, in order."""


def _unwrapped(annotation: Any) -> Iterator[Any]:
    """Give an annotation and all types and marks within it."""
    yield annotation
    for part in typing.get_args(annotation):
        yield from _unwrapped(part)


_PARTS = {field.name: list(_unwrapped(field.type)) for field in dataclasses.fields(ArticleFields)}

FIELD_KINDS: Mapping[str, Kind] = {
    name: next((_KINDS[part] for part in parts if part in _KINDS), "text") for name, parts in _PARTS.items()
}
"""What each field holds, by its type."""

TIME_FIELDS = tuple(name for name, kind in FIELD_KINDS.items() if kind == "time")

VIEW_COLUMNS = (*FIRST_COLUMNS, *(name for name in FIELDS if name not in FIRST_COLUMNS), "event")
"""The columns of the view ``articles``, in order. The pass that groups stories sets the last one."""

_DECIDED_BY = {
    name: part.decided_by or name for name, parts in _PARTS.items() for part in parts if isinstance(part, Lasting)
}


def column_values(fields: ArticleFields) -> dict[str, Any]:
    """Give the values to store, by column.

    Lasting fields that the page does not give are left out.
    """
    values = {}
    for name in FIELDS:
        if name in _DECIDED_BY and not getattr(fields, _DECIDED_BY[name]):
            continue
        value = getattr(fields, name)
        values[name] = "; ".join(value) if isinstance(value, tuple) else value
    return values
