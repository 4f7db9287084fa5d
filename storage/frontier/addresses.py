"""Store addresses, one row for all spellings of each."""

import functools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.database.in_values import dialect_of
from storage.database.upsert import insert_in
from storage.frontier.blocklist import find_blocked, tombstone
from storage.tables.core import Address
from storage.text_rules import Place

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import ReturningInsert

_KNOWN = "known_addresses"
_BY_KEY = select(Address.key, Address.id).where(Address.key.in_(bindparam("keys", expanding=True)))


def file_addresses(session: Session, places: Iterable[Place]) -> dict[str, int]:
    """Store addresses that are not known; return all ids by key.

    Of several spellings of an address the first is stored. Erased addresses get the one row that replaces them all.
    """
    by_key: dict[str, Place] = {}
    for place in places:
        by_key.setdefault(place.key, place)
    known: dict[str, int | None] = session.info.get(_KNOWN, {})
    ids = {key: number for key in by_key if (number := known.get(key)) is not None}
    # Sorted, so that two writers lock rows in one order.
    keys = sorted(by_key.keys() - ids.keys())
    for chunk in chunks_of(keys):
        ids.update(_ids(session, [key for key in chunk if key not in known]))
        if (missing := [key for key in chunk if key not in ids]) and (gone := find_blocked(session, missing)):
            ids.update(dict.fromkeys(gone, tombstone(session).id))
            missing = [key for key in missing if key not in gone]
        if missing:
            ids.update(_insert(session, [by_key[key] for key in missing]))
        if raced := [key for key in missing if key not in ids]:
            ids.update(_ids(session, raced))
    if known:
        known.update(ids)
    return ids


def read_ahead(session: Session, places: Iterable[Place]) -> None:
    """Read at once which of these addresses are known, for the next calls of :func:`file_addresses`.

    It holds until :func:`forget_batch`: meanwhile nothing but that function may store or delete addresses.
    """
    keys = sorted({place.key for place in places})
    known: dict[str, int | None] = dict.fromkeys(keys)
    for chunk in chunks_of(keys):
        known.update(_ids(session, chunk))
    session.info[_KNOWN] = known


def forget_batch(session: Session) -> None:
    """Forget what :func:`read_ahead` has read."""
    session.info.pop(_KNOWN, None)


def _ids(session: Session, keys: Sequence[str]) -> dict[str, int]:
    if not keys:
        return {}
    return dict(session.connection().execute(_BY_KEY, {"keys": keys}).all())


def _insert(session: Session, places: Sequence[Place]) -> dict[str, int]:
    """Insert addresses, unless another writer has; return the ids by key."""
    rows = [
        {
            "key": place.key,
            "url": place.url,
            "host": place.host,
            "domain": place.domain,
            "state": "known",
            "attempts": 0,
            "rereads": 0,
            "in_feed": False,
            "reason": "",
            "canonical_refused": "",
        }
        for place in places
    ]
    inserted = session.connection().execute(_filing(dialect_of(session)), rows)
    return {row.key: row.id for row in inserted}


@functools.cache
def _filing(dialect: str) -> "ReturningInsert[str, int]":
    statement = insert_in(dialect, Address).on_conflict_do_nothing(index_elements=["key"])
    return statement.returning(Address.key, Address.id)
