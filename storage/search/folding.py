"""Fold texts, and split them into runs of characters and words. Pure functions.

A folded text is a row of **pieces**: runs of Chinese, Japanese and Korean characters, and words of any other script.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import Stemmer

from storage.scripts import HAN, HANGUL, KANA

TEXT_LIMIT = 80_000
"""Characters of an article that are searched: PostgreSQL takes 1 MB of distinct terms at most, and a text of as many
different characters as there are would reach it, with 12 bytes of each and of the pair that it begins."""

WORD_LIMIT = 64
"""Characters of one word: longer ones are data, not language."""

_CJK = KANA + HAN + HANGUL
WORD = rf"[^\W_{_CJK}]"
CLITICS = ("s", "t", "re", "ve", "ll", "d", "m")
WORDS = re.compile(rf"{WORD}+(?:'(?:{'|'.join(CLITICS)})(?!{WORD}))?")
RUNS = re.compile(rf"[{_CJK}]+")
PIECE = re.compile(rf"(?P<run>{RUNS.pattern})|{WORDS.pattern}")

# Soft hyphens, zero-width characters and marks of direction are invisible within words.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc]")
# Dashes and minus signs used as the long vowel sign within katakana: コンピュ−タ.
# The dash comes first in the pattern: ten times as fast as a look-behind everywhere.
_DASHES = r"\-\u2010-\u2015\u2212\u2500\u2501"
_DASH = f"[{_DASHES}]"
_LONG_VOWEL = re.compile(f"{_DASH}(?<=[\u30a1-\u30fc]{_DASH})(?=[\u30a1-\u30fa])")
_LONG = re.compile("[\u30a1-\u30fc]")

# A character with the marks that compose with it; of the half-width kana the voicing marks are such.
_MARKS = "\u0300-\u036f\u3099\u309a\uff9e\uff9f\u1160-\u11ff\uffa0-\uffdc"
_CLUSTER = re.compile(f"[\\s\\S][{_MARKS}]*")
_SHRINKING = re.compile(f"[{_MARKS}]|{_UNSEEN.pattern}")

# Blocks whose characters fold each by itself, whatever stands beside them: Latin, punctuation, symbols, kana, Han and
# full width. Without what composes or decomposes into a mark (¨ ¯ ´ ¸ ǰ ‗ ‾).
_CHANGING_BLOCKS = (
    "\u0080-\u00a7\u00a9-\u00ae\u00b0-\u00b3\u00b5-\u00b7\u00b9-\u01ef\u01f1-\u02af\u2010-\u2016\u2018-\u2027\u2030-\u203d"
    "\u203f-\u205e\u2190-\u21ff\u25a0-\u26ff\u3000-\u3029\u309d-\u30ff\uff01-\uff9d"
)
_BLOCKS = f"\u0000-\u007f{_CHANGING_BLOCKS}\u3041-\u3096\u3400-\u4dbf\u4e00-\u9fff"
_UNUSUAL = re.compile(f"[^{_BLOCKS}]")
_ASCII = bytes(range(128))
_BEGINNING = 10


class Piece(NamedTuple):
    """A run of CJK characters, or a word's stem."""

    text: str
    is_run: bool


def non_ascii(text: str) -> str:
    """Give the characters of a text beyond ASCII: of an English text a few, that are searched in no time."""
    return (
        ""
        if text.isascii()
        else text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    )


def fold(text: str) -> str:
    """Fold width, case, composition, apostrophes, and dashes for ー."""
    text = text[:TEXT_LIMIT]
    if text.isascii():
        return text.casefold()
    folded = _fold_spelling(text)
    return _LONG_VOWEL.sub("ー", folded)[:TEXT_LIMIT] if _LONG.search(non_ascii(folded)) else folded[:TEXT_LIMIT]


def fold_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """Fold a text; give for each folded character its place in the text."""
    text = text[:TEXT_LIMIT]
    folded = fold(text)
    if len(folded) == len(text) and not _SHRINKING.search(text):
        return folded, range(len(text))  # nothing shrank, so nothing grew: as a rule, and 100 times as fast
    parts: list[str] = []
    offsets: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        part = _fold_cluster(cluster.group())
        parts.append(part)
        offsets.extend([cluster.start()] * len(part))
    return _LONG_VOWEL.sub("ー", "".join(parts))[:TEXT_LIMIT], offsets[:TEXT_LIMIT]


def split_pieces(folded: str) -> Iterator[tuple[Piece, int, int]]:
    """Split a folded text into its pieces, each with its start and end."""
    for match in PIECE.finditer(folded):
        is_run = match.lastgroup == "run"
        yield Piece(match.group() if is_run else stem(match.group()), is_run), match.start(), match.end()


def bare_word(word: str) -> str:
    """Take accents and apostrophes from a word: what prefixes are compared with."""
    word = _without_accents(word[:WORD_LIMIT])
    return word.replace("'", "") or word


@functools.lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Reduce a word to its English stem, without accents and apostrophes."""
    word = _without_accents(word[:WORD_LIMIT])
    if word.isascii():
        word = Stemmer.Stemmer("english", 0).stemWord(word)  # one each: a stemmer belongs to one thread
    return word.replace("'", "") or word


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return bare if bare.isascii() and bare else word


@functools.cache
def _changing() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Return what the characters of _CHANGING_BLOCKS become, unless it is their small letter."""
    blocks = re.findall("(.)-(.)", _CHANGING_BLOCKS)
    characters = [chr(code) for first, last in blocks for code in range(ord(first), ord(last) + 1)]
    changes = {each: _fold_any(each) for each in characters}
    changes = {each: to for each, to in changes.items() if to != each.casefold()}
    return re.compile(f"[{''.join(map(re.escape, changes))}]"), changes


def characters_that_become(run: str) -> str:
    """Write the inside of a character class: what folding may turn into a part of a run of CJK characters."""
    wanted = set(run)
    listed = [each for each, to in _changing()[1].items() if not to or wanted & set(to)]
    return f"{re.escape(''.join(listed))}{_DASHES if 'ー' in wanted else ''}"


def has_unusual_characters(text: str) -> bool:
    """Tell whether a text has characters that fold together with their neighbours, or are not of the usual blocks."""
    is_latin = text[:_BEGINNING].isascii()  # then a few characters are left; of a Japanese text most are
    return _UNUSUAL.search(non_ascii(text) if is_latin else text) is not None


def _fold_spelling(text: str) -> str:
    """Fold by characters where each is by itself, which is ten times as fast as normalizing."""
    beyond = non_ascii(text)
    if _UNUSUAL.search(beyond):
        return _fold_any(text)
    pattern, changes = _changing()
    return (pattern.sub(lambda match: changes[match[0]], text) if pattern.search(beyond) else text).casefold()


def _fold_any(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _APOSTROPHES.sub("'", _UNSEEN.sub("", folded))


def fold_width(text: str) -> str:
    """Fold as :func:`fold`, and keep capitals. The length may be another one."""
    folded = _APOSTROPHES.sub("'", _UNSEEN.sub("", unicodedata.normalize("NFKC", text[:TEXT_LIMIT])))
    return _LONG_VOWEL.sub("ー", folded)


@functools.lru_cache(maxsize=20_000)
def _fold_cluster(cluster: str) -> str:
    return _fold_spelling(cluster)
