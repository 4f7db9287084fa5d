"""Remove erased addresses from the texts of runs, fetches and health."""

import re
from collections.abc import Callable, Collection

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import DeclarativeBase, Session

from storage.frontier.blocklist import TOMBSTONE, enable_secure_delete
from storage.tables.core import Address, Run
from storage.tables.fetches import Fetch
from storage.tables.health import SourceHealth
from storage.text_rules import Place

_ADDRESS = re.compile(r"https?://[^\s'\"<>]+", re.IGNORECASE)
_TELLING: tuple[tuple[type[DeclarativeBase], str, str], ...] = (
    (Run, "id", "command"),
    (Fetch, "id", "reason"),
    (Fetch, "id", "nearest_list"),
    (Address, "id", "reason"),
    (SourceHealth, "source_id", "detail"),
)
"""Tables, what numbers their rows, and the columns whose words may name an address."""


def scrub_addresses(session: Session, keys: Collection[str], place: Callable[[str], Place]) -> None:
    """Remove the addresses with these keys, however spelt, from all log texts.

    Reads the whole accounts once.
    """
    enable_secure_delete(session)

    def without(match: re.Match[str]) -> str:
        address = match[0].rstrip(",.;:)")
        is_named = place(match[0]).key in keys or place(address).key in keys
        return TOMBSTONE + match[0][len(address) :] if is_named else match[0]

    for table, number, name in _TELLING:
        column = table.__table__.c[name]
        rows = session.execute(select(table.__table__.c[number], column).where(column.like("%://%"))).all()
        cleaned = [{"row": row, "words": _ADDRESS.sub(without, words)} for row, words in rows]
        changed = [row for row, (_, words) in zip(cleaned, rows, strict=True) if row["words"] != words]
        if changed:
            saying = update(table.__table__).where(table.__table__.c[number] == bindparam("row"))  # type: ignore[arg-type]  # a table's
            session.connection().execute(saying.values({name: bindparam("words")}), changed)
    _unname(session, keys, place)


def _unname(session: Session, keys: Collection[str], place: Callable[[str], Place]) -> None:
    """Clear refused canonical addresses that are erased."""
    naming = select(Address.id, Address.refused_canonical).where(Address.refused_canonical.is_not(None))
    ids = [row.id for row in session.execute(naming) if place(row.refused_canonical or "").key in keys]
    if ids:
        rows = [{"row": address_id} for address_id in ids]
        statement = update(Address.__table__).where(Address.__table__.c.id == bindparam("row"))  # type: ignore[arg-type]  # a table's
        session.connection().execute(statement.values(refused_canonical=None), rows)
