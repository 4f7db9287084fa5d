"""Match Japanese names in kanji to their Latin spelling by their readings.

櫛田みのり is Kushida, Minori. The readings are those of ``rules/story_readings.txt``, and those that an article gives
itself (荒垣（あらがき）). A surname or place is looked for where a run of kanji begins and after 市, 町 or the like, a
given name after a surname. Elsewhere, two kanji are more often a word than a name.
"""

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping

from pipelines.rules.load import read_rule_file
from pipelines.stories.transliteration import kana_romaji, katakana_key, latin_key, romaji_key
from storage.scripts import HAN_BLOCK

_RUN = re.compile(f"[{HAN_BLOCK}々ヶ]{{2,}}")
_KANA_BEHIND = re.compile("[ぁ-ん]{3,5}")
_UNITS = "都道府県郡市区町村"
_UNIT = re.compile(f"[{_UNITS}]")
_GIVEN_READING = re.compile(
    rf"(?<![{HAN_BLOCK}々])([{HAN_BLOCK}々]{{2,8}})\s?\(([ぁ-んー]{{2,8}})(?:[・\s]([ぁ-んー]{{1,10}}))?[、,=＝)]"
)
_HIRAGANA, _KATAKANA = "".join(map(chr, range(0x3041, 0x3095))), "".join(map(chr, range(0x30A1, 0x30F5)))
_TO_KATAKANA = str.maketrans(_HIRAGANA, _KATAKANA)
_TITLE = re.compile(
    "首相|大統領|氏|被告|容疑|選手|監督|主将|社長|会長|総裁|長官|知事|市長|議員|委員|教授|代表|大臣|官房|[外農法]相|財務相|防衛相"
)
_LONGEST, _SHORTEST_ROMAJI = 4, 3


@dataclasses.dataclass(frozen=True, slots=True)
class Readings:
    """Kanji and their readings in the form of ``romaji_key``, the likeliest first.

    Given names may have hiragana.
    """

    surnames: Mapping[str, tuple[str, ...]]
    given: Mapping[str, tuple[str, ...]]
    places: Mapping[str, tuple[str, ...]]
    all: frozenset[str]
    common: frozenset[str]


@functools.cache
def readings() -> Readings:
    """Load the list of readings."""
    tables: dict[str, dict[str, tuple[str, ...]]] = {"common": {}, "surnames": {}, "given": {}, "places": {}}
    text = read_rule_file("story_readings.txt")
    table: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            table = tables[line.strip("[]")]
        elif line and not line.startswith("#"):
            key, *names = line.split(" ")
            for name in names:
                table[name] = (*table.get(name, ()), key)
    surnames = {**tables["surnames"], **tables["common"]}
    every = (key for names in (surnames, tables["given"], tables["places"]) for keys in names.values() for key in keys)
    common = frozenset(key for keys in tables["common"].values() for key in keys)
    return Readings(surnames, tables["given"], tables["places"], frozenset(every), common)


@functools.lru_cache(16_384)
def latin_name(word: str) -> str:
    """Return the value of a name in Latin letters.

    It is ``=`` and its reading where Japanese names have it, else its sound.
    """
    key = romaji_key(word)
    return f"={key}" if key in readings().all else latin_key(word)


@functools.lru_cache(16_384)
def katakana_name(word: str) -> str:
    """Return the value of a name in katakana."""
    key = romaji_key(kana_romaji(word))
    return f"={key}" if key in readings().all else katakana_key(word)


def kanji_names(text: str) -> Iterator[tuple[str, str]]:
    """Return the values of names in kanji, each as it is written."""
    for match in _GIVEN_READING.finditer(text):
        for reading in (match[2], match[3]):
            if reading and len(reading) > 1:
                yield katakana_name(reading.translate(_TO_KATAKANA)), match[1]
    for match in _RUN.finditer(text):
        for key, form in _in_run(match[0], text, match.end()):
            if len(key) >= _SHORTEST_ROMAJI:
                yield f"={key}", form


def _in_run(run: str, text: str, end: int) -> Iterator[tuple[str, str]]:
    known, at, behind_unit = readings(), 0, False
    while at < len(run):
        for size in range(min(_LONGEST, len(run) - at), 1, -1):
            name = run[at : at + size]
            place = known.places.get(name, ()) if at == 0 or behind_unit else ()
            surname = known.surnames.get(name, ()) if at == 0 or behind_unit else ()
            if place or surname:
                yield from ((key, name) for key in dict.fromkeys((*place, *surname)))
                at += size
                break
        else:
            unit_match = _UNIT.search(run, at + 1)
            if unit_match is None:
                return
            at, behind_unit = unit_match.end(), True
            continue
        if run[at : at + 1] and run[at] in _UNITS:
            at, behind_unit = at + 1, True
            continue
        if surname:
            yield from _given(run[at:], text, end)
        return


def _given(rest: str, text: str, end: int) -> Iterator[tuple[str, str]]:
    """Return the given name after a surname.

    It begins the rest of the run, or is hiragana after the run.
    """
    given_names = readings().given
    kana = _KANA_BEHIND.match(text, end) if not rest else None
    behind = kana[0] if kana else rest[:3]
    for size in range(len(behind), 2 if kana else 0, -1):
        if behind[:size] in given_names and (size > 1 or len(rest) == 1 or _TITLE.match(rest, 1)):
            yield from ((key, behind[:size]) for key in given_names[behind[:size]])
            return
