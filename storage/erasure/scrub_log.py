"""Addresses within the words of the accounts: how a run was started, why a page was refused, what it names."""

import re
from collections.abc import Callable, Collection

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import DeclarativeBase, Session

from storage.frontier.blocklist import TOMBSTONE, overwrite_what_leaves
from storage.tables.core import Address, Fetch, Run
from storage.tables.health import SourceHealth
from storage.text_rules import Place

_ADDRESS = re.compile(r"https?://[^\s'\"<>]+", re.IGNORECASE)
_TELLING: tuple[tuple[type[DeclarativeBase], str, str], ...] = (
    (Run, "id", "command"),
    (Fetch, "id", "reason"),
    (Address, "id", "reason"),
    (SourceHealth, "source_id", "detail"),
)
"""Tables, what numbers their rows, and the columns whose words may name an address."""


def unmention(session: Session, keys: Collection[str], place: Callable[[str], Place]) -> None:
    """Take the addresses with these keys, however they are spelt, out of all such words.

    Reads the whole accounts once.
    """
    overwrite_what_leaves(session)

    def without(found: re.Match[str]) -> str:
        address = found[0].rstrip(",.;:)")
        is_named = place(found[0]).key in keys or place(address).key in keys
        return TOMBSTONE + found[0][len(address) :] if is_named else found[0]

    for table, number, name in _TELLING:
        column = table.__table__.c[name]
        told = session.execute(select(table.__table__.c[number], column).where(column.like("%://%"))).all()
        cleaned = [{"row": row, "words": _ADDRESS.sub(without, words)} for row, words in told]
        changed = [row for row, (_, words) in zip(cleaned, told, strict=True) if row["words"] != words]
        if changed:
            saying = update(table.__table__).where(table.__table__.c[number] == bindparam("row"))  # type: ignore[arg-type]  # a table's
            session.connection().execute(saying.values({name: bindparam("words")}), changed)
    _unname(session, keys, place)


def _unname(session: Session, keys: Collection[str], place: Callable[[str], Place]) -> None:
    """Leave it told that a page names a canonical address that is not believed, and not which."""
    naming = select(Address.id, Address.refused_canonical).where(Address.refused_canonical.is_not(None))
    ids = [row.id for row in session.execute(naming) if place(row.refused_canonical or "").key in keys]
    if ids:
        rows = [{"row": address_id} for address_id in ids]
        statement = update(Address.__table__).where(Address.__table__.c.id == bindparam("row"))  # type: ignore[arg-type]  # a table's
        session.connection().execute(statement.values(refused_canonical=None), rows)
