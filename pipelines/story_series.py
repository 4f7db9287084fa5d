"""Places in a series that have no number: the close of a day, a day's match, a month's statistics. Scores. Pure.

The words are data, ``rules/story_series.toml``.
"""

import functools
import importlib.resources
import re
import tomllib
from collections.abc import Iterator, Mapping

_SCORE = re.compile(r"(?<![\d.,-])(\d{1,3})\s?[-‐‑–—―−]\s?(\d{1,3})(?![\d.,]*\d|[-‐‑–—―−]\d)")
_MARGIN = 60  # what is further apart is a span of years or ages, no score
_WON = re.compile(
    r"勝|敗|破り|破っ|下し|下した|試合|優勝|リーグ|\b(?:beat|won|wins?|lost|loses?|defeat\w*|victory|match|game|sets?)\b",
    re.IGNORECASE,
)


@functools.cache
def _kinds(language: str) -> Mapping[str, re.Pattern[str]]:
    file = importlib.resources.files("pipelines.rules").joinpath("story_series.toml")
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    japanese = language == "ja"
    found = {}
    for kind, words in tables.items():
        forms = "|".join(map(re.escape, sorted(words["ja" if japanese else "en"], key=len, reverse=True)))
        found[kind] = re.compile(forms if japanese else rf"\b(?:{forms})\b", 0 if japanese else re.IGNORECASE)
    return found


def scores(text: str) -> Iterator[tuple[str, str]]:
    """Each score of a match in NFKC text, the higher number first, with the words it was read from."""
    for match in _SCORE.finditer(text):
        high, low = sorted((int(match[1]), int(match[2])), reverse=True)
        if high - low <= _MARGIN:
            yield f"{high}-{low}", match[0]


def instalments(lead: str, language: str) -> list[tuple[str, str]]:
    """The kinds of report that a headline and first lines (NFKC) are an instalment of, with the words that say so."""
    found = [(kind, match[0]) for kind, pattern in _kinds(language).items() if (match := pattern.search(lead))]
    if not any(kind == "sport" for kind, _ in found) and _WON.search(lead):
        found += [("sport", form) for _, form in scores(lead)][:1]
    return found
