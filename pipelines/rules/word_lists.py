"""Count the commonest words of languages in the Latin alphabet.

They are a third opinion beside the two statistical ones. The words are justext's stop lists: the commonest words of
each Wikipedia, shipped with trafilatura's dependency justext under a BSD licence. For English,
``rules/headline_words.txt`` is added, since headlines lack the articles and auxiliaries that stop lists are made of.
"""

import functools
import importlib.resources
import re
from collections import defaultdict
from collections.abc import Mapping

from pipelines.rules.load import load_words
from storage.languages import LANGUAGES

_WORD = re.compile(r"[^\W\d_]+")
_FEW = 3  # words: in a text of fewer, one known word must not settle everything
_CAPITALISED = 0.5  # what a capitalised word counts among others: it is a name, or German


@functools.cache
def common_words() -> Mapping[str, tuple[str, ...]]:
    """Return each common word in lower case with the codes of its languages."""
    languages: defaultdict[str, set[str]] = defaultdict(set)
    folder = importlib.resources.files("justext").joinpath("stoplists")
    for code, name in ((code, language.stop_list) for code, language in LANGUAGES.items() if language.stop_list):
        for word in folder.joinpath(f"{name}.txt").read_text(encoding="utf-8").split():
            languages[word.lower()].add(code)
    for word in headline_words():
        languages[word].add("en")
    return {word: tuple(sorted(codes)) for word, codes in languages.items()}


def headline_words() -> frozenset[str]:
    """Return the English words of ``rules/headline_words.txt``."""
    return load_words("headline_words")


def english_function_words() -> frozenset[str]:
    """Return the English words of ``rules/function_words.txt``: no parts of names."""
    return load_words("function_words")


@functools.lru_cache(64)
def stop_words(language: str) -> frozenset[str]:
    """Return justext's commonest words of a language (ISO 639-1) in lower case; none where it has no list."""
    name = LANGUAGES[language].stop_list if language in LANGUAGES else ""
    if not name:
        return frozenset()
    folder = importlib.resources.files("justext").joinpath("stoplists")
    return frozenset(folder.joinpath(f"{name}.txt").read_text(encoding="utf-8").lower().split())


def word_shares(text: str) -> dict[str, float]:
    """Return each language's share (0 to 1) of the text's words.

    A word of several languages is divided among them.
    """
    words = _WORD.findall(text)
    capital = _CAPITALISED if any(word[0].islower() for word in words) else 1.0
    languages_of = common_words()
    shares: defaultdict[str, float] = defaultdict(float)
    total = 0.0
    for word in words:
        weight = 1.0 if word[0].islower() else capital
        total += weight
        codes = languages_of.get(word.lower(), ())
        for code in codes:
            shares[code] += weight / len(codes)
    return {code: share / max(_FEW, total) for code, share in sorted(shares.items())}


def name_particles() -> frozenset[str]:
    """Return the small words of names in ``rules/name_particles.txt``."""
    return load_words("name_particles")
