"""Find towns that the lists do not name, by their unit: 浦安市, Urayasu City."""

import functools
import re
from collections.abc import Iterator

from pipelines.stories.lexicon import lexicon
from pipelines.stories.name_readings import latin_name, readings
from storage.scripts import HAN_BLOCK

_TOWN = re.compile(f"([{HAN_BLOCK}々ヶ]{{1,5}}?)([市町村区郡])(?![{HAN_BLOCK}々])")
_ENGLISH = re.compile(
    r"(?:(?<=\bin\s)|(?<=\bof\s)|(?<=\bnear\s))([A-Z][a-z]{2,})\b"
    r"|\b([A-Z][a-z]{2,})(?=\s(?:City|Ward|Town|Village)\b|,\s[A-Z][a-z]+\sPrefecture\b)"
)


@functools.cache
def _place_readings() -> frozenset[str]:
    return frozenset(key for keys in readings().places.values() for key in keys)


def find_towns(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Find names of towns in NFKC text: their keys and forms."""
    if language != "ja":
        listed = lexicon("en").name_things
        for match in _ENGLISH.finditer(text):
            form = match[1] or match[2]
            key = latin_name(form)
            if form not in listed and key.removeprefix("=") in _place_readings():
                yield key, form
        return
    listed, known = lexicon("ja").name_things, readings()
    for match in _TOWN.finditer(text):
        run = match[1]
        name = next((run[-size:] for size in range(len(run), 1, -1) if run[-size:] in known.places), "")
        if name and name not in listed and name + match[2] not in listed:
            yield f"={known.places[name][0]}", name
