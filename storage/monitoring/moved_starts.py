"""Find start pages that have moved for good."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, String, select
from sqlalchemy.orm import aliased

from storage.database.in_values import is_among
from storage.tables.core import Address


def find_moved_starts(
    connection: Connection, starts: Mapping[str, Collection[str]]
) -> dict[str, list[tuple[str, str]]]:
    """Return the old and the new address of moved start pages, by source; ``starts`` has their keys by source."""
    keys = {key for own in starts.values() for key in own}
    target = aliased(Address)
    moved = (
        select(Address.key, Address.url, target.url.label("new_url"))
        .join(target, target.id == Address.page_id)
        .where(Address.moved_at.is_not(None), is_among(connection, Address.key, keys, String()))
    )
    places = {row.key: (row.url, row.new_url) for row in connection.execute(moved)}
    found = {name: [places[key] for key in own if key in places] for name, own in starts.items()}
    return {name: pairs for name, pairs in found.items() if pairs}
