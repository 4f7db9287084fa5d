"""Block erased addresses by a hash of their keys."""

import hashlib
from collections.abc import Collection

from sqlalchemy import String, select
from sqlalchemy.orm import Session

from storage.database.in_values import dialect_of, is_among
from storage.tables.blocklist import BlockedAddress
from storage.tables.core import Address

REFUSED = "forgotten at the operator's request"
"""The reason under which such an address is refused, however it is met."""

TOMBSTONE = "forgotten:"
"""The key and address of the one row of ``address`` that replaces all erased ones."""

_KNOWN = "any_forgotten"


def key_hash(key: str) -> str:
    """Hash an address's key to 32 hexadecimal digits."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def find_blocked(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Find which of these keys are blocked; no query where none is."""
    known: bool | None = session.info.get(_KNOWN)
    if known is None:
        known = session.info[_KNOWN] = session.scalar(select(BlockedAddress.key_hash).limit(1)) is not None
    if not known:
        return frozenset()
    hashes = {key_hash(key): key for key in keys}
    blocked = session.scalars(
        select(BlockedAddress.key_hash).where(is_among(session, BlockedAddress.key_hash, hashes, String()))
    )
    return frozenset(hashes[gone] for gone in blocked)


def enable_secure_delete(session: Session) -> None:
    """Have SQLite overwrite deleted rows, which would stay readable."""
    if dialect_of(session) == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")


def tombstone(session: Session) -> Address:
    """Give the row that replaces all erased addresses."""
    row = session.scalars(select(Address).where(Address.key == TOMBSTONE)).first()
    if row is None:
        row = Address(key=TOMBSTONE, url=TOMBSTONE, host="", domain="", state="done")
        row.outcome, row.reason = "refused", REFUSED
        session.add(row)
        session.flush()
    return row


def is_tombstone(address: Address) -> bool:
    """Tell whether an address was erased."""
    return address.key == TOMBSTONE
