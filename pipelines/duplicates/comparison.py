"""Decide whether two texts are one article, an edited copy, or different.

The overlap of shingles alone joins texts from one template (tenders, forecasts, notices), since only their facts
differ. So similar texts are aligned. A model that learnt from pairs weighs what was kept, cut, added, moved and
exchanged (``likeness``). Of short texts agreement says little: rules decide, and numbers and names must agree.
"""

import dataclasses
import functools
import hashlib
import re
import unicodedata
from typing import Literal

from pipelines.duplicates.alignment import align
from pipelines.duplicates.likeness import Pair, features_of
from pipelines.models.tree_walk import packaged_walk
from storage.languages import UNSPACED_LANGUAGES
from storage.scripts import EAST_ASIAN, SOUTHEAST_ASIAN

Kind = Literal["exact", "near", "different"]

WORD_SHINGLE, CHARACTER_SHINGLE = 3, 5  # word shingles on Japanese found 0.66 of the copies where characters found 0.93

MODEL = "duplicates"
"""Name of the packaged weights; trained by ``python -m benchmarks.training duplicates``."""

THRESHOLD = 0.7  # cross-validated by event: at 0.6 more of both is joined, agency copy and look-alikes

# Facts that make two articles of any texts: pairs in which so many are exchanged are few in what the model learnt from.
MAX_CHANGED_NAMES = 0.12  # of the names in matched passages; no duplicate of the pairs reaches it
MIN_CHANGED_NAMES = 3  # one or two may be spellings
MIN_NUMBERS_SHARED = 0.3  # of the numbers of the text with fewer, where the other lacks …
MIN_NUMBERS_MISSING = 3  # … so many; one of 2,065 duplicates is below both

# Of texts that are too short for the model. Measured on the same pairs.
MIN_WORDS = 120  # below, agreement may be the template's
CHARACTERS_A_WORD = 2.7  # of unspaced text, to use the same numbers for both
MIN_JACCARD = 0.5
MIN_CONTAINMENT = 0.8  # of the shorter's shingles: a shortened copy
MIN_COVERAGE = 0.65  # of the shorter text, in matched passages
MIN_NUMBERS_PRESENT = 0.7  # of the shorter's numbers, in the other text
MAX_CHANGED_NUMBERS = 0.4  # of the numbers in matched passages: above, a template filled in anew
WORTH_ALIGNING = 0.4  # containment below which texts are different

_SLICES = [slice(start, start + CHARACTER_SHINGLE) for start in range(4_000)]
"""Of the shingles of most texts: made once, they take half the time."""

_WORDS = re.compile(r"[^\W_]+")
_THOUSANDS = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")  # the comma first: it is what is searched for
_EXACT_FORM = re.compile(r"(?<=\d)\.(?=\d)|[^\W_]+")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_UNSPACED_SCRIPT = re.compile(f"[{SOUTHEAST_ASIAN}{EAST_ASIAN}]")


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing two texts.

    ``similarity`` is the Jaccard index of their shingles (0 to 1; 1.0 where exact). ``containment`` is the share of the
    smaller set that is in the other. ``alike`` says that the words overlap enough for a copy, whatever the facts are.
    Texts that are alike and different report another event, or a later stage, in the same words. ``reason`` names the
    rule.
    """

    kind: Kind
    similarity: float
    containment: float = 0.0
    alike: bool = False
    reason: str = ""


@functools.lru_cache(64)  # storing a page asks for the same text's twice or thrice
def text_hash(text: str) -> str:
    """Return 32 hex digits that texts with the same letters and digits share.

    It is "" for a text without letters and digits. Widths, case, spaces and punctuation do not matter (NFKC, casefold),
    but the point in a decimal number does.
    """
    return _hash(_folded(text))


def _hash(folded: str) -> str:
    normal = "".join(_EXACT_FORM.findall(folded))
    return hashlib.blake2b(normal.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() if normal else ""


def shingles(text: str, language: str) -> frozenset[str]:
    """Return a text's shingles: three words, or five characters without spaces.

    A shorter text is one shingle.
    """
    return _shingles(_WORDS.findall(_folded(text)), unspaced=_is_unspaced(language, text))


def _shingles(words: list[str], *, unspaced: bool) -> frozenset[str]:
    if not words:
        return frozenset()
    if unspaced:
        run, size = "".join(words), CHARACTER_SHINGLE
        number, made = max(1, len(run) - size + 1), len(_SLICES)
        first = map(run.__getitem__, _SLICES[:number])
        return frozenset(first).union([run[i : i + size] for i in range(made, number)])
    if len(words) <= WORD_SHINGLE:
        return frozenset([" ".join(words)])
    return frozenset(map(" ".join, zip(*(words[start:] for start in range(WORD_SHINGLE)), strict=False)))


@dataclasses.dataclass(frozen=True, slots=True)
class _Prepared:
    """One text, ready to be compared; ``run`` is its letters and digits alone."""

    normal: str
    folded: str
    run: str
    shingles: frozenset[str]


@functools.lru_cache(32)  # 0.2 MB each: a text that comes is compared with four, its batch often with the same ones
def _prepared(text: str, *, unspaced: bool) -> _Prepared:
    normal = unicodedata.normalize("NFKC", text)
    folded = _fold_normal(normal)
    words = _WORDS.findall(folded)
    return _Prepared(normal, folded, "".join(words), _shingles(words, unspaced=unspaced))


def compare(text_a: str, text_b: str, language: str) -> Comparison:
    """Decide whether two texts are one article. Symmetric.

    An empty text is different from every other.
    """
    unspaced = _is_unspaced(language, text_a, text_b)
    a, b = _prepared(text_a, unspaced=unspaced), _prepared(text_b, unspaced=unspaced)
    if not a.run or not b.run:
        return Comparison("different", 0.0, reason="no words")
    if a.run == b.run and _hash(a.folded) == _hash(b.folded):  # the run lacks but the decimal points
        return Comparison("exact", 1.0, 1.0, alike=True, reason="same letters and digits")
    jaccard, containment = overlap = _overlap(a, b)
    if containment < WORTH_ALIGNING:
        return Comparison("different", jaccard, containment, reason="other words")
    pair = _measure(a, b, overlap, unspaced=unspaced)
    covered = jaccard >= MIN_JACCARD and pair.aligned.shorter.coverage >= MIN_COVERAGE
    alike = covered or containment >= MIN_CONTAINMENT
    if pair.words >= MIN_WORDS and pair.aligned.runs:
        is_copy = not has_other_facts(pair) and packaged_walk(MODEL).probability(features_of(pair)) >= THRESHOLD
    else:
        is_copy = alike and _has_same_facts(pair)
    if is_copy:
        reason = "same words and numbers" if alike else "same passages, words changed"
        return Comparison("near", jaccard, containment, alike=True, reason=reason)
    return Comparison("different", jaccard, containment, alike, _difference(pair) if alike else "other words")


def measure(text_a: str, text_b: str, language: str) -> Pair | None:
    """Measure two texts as :func:`compare` does; None where it needs no measure: equal, empty or in other words."""
    unspaced = _is_unspaced(language, text_a, text_b)
    a, b = _prepared(text_a, unspaced=unspaced), _prepared(text_b, unspaced=unspaced)
    if not a.run or not b.run or text_hash(text_a) == text_hash(text_b):
        return None
    overlap = _overlap(a, b)
    return None if overlap[1] < WORTH_ALIGNING else _measure(a, b, overlap, unspaced=unspaced)


def _overlap(a: _Prepared, b: _Prepared) -> tuple[float, float]:
    """Return the Jaccard index of two texts' shingles, and the share of the smaller set that is in the other."""
    common = len(a.shingles & b.shingles)
    return (
        common / (len(a.shingles) + len(b.shingles) - common),
        common / min(len(a.shingles), len(b.shingles)),
    )


