"""Mend JSON that people write by hand: comments, doubled commas, bare quotes.

The faults are those of JSON-LD on news pages (scrapinghub/extruct#84, adbar/trafilatura#101 and #296).
"""

import re

_LONGEST = 500_000  # characters: a longer script is data of a program, and no fault of a hand
# Outside of strings: comments, what once hid scripts from browsers, and commas that separate nothing.
_OUTSIDE = re.compile(
    r"""//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|<!--|-->|<!\[CDATA\[|\]\]>|"|,(?:\s*+,)*+\s*+(?=[}\]])|,(?:\s*+,)++"""
)
_INSIDE = re.compile(r'\\.|"|[^"\\]++|\\', re.DOTALL)
# A quote ends its string where the next sign is one that JSON has there.
_ENDS = re.compile(r'\s{0,200}(?:[:}\]]|$|,\s{0,200}(?:["{\[\]},]|-?\d|true\b|false\b|null\b))')
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')


def mend_json(text: str) -> str:
    """Return the text with its usual faults mended; the same text where it is too long.

    Comments, CDATA marks and needless commas are dropped, unknown escapes lose their backslash, and a quote within a
    string is escaped. The result may still not be JSON.
    """
    if len(text) > _LONGEST:
        return text
    parts: list[str] = []
    at = 0
    while at < len(text):
        match = _OUTSIDE.search(text, at)
        if match is None:
            parts.append(text[at:])
            break
        parts.append(text[at : match.start()])
        at = match.end()
        if match[0] == '"':
            at = _copy_string(text, at, parts)
        elif match[0].startswith(",") and text[at : at + 1] not in ("}", "]"):
            parts.append(",")
    return "".join(parts)


def _copy_string(text: str, at: int, parts: list[str]) -> int:
    """Append a string that begins at ``at`` with its quotes; return where it ends."""
    parts.append('"')
    for match in _INSIDE.finditer(text, at):
        piece = match[0]
        if piece == '"':
            if _ENDS.match(text, match.end()):
                parts.append('"')
                return match.end()
            parts.append('\\"')
        elif piece[0] == "\\" and not _ESCAPE.match(text, match.start()):
            parts.append(piece[1:])
        else:
            parts.append(piece)
    parts.append('"')
    return len(text)
