"""Sentences of the written events, with gaps for names, numbers and days, to be filled in for other events.

The same name in both languages has one key (its sound or its reading), the same number one value. So an event that
fills them in by key tells the same in Japanese and in English.
"""

import dataclasses
import datetime
import functools
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from pipelines.stories.lexicon import lexicon, titles
from pipelines.stories.name_readings import kanji_names, katakana_name, latin_name, readings
from tests.support.story_events import FITTED, HELD_OUT, EventArticle, articles_of

_LATIN = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?!\w)")
_KATAKANA = re.compile("[ァ-ヴー]{3,}")
_DAY_JA = re.compile(r"(?:\d{1,2}月)?\d{1,2}日(?!間|目|後|以内|連続)")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY_EN = re.compile(rf"\b(?:{_MONTHS}) \d{{1,2}}\b|\b\d{{1,2}} (?:{_MONTHS})\b")
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?![\d月年時分日:/-])")
_WORD = {"ja": re.compile("(?<![一-鿿々])[一-鿿]{2}(?![一-鿿々])"), "en": re.compile(r"\b[a-z]{5,}\b")}
_SENTENCES = {"ja": re.compile(r"(?<=。)"), "en": re.compile(r"(?<=[.!?]) (?=[A-Z\"“])")}
_YEARS = range(1900, 2101)

EXCHANGED = 0.6
"""Of an event's words those that it has instead of the written ones: else all told under one headline were alike."""

Name = tuple[str, str]
"""A name in Japanese and in English."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sentence:
    """A text with gaps: ``pieces`` are the text around them, ``gaps`` what they held, by kind and key.

    ``n`` is a name, ``#`` a number, ``d`` a day, ``w`` a weekday, ``v`` another word.
    """

    language: str
    pieces: tuple[str, ...]
    gaps: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A written event: its headlines, and the first and other sentences of its articles, by language."""

    headlines: Mapping[str, Sequence[Sentence]]
    leads: Mapping[str, Sequence[Sentence]]


@dataclasses.dataclass(frozen=True, slots=True)
class Corpus:
    """All written events, and all their further sentences by language."""

    events: Sequence[Told]
    sentences: Mapping[str, Sequence[Sentence]]
    names: Sequence[Name]
    words: Mapping[str, Sequence[str]]


class Cast:
    """The names, numbers and day of one event, by what they stand for in the sentences."""

    def __init__(self, chance: random.Random, known: Corpus, at: datetime.datetime) -> None:
        self._chance, self._names, self._vocabulary, self.at = chance, known.names, known.words, at
        self._words: dict[str, str] = {}
        self._named: dict[str, Name] = {}
        self._numbers: dict[str, str] = {}
        self._people = [self._draw() for _ in range(5)]

    def _draw(self) -> Name:
        """Give a name: the first ones of the list are in the news again and again."""
        place = 50 * (self._chance.paretovariate(0.6) - 1)
        return self._names[int(place) % len(self._names)]

    def own(self, key: str) -> str:
        """Keep a name of the headline or the lead for one of the event's own people."""
        if key not in self._named:
            self._named[key] = self._people[len(self._named) % len(self._people)]
        return key

    def fill(self, sentence: Sentence) -> str:
        """Fill in a sentence."""
        parts = [sentence.pieces[0]]
        for (kind, key), piece in zip(sentence.gaps, sentence.pieces[1:], strict=True):
            parts += (self._value(kind, key, sentence.language), piece)
        return "".join(parts)

    def _value(self, kind: str, key: str, language: str) -> str:
        if kind == "n":
            if key not in self._named:
                self._named[key] = self._chance.choice(self._people)
            return self._named[key][language != "ja"]
        if kind == "#":
            if key not in self._numbers:
                self._numbers[key] = "".join(
                    str(self._chance.randint(1, 9)) if sign.isdigit() else sign for sign in key
                )
            return self._numbers[key]
        if kind == "v":
            if key not in self._words:
                other = self._chance.random() < EXCHANGED
                self._words[key] = self._chance.choice(self._vocabulary[language]) if other else key
            return self._words[key]
        if kind == "w":
            return f"{self.at:%A}"
        return f"{self.at.day}日" if language == "ja" else f"{self.at:%B} {self.at.day}"


