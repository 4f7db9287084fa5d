"""Find the pages of the raw archive that still hold the address of something forgotten."""

import dataclasses
import functools
import html
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from pipelines.addresses.normalize import clean_url
from pipelines.raw_page import RawPage
from pipelines.warc.place import ArchivePlace
from pipelines.warc.records import warc_records

_ADDRESS = re.compile(
    rb"""https?:(?:\\?/){2}[^\s"'<>`)]{1,2000}|(?:href|src)\s*=\s*["']?([^\s"'<>]{1,2000})""", re.IGNORECASE
)
_MOST = 20_000  # addresses that are looked at in one page


@dataclasses.dataclass(frozen=True, slots=True)
class Mention:
    """A record that holds a forgotten address: its file, its number there from 1, the address of its page."""

    file: str
    record: int
    page: str
    address: str


def find_mentions(place: ArchivePlace, is_forgotten: Callable[[str], bool]) -> Iterator[Mention]:
    """Look through all pages of a raw archive; ``is_forgotten`` is asked once for each address. Raises OSError."""
    known = functools.lru_cache(200_000)(is_forgotten)
    for path in _files(place):
        for record in warc_records(path):
            page = record.item
            if isinstance(page, RawPage):
                for address in dict.fromkeys(addresses_in(page)):
                    if known(address):
                        yield Mention(path.name, record.number, page.final_url, address)


def _files(place: ArchivePlace) -> Iterator[Path]:
    """Yield all files, each of the object store's as a copy for as long as it is looked at."""
    own = sorted(place.folder.glob("*.warc.gz"))
    yield from own
    store = place.store
    if store is None:
        return
    for name in sorted(set(store.sizes()) - {path.name for path in own}):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / name
            store.fetch(name, copy)
            yield copy


def addresses_in(page: RawPage) -> Iterator[str]:
    """Yield the addresses that are written in a page: links, attributes, and whole ones anywhere, as in JSON."""
    for count, match in enumerate(_ADDRESS.finditer(page.body)):
        if count >= _MOST:
            return
        written = (match[1] or match[0]).replace(b"\\/", b"/").rstrip(b"\\").decode("utf-8", "replace")
        if address := clean_url(html.unescape(written), page.final_url):
            yield address
