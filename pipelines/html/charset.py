"""Decode a page's bytes by the encoding they are really in.

The order was measured to be right for Japanese under every wrong label: byte order mark, ISO-2022-JP escapes, strict
UTF-8, the declared encoding if it fits strictly, detection. An incomplete character at the very end (a body cut at a
size limit) is no evidence against an encoding.
"""

import codecs
import dataclasses
import re

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

from pipelines.html.charset_scores import JAPANESE, best_encoding, plausibility
from pipelines.html.japanese_codecs import ISO_2022_JP_ESCAPE, decode_euc_jp, decode_iso_2022_jp

_META_PREFIX = 4096  # bytes in which a <meta charset> counts; w3lib reads as many, the HTML standard asks for 1,024
_SAMPLE = 65_536  # bytes from the first non-ASCII one on that detection looks at
# Broken sequences for each whole one up to which a page is UTF-8 with some damage, where it is declared so and where
# not. Of 3,400 news texts of up to 400 characters in Shift_JIS, EUC-JP, GB 18030, Big5 and EUC-KR one in a hundred has
# fewer than 1.3 (median 2.7 to 6.2); Latin and Cyrillic ones have hardly any whole sequence.
_BROKEN_DECLARED, _BROKEN_UNDECLARED = 0.5, 0.1
# Non-ASCII bytes of a text that is too short to contradict its label: a headline in a feed of one entry.
_FEW = 24
_REPLACEMENT = "\ufffd".encode()
_HIGH_RUN = re.compile(rb"[\x80-\xff]{6}")  # Latin script has no six non-ASCII bytes in a row
_HIGH = re.compile(rb"[\x80-\xff]")

# Python's names for the labels of the Encoding Standard (https://encoding.spec.whatwg.org/#names-and-labels).
# Nothing else is taken from a page: "idna", "unicode_escape" or "zlib" are codecs of Python's too.
_LATIN = frozenset({"ascii", "cp1252", "iso8859-15", "iso8859-14", "iso8859-10", "cp1254", "cp1257", "mac-roman"})
_SINGLE_BYTE = frozenset(
    {"cp866", "koi8-r", "koi8-u", "mac-cyrillic", "cp874", "cp1250", "cp1251", "cp1253", "cp1255", "cp1256", "cp1258"}
    | {f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 13, 16)}
)
_CJK = frozenset({"cp932", "euc_jp", "gb18030", "big5hkscs", "cp949"})


@dataclasses.dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text and encoding.

    ``encoding`` is Python's name of what was used, ``declared`` of what header or meta claim.
    """

    text: str
    encoding: str
    declared: str | None


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Decode ``body`` by the encoding that its bytes show. Never raises.

    ``content_type`` is the header as sent. Bytes that fit nothing become U+FFFD. A byte order mark is dropped.
    """
    labels = _declared(body, content_type)
    declared = labels[0] if labels else None
    marked, mark = read_bom(body)
    if marked is not None and mark is not None:
        return Decoded(body[len(mark) :].decode(marked, "replace"), marked, declared)
    if ISO_2022_JP_ESCAPE.search(body) and not _HIGH.search(body):
        return Decoded(decode_iso_2022_jp(body), "iso2022_jp", declared)
    wide = utf_16_without_mark(body)
    if wide is not None:
        return Decoded(body.decode(wide, "replace"), wide, declared)
    text = _utf_8(body, _BROKEN_DECLARED if "utf-8" in labels else _BROKEN_UNDECLARED)
    if text is not None:
        return Decoded(text, "utf-8", declared)
    encoding = _legacy_encoding(body, labels)
    return Decoded(_decode_as(body, encoding), encoding, declared)


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Return Python's names of the declared encodings.

    The header's comes before the meta tags'.
    """
    header = http_content_type_encoding(content_type[:1000] if content_type else None)
    meta = html_body_declared_encoding(body[:_META_PREFIX])
    return [name for name in (header, meta) if name is not None]


def utf_16_without_mark(body: bytes) -> str | None:
    """Recognize UTF-16 by its NULs: markup has one in every other byte."""
    head = body[:1024]
    if len(head) < 16 or head.count(0) < len(head) // 4:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) * 8 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _utf_8(body: bytes, tolerance: float) -> str | None:
    """Decode UTF-8 that is whole, cut at the end, or broken in a few places; None for other bytes.

    ``tolerance`` is the number of broken sequences for each whole one. A U+FFFD that the page itself holds is whole.
    """
    text, consumed = codecs.utf_8_decode(body, "replace", False)
    broken = text.count("\ufffd")
    if broken:
        own = body.count(_REPLACEMENT)
        whole = sum(1 for character in text if character >= "\x80") - broken
        if broken - own >= whole * tolerance and broken > own:
            return None
    elif consumed == 0 and body:
        return None
    return text


def _legacy_encoding(body: bytes, labels: list[str]) -> str:
    """Choose the encoding of bytes that are not UTF-8.

    It is the declared one if it fits, else the most plausible.
    """
    high = _HIGH.search(body)
    sample = body[high.start() : high.start() + _SAMPLE] if high else body[:_SAMPLE]
    likely, score = best_encoding(sample)
    for label in labels:
        if label in _CJK and (_fits(body, label) or _nearly_fits(body, label)):
            if len(_HIGH.findall(sample)) < _FEW:
                return label
            if plausibility(sample, label) >= score - 0.25 and not (
                likely in JAPANESE and label not in JAPANESE and score > 0.5
            ):
                return label
        elif label in _SINGLE_BYTE and not (likely in JAPANESE and score > 0.5) and _fits(body, label):
            return label
    latin = not _HIGH_RUN.search(sample) and _mostly_ascii_letters(sample)
    if likely is not None and not latin and score > 0.2:
        return likely
    for label in labels:
        if label in _LATIN:
            return "cp1252" if label == "ascii" else label
    return "cp1252" if latin else _detected(sample) or likely or "cp1252"


def _mostly_ascii_letters(sample: bytes) -> bool:
    """Tell whether non-ASCII bytes are as rare as accents in Latin script."""
    text = re.sub(rb"<[^<>]{0,2000}>", b" ", sample[:8192])
    high = len(_HIGH.findall(text))
    letters = sum(1 for byte in text if 65 <= byte <= 90 or 97 <= byte <= 122)
    return high * 3 < letters


def _detected(sample: bytes) -> str | None:
    """Return the guess of charset-normalizer, for scripts that have no rule here."""
    best = from_bytes(sample[:8192], steps=3, chunk_size=512, enable_fallback=False).best()
    if best is None:
        return None
    name = codecs.lookup(best.encoding).name
    return name if name in _SINGLE_BYTE or name in _LATIN or name in _CJK else None


def _fits(body: bytes, encoding: str) -> bool:
    """Tell whether ``body`` decodes strictly, but for a cut character at its end."""
    if encoding == "euc_jp":
        return "\ufffd" not in decode_euc_jp(body)[:-1]
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(body, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _nearly_fits(body: bytes, encoding: str) -> bool:
    """Tell whether hardly any character is broken: one in fifty at most."""
    text = _decode_as(body, encoding)
    broken = text.count("\ufffd")
    return broken * 50 <= sum(1 for character in text if character >= "\x80")


def _decode_as(body: bytes, encoding: str) -> str:
    if encoding == "euc_jp":
        return decode_euc_jp(body)
    return codecs.getincrementaldecoder(encoding)("replace").decode(body, final=False)
