"""Find the countries, institutions, places and persons that rules/story_names.toml and the CLDR list."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from babel import Locale

from pipelines.entities.words import endings, listed_words, titles_set
from pipelines.rules.load import rule_cache
from pipelines.stories.lexicon import lexicon, name_forms
from pipelines.stories.name_readings import readings
from storage.entity_rules import EntityKind
from storage.scripts import HAN_BLOCK

_KINDS: Mapping[str, EntityKind] = {"A": "organisation", "L": "place", "P": "place", "N": "person"}
_ABROAD = "米英仏独伊中韓露ロ豪印加"
_KATAKANA = re.compile("[ァ-ヴー]")
_SHORT = 3
_HAN = re.compile(f"[{HAN_BLOCK}々]{{2,3}}(?![{HAN_BLOCK}々])")
_BESIDE = 14
"""Characters before an institution in which its country is looked for."""


class Listed(NamedTuple):
    """A listed thing in a text: ``form`` is "" where it is named by an adjective or an office of it alone."""

    kind: EntityKind
    key: str
    form: str
    times: int


def entity_of(thing: str) -> tuple[EntityKind, str] | None:
    """Give kind and key of a thing of the lexicon (``P KR``: South Korea); None for topics and parts of the world."""
    letter, key = thing.split(" ", 1)
    if letter not in _KINDS or (letter == "P" and len(key) != 2):
        return None
    if letter == "P" and key in listed_words("organisations"):
        return "organisation", f"P {key}"
    kind = _KINDS[letter]
    return kind, f"{letter} {key}" if kind == "place" else key


def find_listed(text: str, language: str) -> Iterator[Listed]:
    """Find listed things in NFKC text.

    A country that only one adjective names (French press) is left out, and so is an institution of another country that
    has the name of a Japanese one.
    """
    named: Counter[tuple[EntityKind, str]] = Counter()
    otherwise: Counter[tuple[EntityKind, str]] = Counter()
    forms: dict[tuple[EntityKind, str], str] = {}
    of_japan: Counter[tuple[EntityKind, str]] = Counter()
    things = lexicon(language).name_things
    for start, form in lexicon(language).name_places(text):
        if _is_within_katakana(text, start, form) or (
            language == "ja" and _is_another_name(text, start + len(form), form)
        ):
            continue
        for entity in filter(None, map(entity_of, things[form])):
            if entity[0] == "organisation" and _is_another_countrys(text, start, form, language):
                continue
            if entity[0] == "organisation" and language != "ja" and _is_common(form):
                of_japan[entity] += 1
                forms.setdefault(entity, form)
            elif entity[0] == "place" and not _is_name(form, entity[1]):
                otherwise[entity] += 1
            else:
                named[entity] += 1
                forms.setdefault(entity, form)
    japan: tuple[EntityKind, str] = ("place", "P JP")
    if japan in named or japan in otherwise:
        named += of_japan
    for entity, times in otherwise.items():
        if entity in named or times > 1 or language == "ja":
            named[entity] += times
    for (kind, key), times in named.items():
        yield Listed(kind, key, forms.get((kind, key), ""), times)


def _is_within_katakana(text: str, start: int, form: str) -> bool:
    """Tell whether a short name in katakana is a part of another word: タイ in タイプ."""
    if len(form) > _SHORT or not _KATAKANA.match(form):
        return False
    beside = text[max(0, start - 1) : start], text[start + len(form) : start + len(form) + 1]
    return any(map(_KATAKANA.match, beside))


def _is_another_name(text: str, end: int, form: str) -> bool:
    """Tell whether a name in a Japanese text is a part of another: 香川 of 香川照之, 中国 of 中国新聞."""
    if form.isascii():
        return len(form) < _SHORT and form.istitle()
    given = _HAN.match(text, end)
    is_family = form in readings().surnames and given is not None and given[0] in readings().given
    return (is_family and given is not None and given[0] not in titles_set("no_given")) or text.startswith(
        tuple(endings()[0]), end
    )


def _is_another_countrys(text: str, start: int, form: str, language: str) -> bool:
    """Tell whether an institution is a minister, or has another country before it: カタールの外務省."""
    if form.endswith(tuple(listed_words("minister"))):
        return True
    if language != "ja" or form.isascii():
        return False
    before = text[max(0, start - _BESIDE) : start].removesuffix("の")
    return before.endswith((*_ABROAD, *countries_abroad()))


def _is_common(form: str) -> bool:
    return any(word in form for word in listed_words("common"))


@rule_cache()
def countries_abroad() -> tuple[str, ...]:
    """Return the katakana names of countries other than Japan."""
    return tuple(
        form for form, thing in name_forms() if thing.startswith("P ") and thing != "P JP" and _KATAKANA.match(form)
    )


def _is_name(form: str, key: str) -> bool:
    """Tell whether a form is a name of the place, and neither an adjective nor an office."""
    if not key.startswith("P "):
        return True
    if form.isascii():
        return form in listed_words("names") or form == Locale("en").territories.get(key.removeprefix("P "))
    if form == Locale("ja").territories.get(key.removeprefix("P ")):
        return True
    if form == "国内" or form[0] in "訪対在" or (len(form) > 2 and form[-1] in "の側"):
        return False
    return not (len(form) > 2 and form.endswith(tuple(listed_words("office"))))


@rule_cache()
def usual_names() -> Mapping[tuple[EntityKind, str], tuple[str, str]]:
    """Return the usual names of listed entities in Japanese and English: their first forms that are names."""
    names: dict[tuple[EntityKind, str], list[str]] = {}
    for form, thing in name_forms():
        entity = entity_of(thing)
        if entity is not None and (entity[0] != "place" or _is_name(form, entity[1])):
            pair = names.setdefault(entity, ["", ""])
            place = int(form.isascii())
            pair[place] = pair[place] or form
    return {entity: (japanese, english) for entity, (japanese, english) in names.items()}
