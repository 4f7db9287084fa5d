"""Pages to keep, and what is read back of them by other means than those that wrote them."""

import datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from pipelines.raw_page import RawPage

MOMENT = datetime.datetime(2026, 10, 5, 6, 0, tzinfo=datetime.UTC)


def raw(number: int, size: int = 2_000) -> RawPage:
    """A page that compresses to about half of ``size`` bytes."""
    noise = b"".join((number * 1_000_003 + n * n * 7_919).to_bytes(8, "big") for n in range(size // 8))
    url = f"https://news.example/{number}"
    return RawPage(url, url, noise.hex().encode()[:size], 200, MOMENT, (("content-type", "text/html"),))


def bodies(path: Path) -> list[bytes]:
    """What warcio itself finds in a file, every digest checked."""
    found = []
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            body = record.content_stream().read()
            if record.rec_type == "response":
                found.append(body)
    return found
