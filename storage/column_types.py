"""Define column types: times in UTC, and text that both databases accept."""

import datetime
import re
from typing import Any

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.reading import iso_utc

# C0 controls without tab and newline, DEL, C1 controls, and lone surrogates: PostgreSQL refuses NUL and
# surrogates, and the rest is noise that breaks terminals and CSV (measured: one bad row takes its batch along).
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

MAX_TEXT = 1_000_000
"""Characters kept of one text: an article of a million characters is an attack or a mistake."""


def utc_now() -> datetime.datetime:
    """Return the present time in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def make_storable(text: str, limit: int = MAX_TEXT) -> str:
    """Remove what databases refuse from a string, and cut it at ``limit``.

    That is NUL, control characters and lone surrogates.
    """
    if not text.isprintable():
        text = _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text[:limit]


class UTCDateTime(TypeDecorator[datetime.datetime]):
    """An aware time, stored in UTC to the second.

    On SQLite ISO 8601 text with ``Z`` (``2025-10-26T01:30:00Z``), so that text order is time order; on PostgreSQL
    ``timestamp with time zone``. SQLAlchemy's own ``DateTime(timezone=True)`` silently drops the zone on SQLite.
    Naive times are refused with ValueError.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text of 20 characters on SQLite, a timestamp with zone on PostgreSQL."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(20))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime.datetime | None, dialect: Dialect) -> object:
        """Convert to UTC; a naive time is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time without zone cannot be stored: {value!r}"
            raise ValueError(msg)
        if dialect.name == "sqlite":
            return iso_utc(value)
        return value.astimezone(datetime.UTC).replace(microsecond=0)

    def process_result_value(self, value: object, dialect: Dialect) -> datetime.datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return an aware time in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime.datetime):
            return value.astimezone(datetime.UTC)
        return datetime.datetime.fromisoformat(str(value))


class StorableText(TypeDecorator[str]):
    """Text without what databases refuse."""

    impl = String
    cache_ok = True

    def __init__(self, limit: int = MAX_TEXT) -> None:
        super().__init__()
        self.limit = limit

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Remove what databases refuse, and cut at the limit."""
        return None if value is None else make_storable(value, self.limit)
