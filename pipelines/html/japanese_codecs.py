"""Decode EUC-JP and ISO-2022-JP with the web's extensions: ①㈱ and 髙﨑.

Python's codecs know JIS X 0208 alone; browsers use the larger index (https://encoding.spec.whatwg.org/#index-jis0208),
which is code page 932's. So pairs of JIS bytes are moved to their place in CP932 and decoded there.
"""

import re

# Escape sequences of ISO-2022-JP and its common extensions: JIS X 0208 (1978, 1983), JIS X 0201 (Roman, kana),
# JIS X 0212 (RFC 1468, RFC 1554, https://encoding.spec.whatwg.org/#iso-2022-jp-decoder).
ISO_2022_JP_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\$\(D|\([IJ])")
_ANY_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\(D|\([BIJ])")
_EUC_PAIRS = re.compile(rb"\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|(?:[\xa1-\xfe]{2})+")


def decode_iso_2022_jp(body: bytes) -> str:
    """Decode ISO-2022-JP.

    An unknown pair becomes U+FFFD, and a cut pair at the end is dropped.
    """
    parts = []
    mode = b"(B"
    start = 0
    for escape in _ANY_ESCAPE.finditer(body):
        parts.append(_segment(body[start : escape.start()], mode))
        mode, start = escape[1], escape.end()
    parts.append(_segment(body[start:], mode))
    return "".join(parts)


def _segment(data: bytes, mode: bytes) -> str:
    if mode in (b"$@", b"$B"):
        return "".join(_two_byte_line(line) for line in re.split(rb"([\r\n]+)", data))
    if mode == b"$(D":
        supplementary = (b"\x8f" + _high(data[i : i + 2]) for i in range(0, len(data) - 1, 2))
        return b"".join(supplementary).decode("euc_jp", "replace")
    if mode == b"(I":
        return _high(data).decode("cp932", "replace")
    return data.decode("ascii", "replace")


def _two_byte_line(line: bytes) -> str:
    if line[:1] in (b"\r", b"\n"):
        return line.decode("ascii")
    return _pairs_to_cp932(line[: len(line) // 2 * 2]).decode("cp932", "replace")


def _high(data: bytes) -> bytes:
    return bytes(byte | 0x80 for byte in data)


def decode_euc_jp(body: bytes) -> str:
    """Decode EUC-JP.

    Unknown bytes become U+FFFD, and a cut character at the end is dropped.
    """
    parts = []
    start = 0
    for match in _EUC_PAIRS.finditer(body):
        parts.append(body[start : match.start()].decode("ascii", "replace"))
        start = match.end()
        data = match[0]
        if data[0] >= 0xA1:
            parts.append(_pairs_to_cp932(bytes(byte & 0x7F for byte in data)).decode("cp932", "replace"))
        else:
            parts.append(data.decode("euc_jp", "replace"))
    tail = body[start:]
    if re.search(rb"(?:\x8f[\xa1-\xfe]?|[\x8e\xa1-\xfe])\Z", tail):
        tail = tail.rstrip(b"\x8e\x8f" + bytes(range(0xA1, 0xFF)))
    parts.append(tail.decode("ascii", "replace"))
    return "".join(parts)


def _pairs_to_cp932(pairs: bytes) -> bytes:
    """Convert pairs of JIS bytes to Shift_JIS (JIS X 0208:1997, annex 1).

    A pair is row and cell, 0x21 to 0x7E each.
    """
    moved = bytearray()
    for row, cell in zip(pairs[::2], pairs[1::2], strict=True):
        lead = (row - 0x21 >> 1) + 0x81
        trail = cell + (0x1F if row & 1 else 0x7E)
        if row & 1 and trail >= 0x7F:
            trail += 1
        moved += bytes((lead if lead <= 0x9F else lead + 0x40, trail)) if 0x21 <= row <= 0x7E else b"\xff\xff"
    return bytes(moved)
