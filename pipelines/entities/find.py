"""Find the persons, organisations and places that an article names, with keys that both scripts share.

Listed ones come from ``rules/story_names.toml`` and the CLDR's countries. Others are found by known Japanese names, by
titles, and by how names of organisations and towns end.
"""

import unicodedata
from collections.abc import Iterator

from pipelines.entities.lexicon import given_names
from pipelines.entities.listed import countries_abroad, find_listed, usual_names
from pipelines.entities.organisations import find_organisations
from pipelines.entities.persons import Name, find_persons, load_patterns
from pipelines.entities.places import find_towns
from pipelines.entities.words import common_kinds, generic_words, is_title_case, names_follow
from pipelines.rules.load import load_rules
from pipelines.stories.name_readings import readings
from storage.entity_rules import EntityKind, Mention

ALGORITHM_VERSION = 4
"""Stored with every article; raised whenever other entities or keys come out."""

READ = 4_000
"""Characters of a text that are read."""

MOST = 60
"""Entities of an article that are kept, the most mentioned first."""

LONGEST = 100
"""Characters of a name; what is longer is none."""


class _Collected:
    """Mentions by kind and key, in the order in which they come."""

    def __init__(self) -> None:
        self._times: dict[tuple[EntityKind, str], int] = {}
        self._forms: dict[tuple[EntityKind, str], str] = {}
        self._in_title: set[tuple[EntityKind, str]] = set()
        self._families: dict[tuple[EntityKind, str], str] = {}

    def add(self, kind: EntityKind, key: str, form: str, times: int, *, in_title: bool, family: str = "") -> None:
        """Count an entity; a person keeps the longest form, others the first."""
        if len(form) > LONGEST or len(key) > LONGEST:
            return
        place = (kind, key)
        self._times[place] = self._times.get(place, 0) + times
        if form and len(form) > len(self._forms.get(place, "")) and (kind == "person" or place not in self._forms):
            self._forms[place] = form
        self._families[place] = family
        if in_title:
            self._in_title.add(place)

    def mentions(self, language: str) -> tuple[Mention, ...]:
        """Give what was collected, the most mentioned first."""
        mentions = []
        for (kind, key), times in self._times.items():
            form = self._forms.get((kind, key), "")
            name_ja, name_en = usual_names().get((kind, key)) or ((form, "") if language == "ja" else ("", form))
            form = form or (name_ja if language == "ja" else name_en) or name_ja or name_en
            where = (kind, key)
            mention = Mention(kind, key, form, times, where in self._in_title, name_ja, name_en, self._families[where])
            mentions.append(mention)
        return tuple(sorted(mentions, key=lambda mention: -mention.times)[:MOST])


def find_entities(title: str, text: str, language: str) -> tuple[Mention, ...]:
    """Find the entities of an article, the most mentioned first. Never raises."""
    collected = _Collected()
    persons: list[tuple[Name, bool]] = []
    in_lines: set[tuple[str, str]] = set()
    for part, in_title in ((text[:READ], False), (title, True)):
        read = unicodedata.normalize("NFKC", part)
        for listed in find_listed(read, language):
            family = listed.key if listed.kind == "person" else ""
            collected.add(listed.kind, listed.key, listed.form, listed.times, in_title=in_title, family=family)
        for running, lines in _by_case(read, language, in_title=in_title):
            known = None if running else in_lines
            for key, form in find_towns(lines, language):
                _take(("place", f"L {key}", form), collected, in_lines, known, in_title=in_title)
            for key, form in find_organisations(lines, language):
                _take(("organisation", key, form), collected, in_lines, known, in_title=in_title)
            for name in find_persons(lines, language):
                if known is None or ("person", name.key) in known:
                    in_lines.add(("person", name.key))
                    persons.append((name, in_title))
    _add_persons(collected, persons)
    return collected.mentions(language)


def _by_case(text: str, language: str, *, in_title: bool) -> Iterator[tuple[bool, str]]:
    """Split an English text into running text and lines in title case; other texts run."""
    if language == "ja":
        yield True, text
        return
    lines = text.split("\n")
    headlines = [in_title or is_title_case(line) for line in lines]
    for running in (True, False):
        yield (
            running,
            "\n".join(line for line, is_headline in zip(lines, headlines, strict=True) if is_headline != running),
        )


def _take(
    found: tuple[EntityKind, str, str],
    collected: _Collected,
    in_lines: set[tuple[str, str]],
    known: set[tuple[str, str]] | None,
    *,
    in_title: bool,
) -> None:
    """Collect a name; from lines in title case only one that running text has, too."""
    kind, key, form = found
    if known is None or (kind, key) in known:
        in_lines.add((kind, key))
        collected.add(kind, key, form, 1, in_title=in_title)


def _add_persons(collected: _Collected, persons: list[tuple[Name, bool]]) -> None:
    """Count a family name with a title as the one person of the article with that family name.

    A common Japanese family name alone is nobody in particular.
    """
    full: dict[str, set[str]] = {}
    for name, _ in persons:
        if name.given:
            full.setdefault(name.family, set()).add(name.key)
    for name, in_title in persons:
        of_family = full.get(name.family, ())
        if name.given:
            collected.add("person", name.key, name.form, 1, in_title=in_title, family=name.family)
        elif len(of_family) == 1:
            collected.add("person", next(iter(of_family)), name.form, 1, in_title=in_title, family=name.family)
        elif not of_family and name.family.removeprefix("=") not in readings().common:
            collected.add("person", name.family, name.form, 1, in_title=in_title, family=name.family)


def load_tables() -> None:
    """Load the tables that every article needs."""
    load_rules("entity_words")
    given_names()
    countries_abroad()
    common_kinds()
    generic_words()
    names_follow()
    load_patterns()
    for language in ("en", "ja"):
        find_entities(
            "", "東京大学の山田太郎教授は横浜市で述べた。Prime Minister Taro Yamada said in Urayasu City.", language
        )
