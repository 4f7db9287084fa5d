"""Unpack answers, and refuse one that is only a part of the page.

Scrapy unpacks what there is. So a page whose server or proxy gave up half-way was stored as an article without its end,
and its next reading was a revision that the publisher never made. Without packing such an answer shows only where the
server announced its length. Some caches also answer with the part that they have, unasked (206).
"""

import re
import sys
import zlib
from collections.abc import Callable

import brotli
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response

from crawler.middlewares.outcomes import is_partial

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: A document that is closed is whole, whatever its packing lacks: some servers leave out the checksum.
_CLOSED = re.compile(rb"</(?:html|rss|feed|urlset|sitemapindex|rdf:rdf)\s*>\s*(?:<!--[^>]*-->\s*)*\Z", re.IGNORECASE)
_END = 400  # bytes


class CutAnswer(Exception):
    """The packed body of an answer lacks its end. The outcome is ``failed``, and the page is asked for again."""


class PartialAnswer(CutAnswer):
    """The server sent a part of the page, though all of it was asked for (RFC 9110, section 15.3.7)."""


class CompleteAnswers(HttpCompressionMiddleware):
    """Downloader middleware that unpacks whole answers only."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override] # the parent's ``spider`` is deprecated
        """Unpack the answer as Scrapy does.

        Raises CutAnswer where it lacks its end, PartialAnswer where it is a part.
        """
        if is_partial(response.status, (response.headers.get("Content-Range") or b"").decode("latin-1")):
            raise PartialAnswer
        encodings = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower().split(",")
        unpacked = super().process_response(request, response)  # takes the header away
        if unpacked is response or not isinstance(unpacked, Response) or not 200 <= response.status < 300:
            return unpacked
        if is_cut(response.body, encodings[-1].strip(), unpacked.body):
            raise CutAnswer
        return unpacked


def is_cut(packed: bytes, encoding: str, unpacked: bytes) -> bool:
    """Tell whether a body that was packed with this encoding (the outermost) lacks its end."""
    return not _CLOSED.search(unpacked[-_END:]) and not _has_end(packed, encoding)


def _has_end(packed: bytes, encoding: str) -> bool:
    """Unpack once more what Scrapy has bounded; bodies that are damaged or packed otherwise are left to Scrapy."""
    try:
        return _ENDS[encoding](packed) if encoding in _ENDS else True
    except (zlib.error, brotli.error, zstd.ZstdError):
        return True


def _gzip_ends(packed: bytes) -> bool:
    stream = zlib.decompressobj(31)
    stream.decompress(packed)
    return stream.eof


def _deflate_ends(packed: bytes) -> bool:
    stream = zlib.decompressobj()
    try:
        stream.decompress(packed)
    except zlib.error:  # without its header, as some servers understand the name
        stream = zlib.decompressobj(-15)
        stream.decompress(packed)
    return stream.eof


def _brotli_ends(packed: bytes) -> bool:
    stream = brotli.Decompressor()
    stream.process(packed)
    return bool(stream.is_finished())


def _zstd_ends(packed: bytes) -> bool:
    stream = zstd.ZstdDecompressor()
    stream.decompress(packed)
    return bool(stream.eof)


_ENDS: dict[str, Callable[[bytes], bool]] = {
    "gzip": _gzip_ends,
    "x-gzip": _gzip_ends,
    "deflate": _deflate_ends,
    "br": _brotli_ends,
    "zstd": _zstd_ends,
}
