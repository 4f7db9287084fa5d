"""Make an article's profile of terms, by which stories are found.

A term is a kind and a value. ``N`` is a name, by its sound or, after ``=``, its reading. ``A`` is an institution or an
acronym, ``L`` a place, ``P`` a country, ``T`` a topic, ``#`` a number, ``D`` a day, ``S`` a score. ``O`` is a place in
a series, such as the third game or Tuesday's close. These mean the same in every language. ``W`` is a word of the
article's own language. Terms of the headline and the first lines weigh more.
"""

import dataclasses
import datetime
import functools
import hashlib
import math
import re
import string
import sys
import unicodedata
import zoneinfo
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import Stemmer

from pipelines.rules.load import rule_cache
from pipelines.rules.word_lists import english_function_words, stop_words
from pipelines.stories.lexicon import lexicon, plain_words, titles
from pipelines.stories.name_readings import kanji_names, katakana_name, latin_name, readings
from pipelines.stories.quantities import days, numbers, ordinals
from pipelines.stories.series import classes, instalments, scores
from storage.languages import LANGUAGES
from storage.reading import Reading
from storage.scripts import HAN_BLOCK

ALGORITHM_VERSION = 4
"""Stored with every profile; raised whenever profiles or the decision of ``pipelines.stories.cluster`` change."""

HEAD, BODY = {"ja": 120}, 4_000  # characters: what weighs more, and what is looked at
HEAD_WEIGHT, TITLE_WEIGHT, MOST = 2, 3, 9
KEPT = {"N": 30, "A": 10, "L": 10, "P": 8, "T": 14, "#": 20, "D": 8, "O": 8, "S": 6, "W": 60}
"""Terms of a kind that a profile keeps at most, the weightiest first."""

FOUND_BY = 24
"""Terms under which an article is filed and looked up."""

_DAYS_OF = zoneinfo.ZoneInfo("Asia/Tokyo")  # bare days and weekdays are relative to the reader's calendar
_ENGLISH = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:[-'’.][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?:\n]['\"”’)]*\s*$")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Gov|Sen|Rep|Gen|Lt|Col|Capt|Prof|Rev|[A-Z])\.\s$")
_WITHIN = frozenset(f"{string.ascii_lowercase},")  # what precedes a word and its space within a sentence
_KATAKANA = re.compile("[ァ-ヴー]{3,}")
_LATIN = re.compile("[A-Za-z][A-Za-z'’-]*")
_KANJI = re.compile(f"[{HAN_BLOCK}々]{{2,}}")
_ACRONYM = re.compile("[A-Z]{2,6}")
_SHORTEST_KEY, _SHORTEST_WORD = 2, 3
_CAPITAL_NOUNS = frozenset({"de", "lb"})  # languages in which every noun has a capital: that says nothing of names
_RECENT = 7  # days before publication that a report may be of


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


def story_terms(title: str, text: str, language: str, published_at: datetime.datetime | None) -> str:
    """Return an article's packed profile.

    It has a term a line, ``weight kind value form`` with tabs between. The weight is a digit, or where the headline has
    the term a letter: ``a`` for 1, ``b`` for 2.
    """
    terms = _TermCounter()
    published = published_at.astimezone(_DAYS_OF).date() if published_at else None
    body = text[:BODY]
    head = HEAD.get(language, 300)
    for part, weight in ((title, TITLE_WEIGHT), (body[:head], HEAD_WEIGHT), (body[head:], 1)):
        terms.read(unicodedata.normalize("NFKC", part), weight, language, published)
        if weight == TITLE_WEIGHT:
            terms.in_title = frozenset(terms.names())
    if published is not None:
        terms.read_series(unicodedata.normalize("NFKC", f"{title}\n{body[:head]}"), language, published)
    signs = ((_TITLE_SIGNS if (t.kind, t.value) in terms.in_title else _SIGNS)[t.weight] for t in terms.kept())
    return "\n".join(f"{sign}\t{t.kind}\t{t.value}\t{t.form}" for sign, t in zip(signs, terms.kept(), strict=True))


def with_story_terms(reading: Reading) -> Reading:
    """Return a reading with its profile, where it is an article."""
    if not reading.is_article or reading.story_terms:
        return reading
    terms = story_terms(reading.title, reading.text, reading.language, reading.published_at)
    return dataclasses.replace(reading, story_terms=terms)


def load_tables() -> None:
    """Load the tables that every profile needs."""
    readings()
    for language in ("en", "ja"):
        story_terms("", "", language, datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC))


def unpack_profile(packed: str) -> Profile:
    """Return the terms of a packed profile."""
    terms = [line.split("\t", 3) for line in packed.split("\n") if line]
    return {(kind, value): Term(kind, value, _WEIGHTS[sign], form) for sign, kind, value, form in terms}


def unpack_weights(packed: str) -> dict[str, int]:
    """Return the weights of a packed profile by term.

    A term is ``kind value`` with a tab between. Profiles share their terms' strings, because thousands of them are held
    and compared at once.
    """
    return {sys.intern(line[2 : line.rindex("\t")]): _WEIGHTS[line[0]] for line in packed.split("\n") if line}


