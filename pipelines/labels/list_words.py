"""Match words of headings and class names that describe a list of links.

The words are in ``rules/list_words.toml``. A model weighs them. Unlike in :mod:`pipelines.labels.headings`, nothing is
decided here: a text may name several subjects at once.
"""

import re

from pipelines.html.dom_index import plain
from pipelines.rules.load import load_rules, rule_cache
from storage.scripts import EAST_ASIAN, SOUTHEAST_ASIAN

_NAMES = 300  # characters of class and id
_HEADING = 120  # characters of a heading
_WHOLE = 4  # letters up to which a word must end where it ends
_UNSPACED = re.compile(f"[{SOUTHEAST_ASIAN}{EAST_ASIAN}]")
_CAMEL = re.compile("([a-z])([A-Z])")


HEADING_SUBJECTS = tuple(load_rules("list_words")["headings"])
NAME_SUBJECTS = tuple(load_rules("list_words")["names"])


_KEY = 3  # first characters of a phrase by which it is looked up
# For the first characters of a phrase: the phrase, its subject's bit, and whether it begins and ends a word.
_Phrases = dict[str, list[tuple[str, int, bool, bool]]]


@rule_cache()
def _phrases(part: str) -> tuple[_Phrases, _Phrases]:
    """The phrases of ``headings`` or ``names`` by their first three characters, and the shorter ones."""
    long, short = _Phrases(), _Phrases()
    for bit, phrases in enumerate(load_rules("list_words")[part].values()):
        for phrase in phrases:
            text = plain(phrase) + (" " if phrase.endswith(" ") else "")
            is_word = part == "headings" and not _UNSPACED.match(text)
            is_whole = is_word and len(text) <= _WHOLE and text[-1].isalnum()
            table = long if len(text) >= _KEY else short
            table.setdefault(text[:_KEY], []).append((text, 1 << bit, is_word, is_whole))
    return long, short


def _subjects(text: str, part: str) -> int:
    """A bit for each subject of which a phrase is in the text."""
    long, short = _phrases(part)
    keys = long.keys() & {text[place : place + _KEY] for place in range(len(text) - _KEY + 1)}
    near = [each for key in keys for each in long[key]]
    near += [each for key, phrases in short.items() if key in text for each in phrases]
    bits = 0
    for phrase, bit, is_word, is_whole in near:
        if not bits & bit and phrase in text and (not is_word or _has_word(text, phrase, is_whole=is_whole)):
            bits |= bit
    return bits


def _has_word(text: str, phrase: str, *, is_whole: bool) -> bool:
    """Whether the phrase, which the text holds, begins a word there, and ends one if it must."""
    place = text.find(phrase)
    while place >= 0:
        begins = not place or not _is_letter(text[place - 1])
        end = place + len(phrase)
        if begins and not (is_whole and end < len(text) and _is_letter(text[end])):
            return True
        place = text.find(phrase, place + 1)
    return False


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


@rule_cache(8_192)  # headings of a site's pages are mostly the same
def heading_subjects(text: str) -> tuple[float, ...]:
    """For each of ``HEADING_SUBJECTS`` 1.0 where the text speaks of it, else 0.0."""
    bits = _subjects(plain(text)[:_HEADING], "headings")
    return tuple(float(bits >> bit & 1) for bit in range(len(HEADING_SUBJECTS)))


@rule_cache(8_192)
def name_subjects(names: str) -> int:
    """A bit for each of ``NAME_SUBJECTS`` that class names and ids speak of, the first one lowest."""
    return _subjects(_CAMEL.sub(r"\1-\2", names[:_NAMES]).lower(), "names")


@rule_cache(8_192)
def name_columns(bits: int) -> tuple[float, ...]:
    """The bits of :func:`name_subjects` as one number each."""
    return tuple(float(bits >> bit & 1) for bit in range(len(NAME_SUBJECTS)))