def _measure(a: _Prepared, b: _Prepared, overlap: tuple[float, float], *, unspaced: bool) -> Pair:
    aligned = align(a.normal, b.normal, unspaced=unspaced)
    words = len(aligned.shorter.tokens) / (CHARACTERS_A_WORD if unspaced else 1.0)
    return Pair(aligned, words, *overlap, *_numbers_missing(a.folded, b.folded))


def has_other_facts(pair: Pair) -> bool:
    """Tell whether so many names or numbers are others that two texts are two articles, whatever their words are."""
    few_shared = pair.numbers_present < MIN_NUMBERS_SHARED and pair.numbers_missing >= MIN_NUMBERS_MISSING
    return few_shared or _has_other_names(pair)


def _has_other_names(pair: Pair) -> bool:
    return pair.aligned.names_changed >= MIN_CHANGED_NAMES and pair.aligned.changed_names_share > MAX_CHANGED_NAMES


def _has_same_facts(pair: Pair) -> bool:
    few_changed = pair.aligned.changed_numbers_share <= MAX_CHANGED_NUMBERS
    return few_changed and pair.numbers_present >= MIN_NUMBERS_PRESENT and not _has_other_names(pair)


def _difference(pair: Pair) -> str:
    """Say in words what speaks against a copy whose words are alike."""
    if _has_other_names(pair):
        return "names changed"
    same_numbers = pair.numbers_missing == 0 and pair.aligned.numbers_changed == 0
    return "passages differ" if same_numbers else "numbers differ"


def _numbers_missing(folded_a: str, folded_b: str) -> tuple[int, float]:
    """Count the numbers of one text that the other lacks, and the share it has.

    The text is the one with fewer distinct numbers. The share is 1 where it has none.
    """
    sets = [frozenset(_NUMBERS.findall(folded)) for folded in (folded_a, folded_b)]
    fewer, other = sorted(sets, key=lambda numbers: (len(numbers), sorted(numbers)))
    return len(fewer - other), len(fewer & other) / len(fewer) if fewer else 1.0


def _folded(text: str) -> str:
    return _fold_normal(unicodedata.normalize("NFKC", text))


def _fold_normal(normal: str) -> str:
    return _THOUSANDS.sub("", normal.casefold())


def _is_unspaced(language: str, *texts: str) -> bool:
    """Tell whether texts are compared by characters.

    The language decides. Where it is unknown, a third of the first letters in a script without spaces does.
    """
    if language != "und":
        return language in UNSPACED_LANGUAGES
    head = "".join(text[:2_000] for text in texts)
    return 3 * len(_UNSPACED_SCRIPT.findall(head)) >= sum(map(str.isalpha, head)) > 0