def title_terms(packed: str) -> frozenset[str]:
    """Return the terms of a packed profile that the headline has, as in :func:`unpack_weights`."""
    return frozenset([sys.intern(line[2 : line.rindex("\t")]) for line in packed.split("\n") if line[:1] in _IN_TITLE])


def story_keys(packed: str, language: str) -> tuple[int, ...]:
    """Return the hashes of an article's most telling terms.

    They have 62 bits, and there are FOUND_BY at most.
    """
    weights = unpack_weights(packed)
    terms = sorted(weights, key=lambda term: -math.log2(weights[term] + 1) * expectation(term)[1])
    return tuple(dict.fromkeys(hash_term(term, language) for term in terms[:FOUND_BY]))


def hash_term(term: str, language: str) -> int:
    """Return the hash of ``kind value`` with a tab between.

    A word's hash differs by language.
    """
    return _hash_of(f"{language} {term[2:]}" if term[0] == "W" else f"{term[0]} {term[2:]}")


@functools.lru_cache(65_536)
def _hash_of(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) >> 2 or 1


# Shares of articles that have such a term, where the archive does not tell yet: judged by a sample of mixed news.
_SHARES = {"A": 0.01, "L": 0.01, "P": 0.08, "T": 0.04, "D": 0.06, "O": 0.03, "S": 0.004}
_COMMON_COUNTRIES = {"US": 0.25, "JP": 0.35, "CN": 0.15}
_COMMON_PLACES = {"tokyo": 0.12, "osaka": 0.04, "kyoto": 0.03, "pacific": 0.03}
_NAME_SHARES = {1: 0.5, 2: 0.03, 3: 0.006}
_READING_SHARES, _READING, _COMMON_READING = {1: 0.5, 2: 0.1, 3: 0.01, 4: 0.004}, 0.0015, 0.01
_LONG_NAME, _WORD = 0.0015, 0.008
_NUMBER_SHARES = {1: 0.25, 2: 0.05, 3: 0.006}
_EXACT_NUMBER = 0.0015


@functools.lru_cache(65_536)
def expectation(term: str) -> tuple[float, float]:
    """Return the expected share of articles with a term, and its bits.

    The share (0 to 1) follows from the form of ``kind value`` (a tab between).
    """
    share = _share_of(term[0], term[2:])
    return share, -math.log2(share)


_BITS_OF_A_WORD = -math.log2(_WORD)


def _share_of(kind: str, value: str) -> float:
    match kind:
        case "N" if value.startswith("="):
            return _COMMON_READING if value[1:] in readings().common else _READING_SHARES.get(len(value) - 1, _READING)
        case "N":
            return _NAME_SHARES.get(len(value), _LONG_NAME)
        case "#":
            digits = value.replace(".", "").strip("0%")
            expected = _NUMBER_SHARES.get(len(digits), _EXACT_NUMBER)
            return expected / 2 if "%" in value or "." in value or len(value) > len(digits) + 3 else expected
        case "P":
            return _COMMON_COUNTRIES.get(value, _SHARES["P"])
        case "L":
            return _COMMON_PLACES.get(value, _SHARES["L"])
        case "W":
            return _WORD
    return _SHARES[kind]


@rule_cache()
def _plain_stems() -> frozenset[str]:
    stemmed = _stemmer().stemWords(sorted(plain_words("en")))
    return frozenset(stemmed) | plain_words("ja")


@rule_cache(65_536)
def _telling_word(written: str, language: str) -> tuple[str, str] | None:
    """Return a word of a spaced language without its endings, and its stem.

    None for words that say nothing about the event.
    """
    word = written.removesuffix("'s").removesuffix("’s").rstrip(".")
    lowered = word.lower()
    if len(word) < _SHORTEST_WORD or lowered in _function_words(language):
        return None
    stem = str(_stemmer(language).stemWord(lowered))
    return None if language == "en" and stem in _plain_stems() else (word, stem)


def _function_words(language: str) -> frozenset[str]:
    return english_function_words() if language == "en" else stop_words(language)


@functools.cache
def _stemmer(language: str = "en") -> Stemmer.Stemmer:
    """Return Snowball's stemmer of a language, English where it has none."""
    name = LANGUAGES[language].name.lower() if language in LANGUAGES else ""
    name = name if name in Stemmer.algorithms() else "english"
    return Stemmer.Stemmer(name, 0)  # without its own memory, which costs more than it saves behind ours


def _days_back(date: str, published: datetime.date) -> int | None:
    """Return the days from ``MMDD`` to publication, up to a week, or None."""
    for back in range(_RECENT + 1):
        if f"{published - datetime.timedelta(days=back):%m%d}" == date:
            return back
    return None


