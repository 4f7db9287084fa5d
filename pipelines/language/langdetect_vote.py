"""Let langdetect, py3langid and common words vote on alphabetic texts.

Langdetect's own loop draws n-grams at random until it is sure. In a headline that is after a few letters, so another
seed gives another answer. Here its profiles and n-grams are used, and each n-gram of the text counts once: no
randomness, no seed, no state that threads share. Of its 55 profiles only those of ``PROFILES`` are loaded. More
profiles cost more and are more often wrong on English names. Of 7,900 texts, 173 were wrong with these profiles alone,
and 46 with all three opinions.
"""

import dataclasses
import functools
import importlib.resources
import threading
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from langdetect.detector import Detector
from langdetect.detector_factory import DetectorFactory
from langdetect.utils.ngram import NGram

from pipelines.language.py3langid_scores import langid_shares
from pipelines.language.scripts import alphabets
from pipelines.rules.word_lists import common_words, english_function_words, headline_words, word_shares
from storage.languages import LANGUAGES

PROFILES: Mapping[str, tuple[str, ...]] = {
    script: tuple(code for code, language in LANGUAGES.items() if language.profile == script)
    for script in dict.fromkeys(language.profile for language in LANGUAGES.values() if language.profile)
}
_SAMPLE = 500  # characters; on the articles measured 500, 600 and 1,000 gave the same answers
_SMOOTHING = 0.5 / 10_000  # langdetect's ALPHA_DEFAULT / BASE_FREQ
_REMEMBERED = 10_000  # words of a script, with their n-grams
_LATIN_ENDS = "\u0300"  # lower characters never make langdetect drop a text's Latin words
_RARE = 0.5  # how far py3langid is believed in a language that langdetect's chosen profiles lack

_Shares: TypeAlias = Mapping[str, float]  # of each code

_lock = threading.Lock()


