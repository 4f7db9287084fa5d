"""Name what a body is that a server sent as a page and that is not HTML."""

import re

_HTML_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
# First bytes of what servers send under the name of HTML (https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern).
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"RIFF", "image/webp"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"{", "application/json"),
    (b"[{", "application/json"),
)
# What the same standard calls binary data bytes; ESC is left out, since ISO-2022-JP has it, and DEL counts.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = re.compile("<[A-Za-z!/?]")
_SAMPLE = 16_384  # characters
_MOST_CONTROLS = 0.02  # of the characters: random bytes have 0.10, the worst of 1,065 real pages 0.0001


def other_media_type(body: bytes, content_type: str | None) -> str:
    """Return the media type of a body that is not HTML, or "".

    Its first bytes decide, then its header.
    """
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, media in _MAGIC:
        if start.startswith(magic):
            return media
    declared = (content_type or "text/html").partition(";")[0].strip().lower()
    if start[:1] == b"<" or declared in _HTML_TYPES or "/" not in declared:
        return ""
    return declared


def lacks_markup(text: str) -> str:
    """Say why a decoded body cannot be HTML, whatever its header says: "binary data", "text without a tag", or "".

    A body whose ``Content-Encoding`` was lost, a film or a style sheet has words enough to pass for an article.
    """
    sample = text[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) > _MOST_CONTROLS * len(sample):
        return "binary data"
    return "" if _MARKUP.search(text) else "text without a tag"