@functools.cache
def corpus() -> Corpus:
    """Read the written events."""
    articles = articles_of(*FITTED, HELD_OUT)
    latin = {latin_name(word) for a in articles if a.language == "en" for word in _names_of(a.text)}
    events: dict[str, list[EventArticle]] = {}
    for article in articles:
        events.setdefault(article.event, []).append(article)
    told: list[Told] = []
    further: dict[str, list[Sentence]] = {"ja": [], "en": []}
    for members in events.values():
        headlines: dict[str, list[Sentence]] = {"ja": [], "en": []}
        leads: dict[str, list[Sentence]] = {"ja": [], "en": []}
        for article in members:
            first, *others = [s for s in _SENTENCES[article.language].split(article.text) if s.strip()]
            headlines[article.language].append(parse(article.title, article.language, latin))
            leads[article.language].append(parse(first, article.language, latin))
            further[article.language] += [parse(each, article.language, latin) for each in others]
        if all(headlines.values()):
            told.append(Told(headlines, leads))
    words = {
        language: [key for sentence in sentences for kind, key in sentence.gaps if kind == "v"]
        for language, sentences in further.items()
    }
    return Corpus(told, further, made_names(), words)


def _names_of(text: str) -> list[str]:
    known = lexicon("en").name_things
    return [word for word in _LATIN.findall(text) if word.lower() not in titles() and word not in known]


def parse(text: str, language: str, latin: set[str]) -> Sentence:
    """Cut a text at what an event fills in; ``latin`` are the keys of all names in Latin letters."""
    found: list[tuple[int, int, str, str]] = []
    if language == "ja":
        found += [(*m.span(), "d", "") for m in _DAY_JA.finditer(text)]
        known = lexicon("ja").name_things
        for value, form in kanji_names(text):
            found += [(*m.span(), "n", value) for m in re.finditer(re.escape(form), text) if form not in known]
        for match in _KATAKANA.finditer(text):
            if match[0] not in known and (key := katakana_name(match[0])) in latin:
                found.append((*match.span(), "n", key))
    else:
        found += [(*m.span(), "d", "") for m in _DAY_EN.finditer(text)]
        found += [(*m.span(), "w", "") for m in _WEEKDAY.finditer(text)]
        names = set(_names_of(text))
        found += [(*m.span(), "n", latin_name(m[0])) for m in re.finditer(r"\b[A-Z][a-z]{2,}\b", text) if m[0] in names]
    for match in _NUMBER.finditer(text):
        plain = match[0].replace(",", "")
        if "." in plain or int(plain) not in _YEARS:
            found.append((*match.span(), "#", plain))
    found += [(*m.span(), "v", m[0]) for m in _WORD[language].finditer(text)]
    pieces, gaps, end = [], [], 0
    for start, stop, kind, key in sorted(found, key=lambda gap: (gap[0], -gap[1])):
        if start >= end:
            pieces.append(text[end:start])
            gaps.append((kind, key))
            end = stop
    return Sentence(language, (*pieces, text[end:]), tuple(gaps))


def made_names(number: int = 40_000, seed: int = 5) -> list[Name]:
    """Make up names in both scripts: half of them Japanese by their readings, half of syllables."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    known = readings()
    surnames = sorted((kanji, keys[0]) for kanji, keys in known.surnames.items() if len(kanji) > 1 and len(keys[0]) > 4)
    counted = Counter(key for _, key in surnames)
    japanese = [(kanji, key.capitalize()) for kanji, key in surnames if counted[key] == 1]
    chance.shuffle(japanese)
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
