"""Find persons: in Japanese by known family and given names and by titles, in English by titles, speech and ages.

A person's key is the sorted keys of family and given name, as story profiles spell them: 櫛田みのり and Minori Kushida
are one. A family name with a title alone (櫛田氏, Mr. Kushida) has its own key.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipelines.entities.lexicon import entity_forms, entity_lexicon, given_names
from pipelines.entities.listed import is_name
from pipelines.entities.words import (
    endings,
    names_follow,
    no_names,
    speech,
    title_after,
    title_before,
    title_words,
    titles_set,
)
from pipelines.rules.load import rule_cache
from pipelines.stories.lexicon import plain_words
from pipelines.stories.name_readings import katakana_name, latin_name, readings
from storage.scripts import HAN_BLOCK

_RUN = re.compile(f"[{HAN_BLOCK}々ヶ]{{2,}}")
_KATAKANA = re.compile("[ァ-ヴー]{2,}(?:[・＝][ァ-ヴー]{2,}){0,3}")
_KANA = re.compile("[ぁ-ん]{2,5}")
# fmt: off
_PARTICLES = frozenset((
    "von", "van", "de", "der", "den", "di", "da", "del", "della", "bin", "ibn", "al", "el", "la", "le", "du", "dos",
    "ter",
))
# fmt: on
_CAPITAL = r"[A-Z][^\W\d_]*(?:[-'’][^\W\d_]+)*"
_CAPITALS = re.compile(
    rf"{_CAPITAL}(?: (?:[A-Z]\.|{_CAPITAL}|(?:(?:{'|'.join(sorted(_PARTICLES))}) ){{1,2}}{_CAPITAL})){{0,7}}"
)
_POSSESSIVE = re.compile("['’]s$")
_LONGEST, _LONGEST_GIVEN, _SHORTEST_KEY = 4, 3, 2


class Name(NamedTuple):
    """A person's name in a text: the keys of its parts; ``given`` is "" where it is missing."""

    family: str
    given: str
    form: str

    @property
    def key(self) -> str:
        """The same for both orders and scripts."""
        return " ".join(sorted(part for part in (self.family, self.given) if part))


def find_persons(text: str, language: str) -> Iterator[Name]:
    """Find the names of persons in NFKC text."""
    if language == "ja":
        yield from _in_kanji(text)
        yield from _bylines(text)
        yield from _in_katakana(text)
    else:
        yield from _in_latin(text)


def _in_kanji(text: str) -> Iterator[Name]:
    known, listed = readings(), entity_lexicon("ja").name_things
    for match in _RUN.finditer(text):
        run = match[0]
        for size in range(min(_LONGEST, len(run)), 0, -1):
            family = run[:size]
            if family not in known.surnames or family in listed:
                continue
            key, rest = f"={known.surnames[family][0]}", run[size:]
            given = _given_name(rest, text, match.end())
            if given:
                yield Name(key, f"={known.given[given][0]}", family + given)
            elif unknown := _unknown_given(text, match.start() + size):
                yield Name(key, unknown, family + unknown)
            elif title_after().match(text, match.start() + size):
                yield Name(key, "", family)
            else:
                continue
            break


def _unknown_given(text: str, start: int) -> str:
    """Return the kanji behind a family name that a form of address or an age shows to be a given name; "" for none."""
    match = _any_given().match(text, start)
    return match[1] if match and not set(match[1]) & titles_set("no_unknown_given") else ""


def load_patterns() -> None:
    """Compile the patterns that few articles need."""
    _any_given(), _role_before()


@rule_cache()
def _any_given() -> "re.Pattern[str]":
    """Match unknown kanji before a form of address or an age: 琴梅 in 宝井琴梅さん, 卓 in 荻田卓(41)."""
    behind = "|".join(sorted(titles_set("any_given")))
    return re.compile(rf"([{HAN_BLOCK}々]{{1,3}}?)(?:{behind}|\(\d{{1,3}}\))")


