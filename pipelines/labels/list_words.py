"""Match words of headings and class names that describe a list of links.

The words are in ``rules/list_words.toml``. A model weighs them. Unlike in :mod:`pipelines.labels.headings`, nothing is
decided here: a text may name several subjects at once.
"""

import re

from pipelines.html.dom_index import plain
from pipelines.rules.load import load_rules, rule_cache
from storage.scripts import EAST_ASIAN, SOUTHEAST_ASIAN

_NAMES = 300  # characters of class and id
_WHOLE = 4  # letters up to which a word must end where it ends
_UNSPACED = re.compile(f"[{SOUTHEAST_ASIAN}{EAST_ASIAN}]")
_CAMEL = re.compile("([a-z])([A-Z])")


HEADING_SUBJECTS = tuple(load_rules("list_words")["headings"])
NAME_SUBJECTS = tuple(load_rules("list_words")["names"])


@rule_cache()
def _heading_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile("|".join(map(_part, words))) for words in load_rules("list_words")["headings"].values())


def _part(word: str) -> str:
    """The pattern of one word; a space at its end stays."""
    plain_word = plain(word) + (" " if word.endswith(" ") else "")
    if _UNSPACED.match(plain_word):
        return re.escape(plain_word)
    whole = len(plain_word) <= _WHOLE and plain_word[-1].isalnum()
    return rf"(?<!\w){re.escape(plain_word)}" + (r"(?!\w)" if whole else "")


@rule_cache()
def _name_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile("|".join(map(re.escape, words))) for words in load_rules("list_words")["names"].values())


@rule_cache(8_192)  # headings of a site's pages are mostly the same
def heading_subjects(text: str) -> tuple[float, ...]:
    """For each of ``HEADING_SUBJECTS`` 1.0 where the text speaks of it, else 0.0."""
    line = plain(text)
    return tuple(float(bool(line) and pattern.search(line) is not None) for pattern in _heading_patterns())


@rule_cache(8_192)
def name_subjects(names: str) -> int:
    """A bit for each of ``NAME_SUBJECTS`` that class names and ids speak of, the first one lowest."""
    lowered = _CAMEL.sub(r"\1-\2", names[:_NAMES]).lower()
    return sum(1 << bit for bit, pattern in enumerate(_name_patterns()) if pattern.search(lowered))


@rule_cache(8_192)
def name_columns(bits: int) -> tuple[float, ...]:
    """The bits of :func:`name_subjects` as one number each."""
    return tuple(float(bits >> bit & 1) for bit in range(len(NAME_SUBJECTS)))
