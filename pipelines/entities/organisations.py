"""Find organisations by how their names end: 早稲田大学, Waseda University."""

import re
from collections.abc import Iterator

from pipelines.entities.lexicon import entity_lexicon
from pipelines.entities.words import common_kinds, endings, generic_words, no_names, titles_set
from pipelines.rules.load import load_rules, rule_cache
from pipelines.stories.lexicon import plain_words
from pipelines.stories.name_readings import katakana_name, latin_name, readings
from storage.scripts import HAN_BLOCK

_KATAKANA = re.compile("[ァ-ヴー]{2,12}$")
_KANJI = re.compile(f"[{HAN_BLOCK}々ヶ]{{1,8}}$")
_GOES_ON = "宇宙|高校|高等|中学|取引|病院|会社|大学|銀行|新聞"
_CAPITALS = re.compile(r"(?:[A-Z][\w'’&-]*\s){1,4}$")


@rule_cache()
def _endings(language: str) -> "re.Pattern[str]":
    forms = sorted(endings()[language != "ja"], key=len, reverse=True)
    pattern = "|".join(map(re.escape, forms))
    # 日本航空高校, アメリカ航空宇宙局, 東京証券取引所: what goes on is another name.
    return re.compile(f"(?:{pattern})(?!{_GOES_ON}|[ァ-ヴー])" if language == "ja" else rf"(?<=\s)(?:{pattern})\b\.?")


def find_organisations(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Find names of organisations in NFKC text: their keys and forms.

    Only those whose first part is a known name of a place or family, or katakana, or capitalized words.
    """
    is_japanese = language == "ja"
    yield from (_japanese_bodies(text) if is_japanese else _of_something(text))
    kinds = endings()[not is_japanese]
    listed = entity_lexicon(language).name_things
    for match in _endings("ja" if is_japanese else "en").finditer(text):
        before = text[max(0, match.start() - (12 if is_japanese else 60)) : match.start()]
        head, key = _japanese_head(before) if is_japanese else _english_head(before)
        form = (head + match[0]).rstrip(".")
        kind = kinds[match[0].rstrip(".")]
        if not is_japanese and kind in common_kinds() and _is_common_noun(head, text, match):
            continue
        names = (thing for part in head.split() for thing in listed.get(part, ()))
        if key and form not in listed and not any(thing.startswith("A ") for thing in names):
            yield f"{key} {kind}", form


@rule_cache()
def _bodies() -> "re.Pattern[str]":
    """Match Japanese bodies of a field (日本バレーボール協会), and universities as headlines shorten them: 同志社大."""
    body, heads = load_rules("entity_words")["bodies"], load_rules("entity_words")["universities"]["heads"]
    begin, end = ("|".join(sorted(body[name], key=len, reverse=True)) for name in ("begin", "end"))
    universities = "|".join(sorted(heads, key=len, reverse=True))
    word = f"{HAN_BLOCK}々ァ-ヴー"
    return re.compile(
        rf"(?<![{word}])(?P<body>(?:{begin})[{word}]{{1,12}}?(?:{end}))(?![{word}])"
        rf"|(?<![{HAN_BLOCK}])(?P<head>{universities})大(?=病院|教授|准教授|名誉教授|[のをがはに、。)」や(]|\s|$)"
    )


def _japanese_bodies(text: str) -> Iterator[tuple[str, str]]:
    """Find bodies of a field, keyed by their name, and universities by their short names."""
    for match in _bodies().finditer(text):
        if match["body"]:
            yield match["body"], match["body"]
            continue
        keys = readings().places.get(match["head"]) or readings().surnames.get(match["head"])
        yield f"{f'={keys[0]}' if keys else match['head']} university", f"{match['head']}大学"


_OF_SOMETHING = re.compile(
    r"\b(?P<kind>University|Institute|Bank|College) of (?P<head>[A-Z][\w'’-]+(?:(?: and| of)? [A-Z][\w'’-]+){0,3})"
)


def _of_something(text: str) -> Iterator[tuple[str, str]]:
    """Find University of Pennsylvania, whose head follows."""
    listed = entity_lexicon("en").name_things
    for match in _OF_SOMETHING.finditer(text):
        before = _CAPITALS.search(text, max(0, match.start() - 30), match.start())
        if match[0] not in listed and (before is None or before[0].split()[-1] in titles_set("function")):
            key = " ".join(filter(None, (latin_name(word) for word in match["head"].split() if word[0].isupper())))
            yield f"{key} {match['kind'].lower()}", match[0]


def _is_common_noun(head: str, text: str, match: "re.Match[str]") -> bool:
    """Tell whether the ending is a common noun: behind plain words only, or within a longer name."""
    plain = all(word.lower() in plain_words("en") or word in generic_words() for word in head.split())
    follows = re.match(r"\s([A-Z]\w*)", text[match.end() : match.end() + 40])
    is_within = follows is not None and follows[1] not in titles_set("function")
    return plain or is_within


def _japanese_head(before: str) -> tuple[str, str]:
    katakana = _KATAKANA.search(before)
    if katakana:
        run = katakana[0]
        cut = before[: katakana.start()][-1:]  # 日刊スポーツ新聞社: only a part of the name
        is_plain = run.endswith(tuple(titles_set("no_katakana_organisation"))) or bool(re.match(f"[{HAN_BLOCK}]", cut))
        return ("", "") if is_plain else (run, katakana_name(run))
    kanji = _KANJI.search(before)
    run = kanji[0] if kanji else ""
    known = readings()
    keys = known.places.get(run) or known.surnames.get(run)
    return (run, f"={keys[0]}") if keys else ("", "")


def _english_head(before: str) -> tuple[str, str]:
    capitals = _CAPITALS.search(before)
    words = capitals[0].split() if capitals else []
    possessive = [number for number, word in enumerate(words) if re.search("['’]s?$", word)]
    words = words[possessive[-1] + 1 :] if possessive else words  # Chevron Corp's Chevron USA Inc
    while words and (words[0] in titles_set("function") or len(words[0]) == 1):
        words = words[1:]
    if not words or all(word in no_names() for word in words) or any(word in titles_set("function") for word in words):
        return "", ""
    keys = [latin_name(word) for word in words]
    return " ".join(words) + " ", " ".join(key for key in keys if key)
