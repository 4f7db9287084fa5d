"""Fold spellings of one word into one, and list the other spellings of a word.

The pairs are data: ``variants.toml``. Characters and sounds are folded in the index; what changes more than a few
characters (株式会社 and ㈱, 2026年 and 令和8年) is asked for in all its spellings.
"""

import functools
import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from storage.search.folding import non_ascii

MOST_SPELLINGS = 12
"""Spellings of one word that are asked for."""

_ITERATION = "ゝゞヽヾ"
_VOICED = str.maketrans("かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホ",
                        "がぎぐげござじずぜぞだぢづでどばびぶべぼガギグゲゴザジズゼゾダヂヅデドバビブベボ")  # fmt: skip
_DIGITS = "〇一二三四五六七八九"


@functools.cache
def _rules() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("variants.toml").read_text(encoding="utf-8"))


@functools.cache
def _characters() -> tuple[re.Pattern[str], dict[str, str]]:
    pairs: dict[str, str] = {}
    for listed in _rules()["characters"].values():
        plain = "".join(listed.split())
        pairs |= dict(zip(plain[::2], plain[1::2], strict=True))
    return re.compile(f"[{''.join(pairs)}]"), pairs


@functools.cache
def _written_otherwise() -> re.Pattern[str]:
    """Match what folds: as a rule no character of a text."""
    characters = "".join(_characters()[1])
    return re.compile(f"[{characters}ヴ{_ITERATION}]")


@functools.cache
def _sounds() -> tuple[re.Pattern[str], Mapping[str, str]]:
    sounds: Mapping[str, str] = _rules()["sounds"]
    return re.compile("|".join(sorted(map(re.escape, sounds), key=len, reverse=True))), sounds


def fold_variants(text: str) -> tuple[str, Sequence[int] | None]:
    """Fold the spellings of a text that is NFKC already.

    Also gives the place in ``text`` of each character, or None where the length is the same.
    """
    if not _written_otherwise().search(non_ascii(text)):
        return text, None
    characters, pairs = _characters()
    folded = characters.sub(lambda match: pairs[match[0]], text)  # str.translate takes five times as long
    if any(mark in folded for mark in _ITERATION):
        folded = _repeat_kana(folded)
    if "ヴ" not in folded:
        return folded, None
    pattern, sounds = _sounds()
    parts: list[str] = []
    places: list[int] = []
    last = 0
    for match in pattern.finditer(folded):
        sound = sounds[match.group()]
        parts += [folded[last : match.start()], sound]
        places += [*range(last, match.start()), *(min(match.start() + n, match.end() - 1) for n in range(len(sound)))]
        last = match.end()
    return "".join([*parts, folded[last:]]), [*places, *range(last, len(folded))]


def characters_written_as(run: str) -> str:
    """Write the inside of a character class: what :func:`fold_variants` may turn into a part of a run."""
    old = (old for old, new in _characters()[1].items() if new in run)
    return "".join([*old, "ヴ", _ITERATION])


def _repeat_kana(text: str) -> str:
    """Write ゝ and ゞ as the kana that they repeat: こゝろ as こころ."""
    characters = list(text)
    for at, character in enumerate(characters):
        if character in _ITERATION and at and "ぁ" <= characters[at - 1] <= "ヺ":
            before = characters[at - 1]
            characters[at] = before.translate(_VOICED) if character in "ゞヾ" else before
    return "".join(characters)


def is_acronym(word: str) -> bool:
    """Tell whether a word in capitals is a name that is another word in small letters: US."""
    return word in _rules()["acronyms"]["words"]


def sign_words(sign: str) -> Sequence[str]:
    """List the words for a sign: percent for %."""
    words: Sequence[str] = _rules()["signs"].get(sign, ())
    return words


def spellings(word: str) -> list[str]:
    """List the spellings of a folded word that are asked for, its own first."""
    parts = [list(dict.fromkeys(choices)) for choices in _choices(word)]
    listed = ("".join(chosen) for chosen in itertools.product(*parts))
    return list(dict.fromkeys(itertools.islice(listed, MOST_SPELLINGS)))


def _choices(word: str) -> Iterator[Sequence[str]]:
    pattern, groups = _exchanges()
    last = 0
    for match in pattern.finditer(word):
        yield [word[last : match.start()]]
        if match["era"]:
            yield [match.group(), *_of_western(_first_year(match["era"]) + _number(match["regnal"]) - 1, match["era"])]
        elif match["year"]:
            yield [match.group(), *_of_western(int(match["year"]), "")]
        else:
            yield groups[match.group()]
        last = match.end()
    yield [word[last:]]


@functools.cache
def _exchanges() -> tuple[re.Pattern[str], Mapping[str, Sequence[str]]]:
    groups = {each: [each, *group] for group in _rules()["words"]["groups"] for each in group}
    eras = "|".join(_rules()["eras"])
    years = rf"(?P<era>{eras})(?P<regnal>元|\d{{1,2}}|[{_DIGITS}十]{{1,3}})年|(?<!\d)(?P<year>(?:19|20)\d\d)年"
    return re.compile(years + "".join(f"|{re.escape(each)}" for each in groups)), groups


def _first_year(era: str) -> int:
    return int(_rules()["eras"][era])


def _number(regnal: str) -> int:
    """Read 元, 8, 八, 十二 or 三十一."""
    if regnal == "元":
        return 1
    if regnal.isdecimal():
        return int(regnal)
    tens, ten, ones = regnal.rpartition("十")
    value = _DIGITS.find(ones) if ones else 0
    return value + ((_DIGITS.find(tens) if tens else 1) * 10 if ten else 0)


def _of_western(year: int, own: str) -> Iterator[str]:
    """Write a year by the Western calendar and by the eras that it belongs to."""
    yield f"{year}年"
    begins = sorted(_rules()["eras"].items(), key=lambda pair: -pair[1])
    for number, (era, first) in enumerate(begins):
        ends = begins[number - 1][1] if number else 9999
        if first <= year <= ends or era == own:
            regnal = year - first + 1
            for written in ("元", "1") if regnal == 1 else (str(regnal),):
                yield f"{era}{written}年"
            if regnal > 1:
                yield f"{era}{_in_kanji(regnal)}年"
    yield "".join(_DIGITS[int(digit)] for digit in str(year)) + "年"


def _in_kanji(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (("" if tens == 1 else _DIGITS[tens]) + "十" if tens else "") + (_DIGITS[ones] if ones else "")
