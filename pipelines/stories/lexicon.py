"""Find countries, institutions, places and topics by their names.

The names are those of ``rules/story_names.toml``, ``rules/story_topics.toml`` and the CLDR's countries.
"""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from babel import Locale

from pipelines.rules.load import load_rules, rule_cache
from pipelines.rules.word_lists import common_words

_LATIN = re.compile(r"[A-Za-z]")
_RUN = re.compile(r"[A-Za-z0-9]+")
_NAMES_OF_ENTRIES = (("institutions", "A"), ("people", "N"), ("places", "L"))


@dataclasses.dataclass(frozen=True, slots=True)
class Lexicon:
    """The forms of one language and the things they name.

    A form may name several things. ``things`` is by form (as it matched, lower case for topics). A thing is its kind's
    letter, a space, and its key.
    """

    names: "_SpacedForms | _UnspacedForms"
    name_things: Mapping[str, tuple[str, ...]]
    topics: "re.Pattern[str] | _UnspacedForms"
    topic_things: Mapping[str, tuple[str, ...]]

    def name_places(self, text: str) -> Iterator[tuple[int, str]]:
        """Give the start of every name in a text and its form."""
        return self.names.places(text)

    def find(self, text: str) -> tuple[Counter[str], dict[str, str]]:
        """Count the things that a text names, with the first form of each."""
        counts: Counter[str] = Counter()
        forms: dict[str, str] = {}
        for _, form in self.names.places(text):
            for thing in self.name_things[form]:
                counts[thing] += 1
                forms.setdefault(thing, form)
        for form in self.topics.findall(text.lower()):
            for thing in self.topic_things[form]:
                counts[thing] += 1
                forms.setdefault(thing, form)
        return counts, forms


def _is_latin(form: str) -> bool:
    return _LATIN.match(form) is not None


def lexicon(language: str) -> Lexicon:
    """Return the lexicon for ``ja``, or the one in Latin letters for any other code."""
    return _lexicon(japanese=language == "ja")


@rule_cache()
def _lexicon(*, japanese: bool) -> Lexicon:
    topics: dict[str, set[str]] = {}
    for topic, (english, in_japanese) in load_rules("story_topics")["topics"].items():
        for form in in_japanese if japanese else english:
            topics.setdefault(form.lower(), set()).add(f"T {topic}")
    return dataclasses.replace(
        make_lexicon(name_forms(), japanese=japanese),
        topics=_UnspacedForms(topics) if japanese else _beginnings(topics),
        topic_things={form: tuple(sorted(things)) for form, things in topics.items()},
    )


def make_lexicon(forms: Iterable[tuple[str, str]], *, japanese: bool) -> Lexicon:
    """Make a lexicon without topics of forms and the things that they name."""
    names: dict[str, set[str]] = {}
    for form, thing in forms:
        if japanese or _is_latin(form):
            names.setdefault(form, set()).add(thing)
    search = _UnspacedForms(names) if japanese else _SpacedForms(names)
    return Lexicon(search, {form: tuple(sorted(things)) for form, things in names.items()}, _UnspacedForms(()), {})


def name_forms() -> Iterable[tuple[str, str]]:
    """Give each form of each name in the rules, with the thing that it names."""
    tables = load_rules("story_names")
    english, japanese = Locale("en").territories, Locale("ja").territories
    for code, forms in tables["countries"].items():
        country_names = [str(names[code]) for names in (english, japanese) if code in names]
        yield from ((form, f"P {code}") for form in (*forms, *country_names))
    for territory in map(str, english):  # countries and, by three digits, parts of the world
        if not territory.isdigit() and territory not in tables["countries"] and len(japanese.get(territory, "")) > 2:
            yield from ((str(names[territory]), f"P {territory}") for names in (english, japanese))
    for form, codes in tables["pairs"].items():
        yield from ((form, f"P {code}") for code in codes)
    for table, letter in _NAMES_OF_ENTRIES:
        for key, forms in tables[table].items():
            yield from ((form, f"{letter} {key}") for form in forms)


