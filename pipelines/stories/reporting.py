"""Score how much a text reports, and how much it advises its reader.

Guides, lists of products and encyclopedic pages about one topic share most of their words, but report no event. The
words are in ``rules/reporting_words.toml``.
"""

import functools
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.rules.load import load_rules, rule_cache

UNKNOWN = math.inf
"""The score of a text in a language without such words: nothing speaks against it."""

_LEAST = 300  # characters: in a shorter text one word must not settle everything
_PER = {"en": 1_000, "ja": 500}  # characters; a Japanese one says as much as two Latin ones


def score_reporting(text: str, language: str) -> float:
    """Return the logarithm (base 2) of reporting words to words that address the reader.

    Both are counted per 1,000 characters (Japanese: 500), plus one. Above 0 the text reports, below 0 it advises.
    """
    if language not in _PER:
        return UNKNOWN
    reports, addresses = (len(pattern.findall(text)) for pattern in _patterns(language))
    rate = _PER[language] / max(_LEAST, len(text))
    return round(math.log2((1 + reports * rate) / (1 + addresses * rate)), 1)


@functools.cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = _words()[language]
    return _pattern(words["reports"], language), _pattern(words["addresses"], language)


def _pattern(words: Sequence[str], language: str) -> re.Pattern[str]:
    either = "|".join(map(re.escape, words))
    return re.compile(rf"\b(?:{either})\b", re.IGNORECASE) if language == "en" else re.compile(either)


@rule_cache()
def _words() -> Mapping[str, Any]:
    return load_rules("reporting_words")
