"""Recognize notices that a publisher repeats word for word on another day.

"The Bundesbank left credit policies unchanged after today's meeting" appeared word for word on 19 March and on 2 April.
A date alone proves nothing, since sites date pages anew when they move or republish them. So all conditions must hold:
one publisher has two pages with different dates, the text is short, and it refers to its own day.
"""

import re
from datetime import datetime, timedelta

from pipelines.rules.load import load_rules, rule_cache
from storage.scripts import HAN, KANA

MAX_CHARACTERS = {"spaced": 800, "unspaced": 300}
"""Letters and digits of a notice: some 120 words, as ``duplicates.MIN_WORDS``."""

MIN_APART = timedelta(hours=20)
"""A daily notice comes a few hours earlier on some days; an evening's text that is on the morning page is nearer."""

_UNSPACED = re.compile(f"[{KANA}{HAN}]")


def is_dated_notice(text: str, first: datetime | None, second: datetime | None) -> bool:
    """Tell whether the same words, dated twice by one publisher, report two events."""
    if first is None or second is None or abs(second - first) < MIN_APART:
        return False
    kind = "unspaced" if _UNSPACED.search(text) else "spaced"
    return sum(map(str.isalnum, text)) <= MAX_CHARACTERS[kind] and _day_words().search(text) is not None


@rule_cache()
def _day_words() -> re.Pattern[str]:
    """Return the pattern of words by which a text means its own day."""
    words = load_rules("dated_notices")
    english = "|".join(map(re.escape, words["english"]))
    japanese = "|".join(map(re.escape, words["japanese"]))
    return re.compile(rf"\b(?:{english})\b|{japanese}", re.IGNORECASE)
