"""Find organisations by how their names end: 早稲田大学, Waseda University."""

import re
from collections.abc import Iterator

from pipelines.entities.words import endings, no_names
from pipelines.rules.load import rule_cache
from pipelines.stories.lexicon import lexicon
from pipelines.stories.name_readings import katakana_name, latin_name, readings
from storage.scripts import HAN_BLOCK

_KATAKANA = re.compile("[ァ-ヴー]{2,12}$")
_KANJI = re.compile(f"[{HAN_BLOCK}々ヶ]{{1,8}}$")
_CAPITALS = re.compile(r"(?:[A-Z][\w'’&-]*\s){1,4}$")


@rule_cache()
def _endings(language: str) -> "re.Pattern[str]":
    forms = sorted(endings()[language != "ja"], key=len, reverse=True)
    pattern = "|".join(map(re.escape, forms))
    return re.compile(pattern if language == "ja" else rf"(?<=\s)(?:{pattern})\b\.?")


def find_organisations(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Find names of organisations in NFKC text: their keys and forms.

    Only those whose first part is a known name of a place or family, or katakana, or capitalized words.
    """
    is_japanese = language == "ja"
    kinds = endings()[not is_japanese]
    listed = lexicon(language).name_things
    for match in _endings("ja" if is_japanese else "en").finditer(text):
        before = text[max(0, match.start() - (12 if is_japanese else 60)) : match.start()]
        head, key = _japanese_head(before) if is_japanese else _english_head(before)
        form = (head + match[0]).rstrip(".")
        names = (thing for part in head.split() for thing in listed.get(part, ()))
        if key and form not in listed and not any(thing.startswith("A ") for thing in names):
            yield f"{key} {kinds[match[0].rstrip('.')]}", form


def _japanese_head(before: str) -> tuple[str, str]:
    katakana = _KATAKANA.search(before)
    if katakana:
        return katakana[0], katakana_name(katakana[0])
    kanji = _KANJI.search(before)
    run = kanji[0] if kanji else ""
    known = readings()
    keys = known.places.get(run) or known.surnames.get(run)
    return (run, f"={keys[0]}") if keys else ("", "")


def _english_head(before: str) -> tuple[str, str]:
    capitals = _CAPITALS.search(before)
    words = capitals[0].split() if capitals else []
    while words and words[0] in ("The", "A", "An", "At", "In", "From"):
        words = words[1:]
    if not words or all(word in no_names() for word in words):
        return "", ""
    keys = [latin_name(word) for word in words]
    return " ".join(words) + " ", " ".join(key for key in keys if key)
