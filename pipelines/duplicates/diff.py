"""What changed between two wordings of an article: by words, or characters where no spaces are written. Pure."""

import dataclasses
import difflib
import re
from typing import Literal

from storage.languages import UNSPACED_LANGUAGES

_WORDS = re.compile(r"\s+|\d+(?:[.,]\d+)*|\w+|.", re.DOTALL)
_CHARACTERS = re.compile(r"\s+|\d+(?:[.,]\d+)*|[A-Za-z]+|.", re.DOTALL)
_LARGEST = 20_000  # tokens of both: beyond, paragraphs are compared, in a fraction of the time
_PARAGRAPHS = re.compile(r"[^\n]*\n|[^\n]+")

Kind = Literal["same", "gone", "come"]


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text that stands in both wordings, in the old one alone (``gone``) or in the new one (``come``)."""

    kind: Kind
    text: str


def diff_wordings(old: str, new: str, language: str) -> list[Part]:
    """Lay a new wording beside the old one. All parts but those that came make the old text again."""
    form = _CHARACTERS if language in UNSPACED_LANGUAGES else _WORDS
    before, after = form.findall(old), form.findall(new)
    if len(before) + len(after) > _LARGEST:
        before, after = _PARAGRAPHS.findall(old), _PARAGRAPHS.findall(new)
    parts: list[Part] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            _add(parts, "same", "".join(before[i:j]))
            continue
        _add(parts, "gone", "".join(before[i:j]))
        _add(parts, "come", "".join(after[k:m]))
    return parts


def _add(parts: list[Part], kind: Kind, text: str) -> None:
    if text:
        parts.append(Part(kind, text))


def shortened(parts: list[Part], context: int = 60) -> list[Part]:
    """Cut what stayed the same to ``context`` characters on either side of a change; "…" stands for the rest."""
    short: list[Part] = []
    for number, part in enumerate(parts):
        if part.kind != "same" or len(part.text) <= 2 * context + 1:
            short.append(part)
            continue
        head = part.text[:context] if number else ""
        tail = part.text[-context:] if number < len(parts) - 1 else ""
        short.append(Part("same", f"{head}…{tail}"))
    return short
