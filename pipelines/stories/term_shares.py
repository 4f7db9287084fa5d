"""Expect how many articles have a term, by its form, where the archive does not tell yet."""

import functools
import math

from pipelines.stories.name_readings import readings
from pipelines.stories.packed_profile import TERMS_REMEMBERED

# Shares of articles that have such a term, where the archive does not tell yet: judged by a sample of mixed news.
_SHARES = {"A": 0.01, "L": 0.01, "P": 0.08, "T": 0.04, "D": 0.06, "O": 0.03, "S": 0.004}
_COMMON_COUNTRIES = {"US": 0.25, "JP": 0.35, "CN": 0.15}
_COMMON_PLACES = {"tokyo": 0.12, "osaka": 0.04, "kyoto": 0.03, "pacific": 0.03}
_NAME_SHARES = {1: 0.5, 2: 0.03, 3: 0.006}
_READING_SHARES, _READING, _COMMON_READING = {1: 0.5, 2: 0.1, 3: 0.01, 4: 0.004}, 0.0015, 0.01
_LONG_NAME, _WORD = 0.0015, 0.008
_NUMBER_SHARES = {1: 0.25, 2: 0.05, 3: 0.006}
_EXACT_NUMBER = 0.0015


@functools.lru_cache(TERMS_REMEMBERED)
def expectation(term: str) -> tuple[float, float]:
    """Return the expected share of articles with a term, and its bits.

    The share (0 to 1) follows from the form of ``kind value`` (a tab between).
    """
    share = _share_of(term[0], term[2:])
    return share, -math.log2(share)


BITS_OF_A_WORD = -math.log2(_WORD)


def _share_of(kind: str, value: str) -> float:
    match kind:
        case "N" if value.startswith("="):
            return _COMMON_READING if value[1:] in readings().common else _READING_SHARES.get(len(value) - 1, _READING)
        case "N":
            return _NAME_SHARES.get(len(value), _LONG_NAME)
        case "#":
            digits = value.replace(".", "").strip("0%")
            expected = _NUMBER_SHARES.get(len(digits), _EXACT_NUMBER)
            return expected / 2 if "%" in value or "." in value or len(value) > len(digits) + 3 else expected
        case "P":
            return _COMMON_COUNTRIES.get(value, _SHARES["P"])
        case "L":
            return _COMMON_PLACES.get(value, _SHARES["L"])
        case "W":
            return _WORD
    return _SHARES[kind]
