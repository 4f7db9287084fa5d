"""Addresses that are never to be asked for again. Only a hash of each is kept: the address itself has left, too."""

import hashlib
from collections.abc import Collection

from sqlalchemy import String, select
from sqlalchemy.orm import Session

from storage.database.in_values import dialect_of, is_among
from storage.tables.blocklist import Forgotten
from storage.tables.core import Address

REFUSED = "forgotten at the operator's request"
"""The reason under which such an address is refused, however it is met."""

TOMBSTONE = "forgotten:"
"""The key and address of the one row of ``address`` that stands for all that was forgotten."""

_KNOWN = "any_forgotten"


def key_hash(key: str) -> str:
    """32 hexadecimal digits of an address's key."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def forgotten_among(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Give those of these keys that were forgotten; free of cost in an archive where none was."""
    known: bool | None = session.info.get(_KNOWN)
    if known is None:
        known = session.info[_KNOWN] = session.scalar(select(Forgotten.key_hash).limit(1)) is not None
    if not known:
        return frozenset()
    hashes = {key_hash(key): key for key in keys}
    found = session.scalars(select(Forgotten.key_hash).where(is_among(session, Forgotten.key_hash, hashes, String())))
    return frozenset(hashes[gone] for gone in found)


def overwrite_what_leaves(session: Session) -> None:
    """Have an SQLite file's free places overwritten: what is deleted would stay readable in them."""
    if dialect_of(session) == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")


def tombstone(session: Session) -> Address:
    """Give the row that stands for all forgotten addresses: done, never queued, without an address."""
    found = session.scalars(select(Address).where(Address.key == TOMBSTONE)).first()
    if found is None:
        found = Address(key=TOMBSTONE, url=TOMBSTONE, host="", domain="", state="done")
        found.outcome, found.reason = "refused", REFUSED
        session.add(found)
        session.flush()
    return found


def is_tombstone(address: Address) -> bool:
    """Tell whether an address is one that was forgotten."""
    return address.key == TOMBSTONE