class _UnspacedForms:
    """A search for forms in text without spaces, the longest first.

    Latin forms are whole words here too. Forms are found by their first two characters, since a pattern of hundreds of
    them would try each at every character.
    """

    def __init__(self, forms: Iterable[str]) -> None:
        self._single = frozenset(form for form in forms if len(form) == 1)
        self._by_start: dict[str, list[str]] = {}
        for form in sorted(forms, key=len, reverse=True):
            self._by_start.setdefault(form[:2], []).append(form)

    def findall(self, text: str) -> list[str]:
        """Return every form in the text, in order, without overlaps."""
        return [form for _, form in self.places(text)]

    def places(self, text: str) -> Iterator[tuple[int, str]]:
        """Give the start of every form and the form."""
        end = 0
        starts, single = self._by_start, self._single
        pairs = map(str.__add__, text, text[1:] + " ")
        for at in [at for at, pair in enumerate(pairs) if pair in starts or pair[0] in single]:
            if at < end:
                continue
            for form in (*starts.get(text[at : at + 2], ()), *starts.get(text[at], ())):
                if text.startswith(form, at) and not (_is_latin(form) and _is_within_word(text, at, at + len(form))):
                    yield at, form
                    end = at + len(form)
                    break


def _is_within_word(text: str, start: int, end: int) -> bool:
    before, behind = text[start - 1 : start], text[end : end + 1]
    return (before.isascii() and before.isalnum()) or (behind.isascii() and behind.isalnum())


class _SpacedForms:
    """A search for forms of whole words in Latin letters, the longest first.

    Forms are found by their first run of letters and digits. To compile a pattern of all of them takes 0.1 s at every
    start, and searching with it is no faster.
    """

    def __init__(self, forms: Iterable[str]) -> None:
        self._by_run: dict[str, list[str]] = {}
        for form in sorted(forms, key=len, reverse=True):
            if run := _RUN.match(form):
                self._by_run.setdefault(run[0], []).append(form)
        small = "|".join(sorted(run for run in self._by_run if not run[0].isupper()))
        self._runs = re.compile(rf"(?<![A-Za-z0-9])(?:[A-Z][A-Za-z0-9]*|(?:{small})(?![A-Za-z0-9]))")

    def places(self, text: str) -> Iterator[tuple[int, str]]:
        """Give the start of every form and the form, in order, without overlaps."""
        end = 0
        by_run = self._by_run
        for at, run in [(match.start(), match[0]) for match in self._runs.finditer(text) if match[0] in by_run]:
            if at < end:
                continue
            for form in by_run[run]:
                if text.startswith(form, at) and not _RUN.match(text, at + len(form)):
                    yield at, form
                    end = at + len(form)
                    break


def _beginnings(forms: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of short whole words (with or without s) and longer beginnings."""
    whole, begun = [form for form in forms if len(form) <= 4], [form for form in forms if len(form) > 4]
    return re.compile(rf"\b(?:{_trie(begun)}|{_trie(whole)}(?=s?\b))")


def _trie(forms: Iterable[str]) -> str:
    """Return one expression for many forms that takes the longest.

    It is 15 times as fast as an alternation of all.
    """
    by_first: dict[str, list[str]] = {}
    for form in forms:
        by_first.setdefault(form[:1], []).append(form[1:])
    ends = bool(by_first.pop("", None))
    parts = [re.escape(first) + (_trie(rest) if rest != [""] else "") for first, rest in sorted(by_first.items())]
    if not parts:
        return ""
    return f"(?:{'|'.join(parts)}){'?' if ends else ''}"


@rule_cache()
def plain_words(language: str) -> frozenset[str]:
    """Return words that say little in the news of this language."""
    listed = frozenset(load_rules("story_topics")["plain"].get(language, []))
    if language == "ja":
        return listed
    return listed | {word for word, codes in common_words().items() if "en" in codes}


@rule_cache()
def titles() -> frozenset[str]:
    """Return capitalized English words that are nobody's name."""
    return frozenset(load_rules("story_topics")["plain"]["titles"])
