"""Decide whether two texts are one article, an edited copy, or different.

The overlap of shingles alone joins texts from one template (tenders, forecasts, notices), since only their facts
differ. So similar texts must also agree in their numbers and names. Facts exchanged in place count against a copy.
Passages that were cut, added or moved do not.
"""

import dataclasses
import functools
import hashlib
import re
import unicodedata
from typing import Literal

from pipelines.duplicates.alignment import Alignment, align
from storage.languages import UNSPACED_LANGUAGES
from storage.scripts import EAST_ASIAN, SOUTHEAST_ASIAN

Kind = Literal["exact", "near", "different"]

WORD_SHINGLE, CHARACTER_SHINGLE = 3, 5  # word shingles on Japanese found 0.66 of the copies where characters found 0.93

# Measured on 3,034 pairs of edits, agency copy and same-template news in English and Japanese.
MIN_JACCARD = 0.5
MIN_CONTAINMENT = 0.8  # of the shorter's shingles: a shortened copy
MIN_NUMBERS_PRESENT = 0.7  # of the shorter's numbers, in the other text
MIN_COVERAGE = 0.65  # of both texts, in matched passages
MAX_CHANGED_NUMBERS = 0.4  # of the numbers in matched passages: above, a template filled in anew
MAX_CHANGED_NAMES = 0.12  # the same for names, which recur more often and so agree more
MIN_CHANGED_NAMES = 3  # one or two may be spellings
CORRECTED_COVERAGE = 0.95  # nothing but single spots differs: a correction …
CORRECTED_NUMBERS = 0.45  # … of less than half of the numbers,
CORRECTED_EVERY = 140  # … or of no more than one in so many words
REWRITTEN_NUMBERS = 0.12  # words changed throughout, numbers kept: an edited copy
REWRITTEN_EVERY = 80  # … with a substitution at least in so many words
REWRITTEN_PRESENT = 0.5  # of the numbers in the other text …
REWRITTEN_MISSING = 2  # … or so few missing that they may have gone with a passage
MIN_WORDS = 120  # below, agreement may be the template's
CHARACTERS_A_WORD = 2.7  # of unspaced text, to use the same numbers for both
WORTH_ALIGNING = 0.4  # containment below which no rule can accept

_WORDS = re.compile(r"[^\W_]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
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
        return frozenset([run[i : i + size] for i in range(max(1, len(run) - size + 1))])
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
    normal, folded = unicodedata.normalize("NFKC", text), _folded(text)
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
    common = len(a.shingles & b.shingles)
    jaccard = common / (len(a.shingles) + len(b.shingles) - common)
    containment = common / min(len(a.shingles), len(b.shingles))
    if containment < WORTH_ALIGNING:
        return Comparison("different", jaccard, containment, reason="other words")
    aligned = align(a.normal, b.normal, unspaced=unspaced)
    missing, present = _numbers_missing(a.folded, b.folded)
    words = aligned.tokens / (CHARACTERS_A_WORD if unspaced else 1.0)
    alike = containment >= MIN_CONTAINMENT or (jaccard >= MIN_JACCARD and aligned.shorter_coverage >= MIN_COVERAGE)
    rule = _accepting_rule(aligned, words, missing, present, alike=alike)
    if rule and aligned.names_changed >= MIN_CHANGED_NAMES and aligned.changed_names_share > MAX_CHANGED_NAMES:
        return Comparison("different", jaccard, containment, alike, "names changed")
    if rule:
        return Comparison("near", jaccard, containment, alike=True, reason=rule)
    return Comparison("different", jaccard, containment, alike, "numbers differ" if alike else "other words")


def _accepting_rule(aligned: Alignment, words: float, missing: int, present: float, *, alike: bool) -> str:
    """Return the name of the first rule that makes the two a copy, or ""."""
    changed = aligned.changed_numbers_share
    if alike and present >= MIN_NUMBERS_PRESENT and changed <= MAX_CHANGED_NUMBERS:
        return "same words and numbers"
    if words < MIN_WORDS:
        return ""
    few = changed <= CORRECTED_NUMBERS or aligned.numbers_changed * CORRECTED_EVERY <= words
    if aligned.coverage >= CORRECTED_COVERAGE and few:
        return "same text, single spots changed"
    edited = aligned.substitutions * REWRITTEN_EVERY >= words
    kept = changed <= REWRITTEN_NUMBERS and (missing <= REWRITTEN_MISSING or present >= REWRITTEN_PRESENT)
    return "same passages, words changed" if aligned.coverage >= MIN_COVERAGE and edited and kept else ""


def _numbers_missing(folded_a: str, folded_b: str) -> tuple[int, float]:
    """Count the numbers of one text that the other lacks, and the share it has.

    The text is the one with fewer distinct numbers. The share is 1 where it has none.
    """
    sets = [frozenset(_NUMBERS.findall(folded)) for folded in (folded_a, folded_b)]
    fewer, other = sorted(sets, key=lambda numbers: (len(numbers), sorted(numbers)))
    return len(fewer - other), len(fewer & other) / len(fewer) if fewer else 1.0


def _folded(text: str) -> str:
    return _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).casefold())


def _is_unspaced(language: str, *texts: str) -> bool:
    """Tell whether texts are compared by characters.

    The language decides. Where it is unknown, a third of the first letters in a script without spaces does.
    """
    if language != "und":
        return language in UNSPACED_LANGUAGES
    head = "".join(text[:2_000] for text in texts)
    return 3 * len(_UNSPACED_SCRIPT.findall(head)) >= sum(map(str.isalpha, head)) > 0
