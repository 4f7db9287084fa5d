"""Decide which script a mixed text is written in, and which it only quotes.

Counting letters is not enough: ``Amazon Web Servicesで障害`` is Japanese with three Japanese characters of twenty-two.
The boundary between the scripts decides. Japanese, Chinese and Korean continue without a space after a Latin name.
English sets a quotation off by spaces, brackets or quotation marks, and has lower-case words around it.
"""

import re
from collections import Counter

from pipelines.rules.word_lists import english_function_words, name_particles
from storage.scripts import EAST_ASIAN

_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?")
_GLUE = re.compile(
    f"[A-Za-z0-9%][{EAST_ASIAN}]|[{EAST_ASIAN}][A-Za-z0-9]|[、。]|[^\\s\"“‘'(][「『【]|[」』】][^\\s\"”’').,:;!?]"
)
_NAME_IN_CORNER_BRACKETS = re.compile(f"[「『【《〈][^「」『』【】《》〈〉{EAST_ASIAN}]{{1,200}}[」』】》〉]")
_SET_OFF = re.compile("[(\"“‘'\\[][^()\"“”‘’'\\[\\]A-Za-z]{1,100}[)\"”’'\\]]")
_EAST_ASIAN = re.compile(f"[{EAST_ASIAN}]")
_FOREIGN = re.compile(r"[\u00c0-\u024f]")  # letters that English lacks
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def leading_script(text: str, counts: Counter[str]) -> str:
    """Return the main script of a normalized text.

    It is ``east`` (kana, Han, Hangul), ``latin``, another key of ``counts``, or "". ``counts`` are those of
    ``count_scripts`` for the same text.
    """
    east = counts["kana"] + counts["han"] + counts["hangul"] + counts["bopomofo"]
    latin = counts["latin"]
    others = [(count, name) for name, count in counts.items() if name not in _EAST_OR_LATIN]
    most, name = max(others, default=(0, ""))
    if most > east and 2 * most >= latin:
        return name
    if not east:
        return "latin" if latin else ""
    return "latin" if latin and latin_leads(text, east) else "east"


_EAST_OR_LATIN = frozenset({"kana", "han", "hangul", "bopomofo", "latin"})


def latin_leads(text: str, east: int) -> bool:
    """Tell whether a mixed text is in Latin script and only quotes the other.

    ``east`` is the number of East Asian characters. Two of them weigh as much as one common Latin word, and a name half
    as much as a word (tried on headlines of both kinds). Where the scripts touch, the text must be Latin twice over and
    hold two English words. Small words of French, Spanish and the like are part of names, and do not count.
    """
    words = [
        word for word in _WORD.findall(_NAME_IN_CORNER_BRACKETS.sub(" ", text)) if word.lower() not in name_particles()
    ]
    function_words = sum(1 for word in words if word.lower() in english_function_words())
    common = sum(1 for word in words if word.lower() in english_function_words() or (len(word) > 1 and word.islower()))
    latin_weight = len(words) + common
    if _GLUE.search(text):
        return common >= 3 and function_words >= 2 and latin_weight > 2 * east
    set_off = sum(len(_EAST_ASIAN.findall(quoted)) for quoted in _SET_OFF.findall(text))
    east_weight = east - set_off / 2
    needed = 2 if any(map(_FOREIGN.search, words)) else 1  # one "and" is part of a French bank's name
    if common >= 2 or function_words >= needed:
        return 2 * latin_weight > east_weight
    return _begins_and_ends_latin(text) and 3 * latin_weight >= 2 * east_weight


def _begins_and_ends_latin(text: str) -> bool:
    """Tell whether the quoted characters are inside a Latin sentence."""
    latin = [match.start() for match in _LATIN.finditer(text)]
    quoted = [match.start() for match in _EAST_ASIAN.finditer(text)]
    return bool(latin and quoted) and latin[0] < quoted[0] and latin[-1] > quoted[-1]
