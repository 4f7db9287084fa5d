"""Match words of headings and class names that say what a list of links is, for a model to weigh.

The words are ``rules/list_words.toml``. Unlike :mod:`pipelines.labels.headings` nothing is decided here: a text may
speak of several things at once.
"""

import functools
import importlib.resources
import re
import tomllib

from pipelines.html.dom_index import plain

_NAMES = 300  # characters of class and id
_WHOLE = 4  # letters up to which a word must end where it ends
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_CAMEL = re.compile("([a-z])([A-Z])")


@functools.cache
def _table() -> dict[str, dict[str, list[str]]]:
    resource = importlib.resources.files("pipelines.rules").joinpath("list_words.toml")
    return tomllib.loads(resource.read_text(encoding="utf-8"))


HEADING_SUBJECTS = tuple(_table()["headings"])
NAME_SUBJECTS = tuple(_table()["names"])


@functools.cache
def _heading_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile("|".join(map(_part, words))) for words in _table()["headings"].values())


def _part(word: str) -> str:
    """The pattern of one word; a space at its end stays."""
    said = plain(word) + (" " if word.endswith(" ") else "")
    if _UNSPACED.match(said):
        return re.escape(said)
    whole = len(said) <= _WHOLE and said[-1].isalnum()
    return rf"(?<!\w){re.escape(said)}" + (r"(?!\w)" if whole else "")


@functools.cache
def _name_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile("|".join(map(re.escape, words))) for words in _table()["names"].values())


@functools.lru_cache(8_192)  # headings of a site's pages are mostly the same
def heading_subjects(text: str) -> tuple[float, ...]:
    """For each of ``HEADING_SUBJECTS`` 1.0 where the text speaks of it, else 0.0."""
    said = plain(text)
    return tuple(float(bool(said) and pattern.search(said) is not None) for pattern in _heading_patterns())


@functools.lru_cache(8_192)
def name_subjects(names: str) -> int:
    """A bit for each of ``NAME_SUBJECTS`` that class names and ids speak of, the first one lowest."""
    lowered = _CAMEL.sub(r"\1-\2", names[:_NAMES]).lower()
    return sum(1 << bit for bit, pattern in enumerate(_name_patterns()) if pattern.search(lowered))


@functools.lru_cache(8_192)
def name_columns(bits: int) -> tuple[float, ...]:
    """The bits of :func:`name_subjects` as one number each."""
    return tuple(float(bits >> bit & 1) for bit in range(len(NAME_SUBJECTS)))
