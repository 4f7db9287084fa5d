"""Make an article's profile of terms, by which stories are found.

A term is a kind and a value. ``N`` is a name, by its sound or, after ``=``, its reading. ``A`` is an institution or an
acronym, ``L`` a place, ``P`` a country, ``T`` a topic, ``#`` a number, ``D`` a day, ``S`` a score. ``O`` is a place in
a series, such as the third game or Tuesday's close. These mean the same in every language. ``W`` is a word of the
article's own language. Terms of the headline and the first lines weigh more.
"""

import dataclasses
import datetime
import functools
import math
import re
import string
import unicodedata
import zoneinfo
from collections import Counter
from collections.abc import Iterable

import Stemmer

from pipelines.rules.load import rule_cache
from pipelines.rules.word_lists import english_function_words, stop_words
from pipelines.stories.lexicon import lexicon, plain_words, titles
from pipelines.stories.name_readings import kanji_names, katakana_name, latin_name, readings
from pipelines.stories.packed_profile import Marks, Term, hash_term, pack_profile, unpack_weights
from pipelines.stories.quantities import days, numbers, ordinals
from pipelines.stories.reporting import score_reporting
from pipelines.stories.series import classes, instalments, scores
from pipelines.stories.term_shares import BITS_OF_A_WORD, expectation
from storage.languages import LANGUAGES
from storage.reading import Reading
from storage.scripts import HAN_BLOCK

ALGORITHM_VERSION = 8
"""Stored with every profile; raised whenever profiles or the decision of ``pipelines.stories.cluster`` change."""

HEAD, BODY = {"ja": 120}, 4_000  # characters: what weighs more, and what is looked at
HEAD_WEIGHT, TITLE_WEIGHT, MOST = 2, 3, 9
KEPT = {"N": 30, "A": 10, "L": 10, "P": 8, "T": 14, "#": 20, "D": 8, "O": 8, "S": 6, "W": 60}
"""Terms of a kind that a profile keeps at most, the weightiest first."""

COUNTED, FOUND_BY_OTHERS = 24, 12
"""Terms under which an article is filed and looked up. It is compared by how many articles have the most telling ones.
FOUND_BY_OTHERS of the terms are such as all languages share: half of all articles have only 6 among the first ones."""

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


def story_terms(title: str, text: str, language: str, published_at: datetime.datetime | None) -> str:
    """Return an article's packed profile (see :mod:`pipelines.stories.packed_profile`)."""
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
    marks = Marks(score_reporting(f"{title}\n{body}", language), published is not None)
    return pack_profile(((term, (term.kind, term.value) in terms.in_title) for term in terms.kept()), marks)


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


@functools.lru_cache(512)  # a batch needs them when it is filed or looked up, and for each set of comparisons
def story_keys(packed: str, language: str) -> tuple[int, ...]:
    """Return the hashes of an article's most telling terms.

    They have 62 bits. The odd ones are words of its language, the even ones mean the same in all languages. The first
    COUNTED ones are the most telling.
    """
    weights = unpack_weights(packed)
    terms = sorted(weights, key=lambda term: -math.log2(weights[term] + 1) * expectation(term)[1])
    others = [term for term in terms if term[0] != "W"][:FOUND_BY_OTHERS]
    return tuple(dict.fromkeys(hash_term(term, language) for term in (*terms[:COUNTED], *others)))


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
            bits = BITS_OF_A_WORD if kind == "W" else expectation(f"{kind}\t{value}")[1]
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
