"""What changed between two wordings: word by word, character by character where words are not set apart."""

import difflib
import re
from collections.abc import Iterator, Sequence

from storage.scripts import EAST_ASIAN, WIDE_FORMS

# A run of letters without CJK, or any single character: Japanese is compared by characters.
_TOKEN = re.compile(rf"[^\W{EAST_ASIAN}{WIDE_FORMS}]+|\s+|.", re.DOTALL)

MOST = 4_000
"""Tokens of a paragraph that are compared: difflib's time grows with their square. Longer ones are shown whole."""

Piece = tuple[str, str]
"""``same``, ``gone`` or ``came``, with the text."""


def changes(old: Sequence[str], new: Sequence[str]) -> Iterator[list[Piece]]:
    """Give the paragraphs of a wording as pieces; paragraphs that are the same between others are left out."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        pairs = min(b - a, d - c) if kind == "replace" else 0
        for number in range(pairs):
            yield _within(old[a + number], new[c + number])
        for paragraph in old[a + pairs : b]:
            yield [("gone", paragraph)]
        for paragraph in new[c + pairs : d]:
            yield [("came", paragraph)]


def _within(old: str, new: str) -> list[Piece]:
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(before) > MOST or len(after) > MOST:
        return [("gone", old), ("came", new)]
    pieces: list[Piece] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(("same", "".join(before[a:b])))
            continue
        pieces += [("gone", "".join(before[a:b]))] if b > a else []
        pieces += [("came", "".join(after[c:d]))] if d > c else []
    return pieces
