"""Find the countries, institutions, places and persons that rules/story_names.toml and the CLDR list."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from babel import Locale

from pipelines.entities.lexicon import added_forms, entity_forms, entity_lexicon, given_names
from pipelines.entities.words import endings, listed_words, titles_set
from pipelines.rules.load import rule_cache
from pipelines.stories.lexicon import name_forms
from pipelines.stories.name_readings import readings
from storage.entity_rules import EntityKind
from storage.scripts import HAN_BLOCK

_KINDS: Mapping[str, EntityKind] = {"A": "organisation", "L": "place", "P": "place", "N": "person"}
_ABROAD = "米英仏独伊中韓露ロ豪印加"
_KATAKANA = re.compile("[ァ-ヴー]")
_JOINED, _JOINS = re.compile("[ァ-ヴー][・＝]?$"), re.compile("[・＝]?[ァ-ヴー]")
_WORD_BEFORE, _LONGEST_WORD = re.compile(r"\b([A-Z][a-z]+)\s$"), 20
_CAPITAL_BEHIND = re.compile(r"\s([A-Z][\w'’]*)")
_SHORT = 3
_HALVES = ("東", "西")
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
    known = entity_lexicon(language)
    things = known.name_things
    for start, form in known.name_places(text):
        if _is_part_of_another(text, start, form, language):
            continue
        for entity in filter(None, map(entity_of, things[form])):
            if (
                entity[0] == "organisation"
                and form not in added_forms()
                and _is_another_countrys(text, start, form, language)
            ):
                continue
            if entity[0] == "organisation" and language != "ja" and _is_common(form):
                of_japan[entity] += 1
                forms.setdefault(entity, form)
            elif entity[0] == "place" and not is_name(form, entity[1]):
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


def _is_part_of_another(text: str, start: int, form: str, language: str) -> bool:
    """Tell whether a listed name stands within another one."""
    end = start + len(form)
    if language == "ja":
        return _is_within_katakana(text, start, form) or _is_another_name(text, end, form)
    if form not in added_forms():
        return False
    before = _WORD_BEFORE.search(text, max(0, start - _LONGEST_WORD), start)
    if before is not None and before[1].lower() in given_names():  # Whitney Houston
        return True
    following = _CAPITAL_BEHIND.match(text, end) if added_forms()[form].startswith("L ") else None
    return following is not None and following[1] not in titles_set("behind_place")  # Washington Post


def _is_within_katakana(text: str, start: int, form: str) -> bool:
    """Tell whether a name in katakana is a part of another: タイ in タイプ, ワシントン in ワシントン・ナショナルズ."""
    if form in added_forms():
        ends = _KATAKANA.match(form) and _JOINED.search(text[max(0, start - 2) : start])
        return bool(ends) or bool(
            _KATAKANA.match(form[-1]) and _JOINS.match(text[start + len(form) : start + len(form) + 2])
        )
    if len(form) > _SHORT or not _KATAKANA.match(form):
        return False
    beside = text[max(0, start - 1) : start], text[start + len(form) : start + len(form) + 1]
    return any(map(_KATAKANA.match, beside))


def _is_another_name(text: str, end: int, form: str) -> bool:
    """Tell whether a name in a Japanese text is a part of another: 香川 of 香川照之, 中国 of 中国新聞."""
    if form.isascii():
        return len(form) < _SHORT and form.istitle()
    if text[end : end + 1] == "語" or (form == "日本" and text[end - len(form) - 1 : end - len(form)] in _HALVES):
        return True  # 日本語, 東日本
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
    return form not in added_forms() and any(word in form for word in listed_words("common"))


@rule_cache()
def countries_abroad() -> tuple[str, ...]:
    """Return the katakana names of countries other than Japan."""
    return tuple(
        form for form, thing in name_forms() if thing.startswith("P ") and thing != "P JP" and _KATAKANA.match(form)
    )


def is_name(form: str, key: str) -> bool:
    """Tell whether a form is a name of the place of this key, and neither an adjective nor an office."""
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
    for form, thing in entity_forms():
        entity = entity_of(thing)
        if entity is not None and (entity[0] != "place" or is_name(form, entity[1])):
            pair = names.setdefault(entity, ["", ""])
            place = int(form.isascii())
            pair[place] = pair[place] or form
    return {entity: (japanese, english) for entity, (japanese, english) in names.items()}