@dataclasses.dataclass(frozen=True, slots=True)
class Opinions:
    """The winning code, its share of all weight, and the three opinions.

    The share is 0 to 1. ``runners_up`` are close seconds.
    """

    code: str
    confidence: float
    runners_up: tuple[str, ...]
    votes: tuple[tuple[str, str, float], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Weights:
    langdetect: float = 1.0
    py3langid: float = 2.0
    words: float = 2.0
    english: float = 0.2  # English is what an unclear Latin headline in this crawl most probably is,
    english_short: float = 0.3  # the more so the fewer letters there are to tell by: this is added at none
    short: int = 20  # and nothing from so many letters on


WEIGHTS = _Weights()
_CLOSE = 0.15  # as a difference of summed weights; within it the page's own claim decides


class _Normal(dict[int, str]):
    """A cache of langdetect's normal form of each character, for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        normal: str = NGram.normalize(chr(code))
        self[code] = normal
        return normal


class _Profiles:
    """Some of langdetect's profiles as one matrix of logarithms.

    It has a row for each n-gram and a column for each language. Its n-grams never cross a space, so each word is looked
    up once.
    """

    def __init__(self, codes: tuple[str, ...]) -> None:
        folder = importlib.resources.files("langdetect").joinpath("profiles")
        factory = DetectorFactory()
        factory.load_json_profile([folder.joinpath(code).read_text(encoding="utf-8") for code in codes])
        table: dict[str, list[float]] = factory.word_lang_prob_map
        self.codes = codes
        self._logarithms = np.log(np.array(list(table.values()), dtype=np.float64) + _SMOOTHING)
        self._rows = {ngram: row for row, ngram in enumerate(table) if ngram != " "}
        self._normal = _Normal()
        self._scores_of = functools.lru_cache(_REMEMBERED)(self._add_up)

    def probabilities(self, text: str) -> dict[str, float]:
        """Return each language's probability; {} where no n-gram is known.

        The exponent is divided by the root of the number of n-grams, because neighbouring ones are not independent.
        """
        *words, last = _cleaned(text).translate(self._normal).split(" ")
        parts = [self._scores_of(f" {word} ") for word in words if word]
        parts.append(self._scores_of(f" {last}"))
        ngrams = sum(number for _, number in parts)
        if not ngrams:
            return {}
        scores = np.add.reduce([part for part, _ in parts])
        return dict(zip(self.codes, _softmax(scores / ngrams**0.5), strict=True))

    def _add_up(self, word: str) -> tuple[npt.NDArray[np.float64], int]:
        """Add up the logarithms of a word's n-grams for each language, and count them."""
        rows = self._find_rows(word)
        logarithms = self._logarithms.take(np.array(rows, dtype=np.intp), axis=0)
        return np.add.reduce(logarithms), len(rows)

    def _find_rows(self, word: str) -> list[int]:
        """Return the rows of the known n-grams of a word.

        They end at each character after the first, but not at a capital after a capital.
        """
        has_capitals = not word.islower()
        return [
            row
            for end in range(2, len(word) + 1)
            if not (has_capitals and word[end - 1].isupper() and word[end - 2].isupper())
            for start in range(end - 1, max(end - 4, -1), -1)
            if (row := self._rows.get(word[start:end])) is not None
        ]


def _cleaned(text: str) -> str:
    """Return the text without what langdetect ignores.

    It ignores addresses, and Latin words in a text of another script.
    """
    text = NGram.normalize_vi(Detector.MAIL_RE.sub(" ", Detector.URL_RE.sub(" ", text)))
    if max(text, default="") < _LATIN_ENDS:
        return text
    detector = Detector(DetectorFactory())
    detector.text = text
    detector.cleaning_text()
    cleaned: str = detector.text
    return cleaned


def _softmax(scores: npt.NDArray[np.float64]) -> list[float]:
    shares = np.exp(scores - scores.max())
    return [float(share) for share in shares / shares.sum()]


def judge_alphabet(text: str, script: str, *, needs_code_only: bool = False) -> Opinions:
    """Return the opinions on a normalized text in the alphabet ``script``.

    ``script`` is a name of ``rules/scripts.toml``. Where nothing but the winning code is needed, langdetect is asked
    only if its vote can still change the winner, or that the winner has most of the weight.
    """
    codes = next(alphabet.codes for alphabet in alphabets() if alphabet.name == script)
    if len(codes) == 1:
        return Opinions(codes[0], 1.0, (), (("script", codes[0], 1.0),))
    text = text[:_SAMPLE]
    second = langid_shares(text, codes)
    third = word_shares(text) if script == "latin" else {}
    first: Mapping[str, float] = {}
    totals = _add_up_votes(text, script, codes, first, second, third)
    if script in PROFILES and not (needs_code_only and _is_settled(totals)):
        first = _langdetect(script).probabilities(text)
        totals = _add_up_votes(text, script, codes, first, second, third)
    ranking = sorted(codes, key=lambda code: -totals[code])
    best = ranking[0]
    return Opinions(
        code=best,
        confidence=totals[best] / (sum(totals.values()) or 1.0),
        runners_up=tuple(code for code in ranking[1:] if totals[best] - totals[code] < _CLOSE),
        votes=_votes(langdetect=first, py3langid=second, words=third),
    )


def _add_up_votes(
    text: str, script: str, codes: tuple[str, ...], first: _Shares, second: _Shares, third: _Shares
) -> dict[str, float]:
    """Weigh the shares of langdetect, py3langid and the words, for each code."""
    totals = dict.fromkeys(codes, 0.0)
    for code in codes:
        trust = 1.0 if code in PROFILES.get(script, ()) else _RARE
        totals[code] += WEIGHTS.langdetect * first.get(code, 0.0) + WEIGHTS.words * third.get(code, 0.0)
        totals[code] += WEIGHTS.py3langid * trust * second.get(code, 0.0)
    if "en" in totals:
        totals["en"] += _english_prior(text)
    return totals


def _is_settled(totals: Mapping[str, float]) -> bool:
    """Tell whether the first code stays that, and has half of all weight, wherever langdetect's weight goes."""
    best, second = sorted(totals.values(), reverse=True)[:2]
    return best - second > WEIGHTS.langdetect and 2 * best > sum(totals.values()) + WEIGHTS.langdetect


def _english_prior(text: str) -> float:
    letters = count_letters(text)
    return WEIGHTS.english + WEIGHTS.english_short * max(0.0, 1 - letters / WEIGHTS.short)


def count_letters(text: str) -> int:
    """Count the letters, but no further than decides whether a text is short."""
    return sum(map(str.isalpha, text[: 2 * WEIGHTS.short]))


def _votes(**opinions: Mapping[str, float]) -> tuple[tuple[str, str, float], ...]:
    best = ((name, max(shares, key=lambda code: shares[code]), shares) for name, shares in opinions.items() if shares)
    return tuple((name, code, round(shares[code], 4)) for name, code, shares in best)


def _langdetect(script: str) -> _Profiles:
    with _lock:
        return _load_profiles(script)


@functools.cache
def _load_profiles(script: str) -> _Profiles:
    return _Profiles(PROFILES[script])


def load_alphabets() -> None:
    """Load all profiles and word lists."""
    for script in PROFILES:
        _langdetect(script)
    common_words()
    headline_words()
    english_function_words()
