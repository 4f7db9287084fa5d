"""Pack the profile of an article into a text, and read it.

A term is a line: ``weight kind value form`` with tabs between. The weight is a digit, or where the headline has the
term a letter: ``a`` for 1, ``b`` for 2. A line that begins with ``!`` is about the whole article: ``! name value``.
"""

import functools
import hashlib
import sys
from collections.abc import Iterable
from typing import NamedTuple

from pipelines.stories.reporting import UNKNOWN

TERMS_REMEMBERED = 8_192
"""Terms of which something is remembered: the common ones return, and with each new number and name more would be."""

_SIGNS, _TITLE_SIGNS = "0123456789", "_abcdefghi"
_WEIGHTS = {sign: weight for signs in (_SIGNS, _TITLE_SIGNS) for weight, sign in enumerate(signs)}
_IN_TITLE = frozenset(_TITLE_SIGNS)


class Term(NamedTuple):
    """One term of a profile.

    ``weight`` is 1 to 9, ``form`` is how the article writes it.
    """

    kind: str
    value: str
    weight: int
    form: str


Profile = dict[tuple[str, str], Term]


class Marks(NamedTuple):
    """What a profile says of its whole article.

    ``reporting`` is as in :func:`pipelines.stories.reporting.score_reporting`. ``dated`` is false where the publisher's
    time is unknown.
    """

    reporting: float = UNKNOWN
    dated: bool = True


def pack_profile(terms: Iterable[tuple[Term, bool]], marks: Marks) -> str:
    """Pack terms, each with whether the headline has it."""
    lines = [] if marks.dated else ["!\tundated\t"]
    if marks.reporting != UNKNOWN:
        lines.append(f"!\treporting\t{marks.reporting:.1f}")
    for term, in_title in terms:
        sign = (_TITLE_SIGNS if in_title else _SIGNS)[term.weight]
        lines.append(f"{sign}\t{term.kind}\t{term.value}\t{term.form}")
    return "\n".join(lines)


def unpack_marks(packed: str) -> Marks:
    """Return what a packed profile says of the whole article."""
    marks = dict(line.split("\t")[1:3] for line in packed.split("\n", 2)[:2] if line.startswith("!"))
    return Marks(float(marks.get("reporting", UNKNOWN)), "undated" not in marks)


@functools.lru_cache(512)  # a pair's terms are named for each of an article's ties
def unpack_profile(packed: str) -> Profile:
    """Return the terms of a packed profile; not to be changed."""
    terms = [line.split("\t", 3) for line in _term_lines(packed)]
    return {(kind, value): Term(kind, value, _WEIGHTS[sign], form) for sign, kind, value, form in terms}


def unpack_weights(packed: str) -> dict[str, int]:
    """Return the weights of a packed profile by term.

    A term is ``kind value`` with a tab between. Profiles share their terms' strings, because thousands of them are held
    and compared at once.
    """
    return {sys.intern(line[2 : line.rindex("\t")]): _WEIGHTS[line[0]] for line in _term_lines(packed)}


def title_terms(packed: str) -> frozenset[str]:
    """Return the terms of a packed profile that the headline has, as in :func:`unpack_weights`."""
    return frozenset([sys.intern(line[2 : line.rindex("\t")]) for line in packed.split("\n") if line[:1] in _IN_TITLE])


def _term_lines(packed: str) -> list[str]:
    return [line for line in packed.split("\n") if line and line[0] != "!"]


@functools.lru_cache(TERMS_REMEMBERED)  # one number for all profiles with a term, too: thousands of them are held
def hash_term(term: str, language: str) -> int:
    """Return the hash of ``kind value`` with a tab between.

    A word's hash differs by language, and is odd. All others are even.
    """
    is_word = term[0] == "W"
    name = f"{language} {term[2:]}" if is_word else f"{term[0]} {term[2:]}"
    return (int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) >> 3 << 1 or 2) + is_word