class _TermCounter:
    """The terms found so far, with their weights added up."""

    def __init__(self) -> None:
        self._weights: Counter[tuple[str, str]] = Counter()
        self._forms: dict[tuple[str, str], str] = {}
        self.in_title: frozenset[tuple[str, str]] = frozenset()

    def add(self, kind: str, value: str, weight: int, form: str) -> None:
        self._weights[kind, value] += weight
        self._forms.setdefault((kind, value), form)

    def names(self) -> Iterable[tuple[str, str]]:
        """Return the terms so far, as kind and value."""
        return self._weights.keys()

    def read(self, text: str, weight: int, language: str, published: datetime.date | None) -> None:
        """Add the terms of a piece of NFKC text."""
        for value, form in numbers(text):
            self.add("#", value, weight, form)
        for value, form in days(text, published):
            self.add("D", value, weight, form)
        for value, form in ordinals(text):
            self.add("O", value, weight, form)
        for value, form in scores(text):
            self.add("S", value, weight, form)
        counts, forms = lexicon(language).find(text)
        for thing, count in counts.items():
            kind, value = thing.split(" ", 1)
            self.add(kind, value, weight * min(count, 3), forms[thing])
        if language == "ja":
            self._read_japanese(text, weight)
        else:
            self._read_words(text, weight, language)

    def read_series(self, lead: str, language: str, published: datetime.date) -> None:
        """Add the series that the lead belongs to, with the newest day it names."""
        kinds = instalments(lead, language)
        for value, form in classes(lead, language, sport=any(kind == "sport" for kind, _ in kinds)):
            self.add("O", value, HEAD_WEIGHT, form)
        recent = [date for date, _ in days(lead, published) if _days_back(date, published) is not None]
        today = f"{published:%m%d}"
        newest = min(recent, key=lambda date: _days_back(date, published) or 0, default=today)
        for kind, form in kinds:
            self.add("O", f"{kind} {newest}", TITLE_WEIGHT, form)

    def kept(self) -> list[Term]:
        by_kind: dict[str, list[tuple[float, str, int]]] = {kind: [] for kind in KEPT}
        for (kind, value), weight in self._weights.items():
            weight = min(weight, MOST)
            bits = _BITS_OF_A_WORD if kind == "W" else expectation(f"{kind}\t{value}")[1]
            by_kind[kind].append((-weight * bits, value, weight))
        return [
            Term(kind, value, weight, " ".join(self._forms[kind, value].split())[:40])
            for kind, terms in by_kind.items()
            for _, value, weight in sorted(terms)[: KEPT[kind]]
        ]

    def _read_japanese(self, text: str, weight: int) -> None:
        listed_forms = lexicon("ja").name_things
        for word in _KATAKANA.findall(text):
            self.add("W", word, weight, word)
            if word not in listed_forms and len(key := katakana_name(word)) >= _SHORTEST_KEY:
                self.add("N", key, weight, word)
        for word in _LATIN.findall(text):
            if word not in listed_forms:
                self._add_latin_name(word, weight)
        plain = plain_words("ja")
        for key, form in kanji_names(text):
            if form not in listed_forms:
                self.add("N", key, weight, form)
        for run in _KANJI.findall(text):
            for at in range(len(run) - 1):
                if (pair := run[at : at + 2]) not in plain:
                    self.add("W", pair, weight, pair)

    def _add_latin_name(self, word: str, weight: int) -> None:
        if _ACRONYM.fullmatch(word):
            self.add("A", word.lower(), weight, word)
        elif len(key := latin_name(word)) >= _SHORTEST_KEY:
            self.add("N", key, weight, word)

    def _read_words(self, text: str, weight: int, language: str) -> None:
        listed_forms = lexicon("en").name_things
        has_small_nouns = language not in _CAPITAL_NOUNS
        for match in _ENGLISH.finditer(text):
            word_and_stem = _telling_word(match[0], language)
            if word_and_stem is None:
                continue
            word, stem = word_and_stem
            if not word[0].isupper() or word in listed_forms:
                pass
            elif _ACRONYM.fullmatch(word) or (has_small_nouns and self._is_name(text, match.start(), word)):
                self._add_latin_name(word, weight)
            self.add("W", stem, weight, word)

    def _is_name(self, text: str, start: int, word: str) -> bool:
        """Tell whether a capitalized word is a name.

        At the start of a sentence it is one only if it has a capital elsewhere too.
        """
        if word.lower() in titles():
            return False
        before = text[max(0, start - 8) : start]
        begins = not before or (_SENTENCE_END.search(before) is not None and _ABBREVIATION.search(before) is None)
        return not begins or _stands_within(text, word)


def _stands_within(text: str, word: str) -> bool:
    """Tell whether a word follows a small letter or a comma somewhere.

    A pattern for each name would be far slower.
    """
    at = text.find(f" {word}")
    while at >= 0:
        behind = text[at + 1 + len(word) : at + 2 + len(word)]
        if text[max(0, at - 1) : at] in _WITHIN and at > 0 and not (behind.isalnum() or behind == "_"):
            return True
        at = text.find(f" {word}", at + 1)
    return False
