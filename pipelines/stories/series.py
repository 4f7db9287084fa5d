"""Find scores, and places in a series that have no number.

Such a place is the close of a day, a day's match or a month's statistics. The words are in ``rules/story_series.toml``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from pipelines.rules.load import load_rules, rule_cache
from storage.languages import UNSPACED_LANGUAGES, story_language

_SCORE = re.compile(r"(?<![\d.,-])(\d{1,3})\s?[-‐‑–—―−]\s?(\d{1,3})(?![\d.,]*\d|[-‐‑–—―−]\d)")
_MARGIN = 60  # what is further apart is a span of years or ages, no score
_WON = re.compile(
    r"勝|敗|破り|破っ|下し|下した|試合|優勝|リーグ|\b(?:beat|won|wins?|lost|loses?|defeat\w*|victory|match|game|sets?)\b",
    re.IGNORECASE,
)


def _pattern(forms: Mapping[str, Sequence[str]], language: str) -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(forms[language], key=len, reverse=True)))
    if language in UNSPACED_LANGUAGES:
        return re.compile(words)
    return re.compile(rf"\b(?:{words})(?!\w)", re.IGNORECASE)


@rule_cache()
def _daily(language: str) -> Mapping[str, re.Pattern[str]]:
    return {kind: _pattern(forms, language) for kind, forms in load_rules("story_series")["daily"].items()}


@rule_cache()
def _classes(language: str) -> Mapping[str, re.Pattern[str]]:
    return {
        f"{unit} {name}": _pattern(forms, language)
        for unit, names in load_rules("story_series")["classes"].items()
        for name, forms in names.items()
    }


def scores(text: str) -> Iterator[tuple[str, str]]:
    """Find the scores of matches in NFKC text, the higher number first."""
    for match in _SCORE.finditer(text):
        high, low = sorted((int(match[1]), int(match[2])), reverse=True)
        if high - low <= _MARGIN:
            yield f"{high}-{low}", match[0]


def instalments(lead: str, language: str) -> list[tuple[str, str]]:
    """Return the kinds of recurring report in a headline and first lines.

    Each comes with the words that name it.
    """
    kinds = [
        (kind, match[0])
        for kind, pattern in _daily(story_language(language)).items()
        if (match := pattern.search(lead))
    ]
    if not any(kind == "sport" for kind, _ in kinds) and _WON.search(lead):
        kinds += [("sport", form) for _, form in scores(lead)][:1]
    return kinds


def classes(text: str, language: str, *, sport: bool) -> Iterator[tuple[str, str]]:
    """Find words that tell similar events apart, as ``unit name``."""
    for value, pattern in _classes(story_language(language)).items():
        if sport or not value.startswith("sex "):
            yield from ((value, form) for form in pattern.findall(text))
