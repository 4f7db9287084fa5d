"""Compare two revisions of a text, by words or characters."""

import dataclasses
import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from storage.scripts import EAST_ASIAN, SOUTHEAST_ASIAN, WIDE_FORMS

_UNSPACED = EAST_ASIAN + SOUTHEAST_ASIAN + WIDE_FORMS
_TOKEN = re.compile(rf"\s+|\d+(?:[.,]\d+)*|[^\W{_UNSPACED}]+|.", re.DOTALL)
_PARAGRAPH = re.compile(r"[^\n]*\n|[^\n]+")

LARGEST = 20_000
"""Tokens of both texts that are compared; of larger ones paragraphs are, in a fraction of the time."""

LARGEST_PARAGRAPH = 8_000
"""The same for two paragraphs of a web page: difflib's time grows with the square, and a reader waits."""

Kind = Literal["same", "gone", "come"]


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A part of a text that stayed, is ``gone`` or has ``come``."""

    kind: Kind
    text: str


def diff_texts(old: str, new: str, largest: int = LARGEST) -> list[Part]:
    """Compare two texts.

    All parts but those that came give the old text again.
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(before) + len(after) > largest:
        before, after = _PARAGRAPH.findall(old), _PARAGRAPH.findall(new)
    parts: list[Part] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            _add(parts, "same", "".join(before[i:j]))
            continue
        _add(parts, "gone", "".join(before[i:j]))
        _add(parts, "come", "".join(after[k:m]))
    return parts


def _add(parts: list[Part], kind: Kind, text: str) -> None:
    if text:
        parts.append(Part(kind, text))


def diff_paragraphs(old: Sequence[str], new: Sequence[str]) -> Iterator[list[Part]]:
    """Compare two texts by paragraphs; unchanged ones are left out."""
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        pairs = min(j - i, m - k) if tag == "replace" else 0
        for number in range(pairs):
            yield diff_texts(old[i + number], new[k + number], LARGEST_PARAGRAPH)
        for paragraph in old[i + pairs : j]:
            yield [Part("gone", paragraph)]
        for paragraph in new[k + pairs : m]:
            yield [Part("come", paragraph)]


def shorten(parts: list[Part], context: int = 60) -> list[Part]:
    """Cut unchanged parts to ``context`` characters around a change."""
    short: list[Part] = []
    for number, part in enumerate(parts):
        if part.kind != "same" or len(part.text) <= 2 * context + 1:
            short.append(part)
            continue
        head = part.text[:context] if number else ""
        tail = part.text[-context:] if number < len(parts) - 1 else ""
        short.append(Part("same", f"{head}…{tail}"))
    return short
