"""Kinds of news with gaps, and what one event fills them in with, the same in both languages."""

import dataclasses
import datetime
import functools
import random
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.stories.name_readings import readings

Pair = tuple[str, str]
"""The same in Japanese and in English."""

PERSONS_A_FAMILY = 3
"""Given names with which a family name is in the news at most."""


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """A kind of news: headlines, leads and further sentences with gaps, and the least and greatest of its numbers."""

    headlines: Sequence[Pair]
    leads: Sequence[Pair]
    sentences: Sequence[Pair]
    variants: Sequence[Pair]
    numbers: Mapping[str, tuple[int, int]]


@dataclasses.dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds, what they are filled in with, and sentences of no event in particular by language."""

    kinds: Sequence[Kind]
    towns: Sequence[Pair]
    countries: Sequence[Pair]
    organisations: Sequence[Pair]
    common: Mapping[str, Sequence[str]]
    families: Sequence[Pair]
    given: Sequence[Pair]


class Cast:
    """The names, numbers and day of one event, by gap."""

    def __init__(self, chance: random.Random, kind: Kind, at: datetime.datetime) -> None:
        self._chance = chance
        known, choose = kinds(), chance.choice
        family, suffix = known.families[self._place()], choose(known.organisations)
        found: dict[str, Pair] = {
            "p": self.person(),
            "q": self.person(),
            "c": choose(known.towns),
            "k": choose(known.countries),
            "x": choose(kind.variants),
            "o": (family[0] + suffix[0], f"{family[1]} {suffix[1]}"),
            "d": (f"{at.day}日", f"{at:%B} {at.day}"),
        }
        for gap, (least, greatest) in kind.numbers.items():
            number = str(chance.randint(least, greatest))
            found[gap] = (number, number)
        self._sides = [{gap: pair[side] for gap, pair in found.items()} for side in (0, 1)]

    def tell(self, pair: Pair, language: str) -> str:
        """Fill in a sentence."""
        side = language != "ja"
        told = pair[side].format_map(self._sides[side])
        return told[:1].upper() + told[1:]

    def person(self) -> Pair:
        """Give a person: some families are in the news again and again."""
        place = self._place()
        family, which = kinds().families[place], PERSONS_A_FAMILY * place + self._chance.randrange(PERSONS_A_FAMILY)
        if "ァ" <= family[0][0] <= "ヴ":
            given = kinds().families[-which % len(kinds().families)]
            return f"{given[0]}・{family[0]}", f"{given[1]} {family[1]}"
        given = kinds().given[which % len(kinds().given)]
        return family[0] + given[0], f"{given[1]} {family[1]}"

    def _place(self) -> int:
        """Choose a family: the first ones come again and again."""
        return int(50 * (self._chance.paretovariate(0.6) - 1)) % len(kinds().families)


@functools.cache
def kinds() -> Kinds:
    """Read the kinds, and make up names."""
    table = tomllib.loads(Path(__file__).with_name("kinds.toml").read_text(encoding="utf-8"))
    return Kinds(
        [_kind(each) for each in table["kind"]],
        _pairs(table["towns"]),
        _pairs(table["countries"]),
        _pairs(table["organisations"]),
        table["common"],
        _made_families(),
        [(kanji, keys[0].capitalize()) for kanji, keys in sorted(readings().given.items()) if len(kanji) > 1],
    )


def _kind(table: Mapping[str, Any]) -> Kind:
    headlines, leads, sentences, variants = (
        _pairs(table[name]) for name in ("headlines", "leads", "sentences", "variants")
    )
    numbers = {gap: (least, greatest) for gap, (least, greatest) in table["numbers"].items()}
    return Kind(headlines, leads, sentences, variants, numbers)


def _pairs(rows: Sequence[Sequence[str]]) -> list[Pair]:
    return [(ja, en) for ja, en in rows]


def _made_families(number: int = 40_000, seed: int = 5) -> list[Pair]:
    """Make up family names in both scripts: Japanese ones by their readings, the others of syllables."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    known = readings()
    surnames = sorted((kanji, keys[0]) for kanji, keys in known.surnames.items() if len(kanji) > 1 and len(keys[0]) > 4)
    counted = Counter(key for _, key in surnames)
    japanese = [(kanji, key.capitalize()) for kanji, key in surnames if counted[key] == 1]
    rows = {"b": "バビブベボ", "d": "ダヂヅデド", "g": "ガギグゲゴ", "k": "カキクケコ", "m": "マミムメモ",
            "n": "ナニヌネノ", "p": "パピプペポ", "r": "ラリルレロ", "t": "タチツテト"}  # fmt: skip
    syllables = [
        (kana, row + vowel)
        for row, five in rows.items()
        for kana, vowel in zip(five, "aiueo", strict=True)
        if kana not in "ヂヅチツ"
    ]
    foreign: dict[str, str] = {}
    while len(foreign) < number - len(japanese):
        made = [chance.choice(syllables) for _ in range(chance.choice((3, 3, 4, 4, 5)))]
        latin = "".join(part for _, part in made)
        foreign[latin.capitalize()] = "".join(kana for kana, _ in made)
    names = [*japanese, *((kana, latin) for latin, kana in foreign.items())]
    chance.shuffle(names)
    return names[:number]