@rule_cache()
def _byline() -> "re.Pattern[str]":
    """Match names beside what one does: (ニューヨーク=真海喬生), 【松本紫帆】 at a line's end, 演出:水谷龍二."""
    name = f"([{HAN_BLOCK}々ヶ]{{3,6}})"
    before = "|".join(sorted(titles_set("before")))
    return re.compile(
        rf"[(【](?:[^()【】、。=]{{1,12}}={name}[】)]|{name}[】)](?=\s*(?:\n|$)))"
        rf"|(?:{before})(?: |:|: ){name}(?![{HAN_BLOCK}々])"
    )


def _bylines(text: str) -> Iterator[Name]:
    """Find names by what stands beside them."""
    known, listed = readings(), entity_lexicon("ja").name_things
    for match in _byline().finditer(text):
        name = match[1] or match[2] or match[3]
        sizes = (size for size in range(min(_LONGEST, len(name) - 1), 0, -1) if name[:size] in known.surnames)
        family = next((name[:size] for size in sizes if name[:size] not in listed), "")
        given = name[len(family) :]
        if family and len(given) <= _LONGEST_GIVEN and not set(given) & titles_set("no_unknown_given"):
            key = f"={known.given[given][0]}" if given in known.given else given
            yield Name(f"={known.surnames[family][0]}", key, name)


def _given_name(rest: str, text: str, end: int) -> str:
    """Return the given name that ends a run, or stands before a title, or follows it in hiragana."""
    given = readings().given
    if not rest:
        kana = _KANA.match(text, end)
        sizes = range(len(kana[0]), 1, -1) if kana else range(0)
        return next((text[end : end + n] for n in sizes if _ends_name(text, end + n, text[end : end + n])), "")
    start = end - len(rest)
    for size in range(min(len(rest), 3), 0, -1):
        name = rest[:size]
        has_title = title_after().match(text, start + size) is not None
        if name in titles_set("no_given"):  # 江戸時代, 小沢新代表
            continue
        is_common = name in plain_words("ja") or name in endings()[0]  # 北條大学
        if name in given and (has_title or (size == len(rest) and size > 1 and not is_common)):
            return name
    return ""


def _ends_name(text: str, at: int, name: str) -> bool:
    return name in readings().given and (title_after().match(text, at) is not None or text[at : at + 1] in "(（、。")


def _in_katakana(text: str) -> Iterator[Name]:
    listed = entity_lexicon("ja").name_things
    found = []
    for match in _KATAKANA.finditer(text):
        parts = re.split("[・＝]", match[0])
        if _is_no_person(match[0], parts, listed):
            continue
        office = title_after().match(text, match.end())
        found.append((parts, match[0], office["title"] if office else ""))
    # サッカー選手: a title that others have, too, shows a person only behind a full name.
    others = titles_set("also_of_others")
    titled_families = {parts[-1] for parts, _, title in found if title and (len(parts) > 1 or title not in others)}
    for parts, form, title in found:
        family = katakana_name(parts[-1])
        if len(family) < _SHORTEST_KEY or parts[-1] not in titled_families:
            continue
        if len(parts) > 1:
            yield Name(family, katakana_name(parts[0]), form)
        elif title:
            yield Name(family, "", form)


