"""Choose the link lists of a page that are stored beside its related links."""

import hashlib
from collections.abc import Collection, Iterable
from typing import cast

from storage.reading import LinkList, StorableList, StoredList

# Of 172 annotated pages none has more than 7 rankings and lists of recommendations, and no list more than 33 links.
_MOST_LISTS = 10  # of one page
_MOST_LINKS = 50  # of one list


def lists_to_store(lists: Iterable[LinkList], kinds: Collection[StorableList]) -> tuple[StoredList, ...]:
    """Return the lists of these kinds: at most 10, and the first 50 links of each."""
    chosen = [each for each in lists if each.kind in kinds][:_MOST_LISTS]
    stored = {(made := _stored(each)).digest: made for each in chosen}
    return tuple(stored.values())


def _stored(each: LinkList) -> StoredList:
    links = each.links[:_MOST_LINKS]
    words = [each.kind, each.heading, *(word for link in links for word in (link.url, link.title))]
    content = "\0".join(words).encode("utf-8", "surrogatepass")
    digest = int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), signed=True)
    return StoredList(cast(StorableList, each.kind), each.heading, links, digest)
