"""Find the persons, organisations and places that an article names, with keys that both scripts share.

Listed ones come from ``rules/story_names.toml`` and the CLDR's countries. Others are found by known Japanese names, by
titles, and by how names of organisations and towns end.
"""

import unicodedata
from collections.abc import Mapping

from pipelines.entities.organisations import find_organisations
from pipelines.entities.persons import Name, find_persons
from pipelines.entities.places import find_towns
from pipelines.rules.load import load_rules, rule_cache
from pipelines.stories.lexicon import lexicon, name_forms
from pipelines.stories.name_readings import readings
from storage.entity_rules import EntityKind, Mention

ALGORITHM_VERSION = 1
"""Stored with every article; raised whenever other entities or keys come out."""

READ = 4_000
"""Characters of a text that are read."""

MOST = 60
"""Entities of an article that are kept, the most mentioned first."""

LONGEST = 100
"""Characters of a name; what is longer is none."""

_KINDS: Mapping[str, EntityKind] = {"A": "organisation", "L": "place", "P": "place", "N": "person"}


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
        if len(form) > len(self._forms.get(place, "")) and (kind == "person" or place not in self._forms):
            self._forms[place] = form
        self._families[place] = family
        if in_title:
            self._in_title.add(place)

    def mentions(self, language: str) -> tuple[Mention, ...]:
        """Give what was collected, the most mentioned first."""
        mentions = []
        for (kind, key), times in self._times.items():
            form = self._forms[kind, key]
            name_ja, name_en = usual_names().get((kind, key)) or ((form, "") if language == "ja" else ("", form))
            where = (kind, key)
            mention = Mention(kind, key, form, times, where in self._in_title, name_ja, name_en, self._families[where])
            mentions.append(mention)
        return tuple(sorted(mentions, key=lambda mention: -mention.times)[:MOST])


def find_entities(title: str, text: str, language: str) -> tuple[Mention, ...]:
    """Find the entities of an article, the most mentioned first. Never raises."""
    collected = _Collected()
    persons: list[tuple[Name, bool]] = []
    for part, in_title in ((title, True), (text[:READ], False)):
        read = unicodedata.normalize("NFKC", part)
        counts, forms = lexicon(language).find(read)
        for thing, times in counts.items():
            letter, key = thing.split(" ", 1)
            if letter in _KINDS and (letter != "P" or len(key) == 2):
                kind = _KINDS[letter]
                name = f"{letter} {key}" if kind == "place" else key
                collected.add(
                    kind, name, forms[thing], times, in_title=in_title, family=key if kind == "person" else ""
                )
        for key, form in find_towns(read, language):
            collected.add("place", f"L {key}", form, 1, in_title=in_title)
        for key, form in find_organisations(read, language):
            collected.add("organisation", key, form, 1, in_title=in_title)
        persons += [(name, in_title) for name in find_persons(read, language)]
    _add_persons(collected, persons)
    return collected.mentions(language)


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


@rule_cache()
def usual_names() -> Mapping[tuple[EntityKind, str], tuple[str, str]]:
    """Return the usual names of listed entities in Japanese and English: their first forms."""
    names: dict[tuple[EntityKind, str], list[str]] = {}
    for form, thing in name_forms():
        letter, key = thing.split(" ", 1)
        kind = _KINDS[letter]
        pair = names.setdefault((kind, f"{letter} {key}" if kind == "place" else key), ["", ""])
        place = int(form.isascii())
        pair[place] = pair[place] or form
    return {entity: (japanese, english) for entity, (japanese, english) in names.items()}


def load_tables() -> None:
    """Load the tables that every article needs."""
    load_rules("entity_words")
    for language in ("en", "ja"):
        find_entities(
            "", "東京大学の山田太郎教授は横浜市で述べた。Prime Minister Taro Yamada said in Urayasu City.", language
        )