def _is_no_person(form: str, parts: Sequence[str], listed: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether a name in katakana is a listed one, has one at an end (オバマアメリカ大統領), or a trade's."""
    last = parts[-1]
    glued = (thing.startswith("P ") for size in range(3, len(last)) for thing in listed.get(last[-size:], ()))
    named = form in listed or last in listed or (len(parts) > 1 and parts[0] in listed) or any(glued)
    return named or len(last) < 2 or last.endswith(tuple(titles_set("no_katakana_person")))


def _in_latin(text: str) -> Iterator[Name]:
    listed = entity_lexicon("en").name_things
    for match in _CAPITALS.finditer(text):
        for start, words in _segments(match[0], match.start()):
            end = start + len(" ".join(words))
            words = [_POSSESSIVE.sub("", word) for word in words]
            while words and words[-1] in titles_set("calendar"):
                words = words[:-1]
            name = " ".join(words)
            if not name or name in listed or any(map(_is_no_name, words)):
                continue
            has_given = len(words) > 1 and words[0].lower() in given_names()
            if any(word in listed for word in (words[:1] if has_given else words)):
                continue
            is_titled = start > 0 and title_before().search(text, max(0, start - 30), start) is not None
            if len(words) == 1 and not (is_titled and _follows_title(words[0], text, start)):
                continue
            is_shown = speech().match(text, end) is not None or _role_before().search(text, max(0, start - 40), start)
            parts = _parts(words, is_titled, bool(is_shown) or has_given)
            if parts is not None:
                yield Name(*parts, name)


def _segments(run: str, start: int) -> Iterator[tuple[int, list[str]]]:
    """Split capitalized words in a row at titles and words of no name: Late Night With | Seth Meyers."""
    words: list[str] = []
    begin = at = start
    for word in run.split(" "):
        if _POSSESSIVE.sub("", word) in _between_names():
            if words:
                yield begin, words
            words = []
        else:
            begin = begin if words else at
            words.append(word)
        at += len(word) + 1
        if words and word.endswith(("'s", "’s")):
            yield begin, words
            words = []
    if words:
        yield begin, words


@rule_cache()
def _between_names() -> frozenset[str]:
    """Return titles, function words, and adjectives of countries: American | Kevin King."""
    adjectives = (form for form, thing in entity_forms() if thing.startswith("P ") and not is_name(form, thing))
    return titles_set("function") | title_words() | frozenset(adjectives)


@rule_cache()
def _role_before() -> "re.Pattern[str]":
    """Match a noun of office or trade, or a verb of speech, at the end of what stands before an English name."""
    words = sorted(titles_set("roles") | titles_set("speech"))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?:,? )$")


def _follows_title(word: str, text: str, start: int) -> bool:
    """Tell whether one word behind a title is a name: any word behind Mr, no plain word behind General."""
    is_plain = word.lower() in plain_words("en") or word in no_names()
    return not is_plain or names_follow().search(text, max(0, start - 30), start) is not None


def _is_no_name(word: str) -> bool:
    joined = re.search("-[a-z]", word) is not None  # French-controlled
    return word in no_names() or joined or (word.isupper() and len(word) > 2)


def _parts(words: Sequence[str], is_titled: bool, shown: bool) -> tuple[str, str] | None:
    """Return the keys of family and given name; None where nothing shows that this is a person."""
    full = [word for word in words if not word.endswith(".") and len(word) > 1 and word not in _PARTICLES]
    keys = [latin_name(word) for word in full]
    shortest = 1 if shown and len(keys) > 1 and sum(map(len, keys)) > _SHORTEST_KEY else _SHORTEST_KEY
    if not keys or len(keys) > 3 or any(len(key) < shortest for key in keys):
        return None
    if len(keys) == 1:
        return (keys[0], "") if is_titled and len(words) == 1 else None
    return _order(keys) or ((keys[-1], keys[0]) if is_titled or shown else None)


@functools.cache
def _known_readings() -> tuple[frozenset[str], frozenset[str]]:
    """Return the readings of family names and of given names."""
    known = readings()
    return tuple(  # type: ignore[return-value]  # two of them
        frozenset(key for keys in names.values() for key in keys) for names in (known.surnames, known.given)
    )


def _order(keys: Sequence[str]) -> tuple[str, str] | None:
    """Return the keys of family and given name where both are known Japanese ones, in either order."""
    if len(keys) != 2 or not all(key.startswith("=") for key in keys):
        return None
    families, given = _known_readings()
    first, last = (key.removeprefix("=") for key in keys)
    if first in given and last in families:
        return keys[1], keys[0]
    return (keys[0], keys[1]) if first in families and last in given else None
