"""Find towns that the lists do not name, by their unit: 浦安市, Urayasu City."""

import functools
import re
from collections.abc import Iterator

from pipelines.entities.lexicon import entity_lexicon
from pipelines.stories.name_readings import latin_name, readings
from storage.scripts import HAN_BLOCK

_TOWN = re.compile(f"([{HAN_BLOCK}々ヶ]{{1,5}}?)([市町村区郡])(?![{HAN_BLOCK}々])")
# fmt: off
_PREFECTURES = (
    "青森", "岩手", "宮城", "秋田", "山形", "福島", "茨城", "栃木", "群馬", "埼玉", "千葉", "神奈川",
    "新潟", "富山", "石川", "福井", "山梨", "長野", "岐阜", "静岡", "愛知", "三重", "滋賀", "兵庫",
    "奈良", "和歌山", "鳥取", "島根", "岡山", "広島", "山口", "徳島", "香川", "愛媛", "高知", "福岡",
    "佐賀", "長崎", "熊本", "大分", "宮崎", "鹿児島", "沖縄",
)
# fmt: on
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
        listed = entity_lexicon("en").name_things
        for match in _ENGLISH.finditer(text):
            form = match[1] or match[2]
            key = latin_name(form)
            if form not in listed and key.removeprefix("=") in _place_readings():
                yield key, form
        return
    listed, known = entity_lexicon("ja").name_things, readings()
    for name in _after_prefecture(text):
        if name not in listed:
            keys = known.places.get(name)
            yield f"={keys[0]}" if keys else name, name
    for match in _TOWN.finditer(text):
        run = match[1]
        name = next((run[-size:] for size in range(len(run), 1, -1) if run[-size:] in known.places), "")
        if name and name not in listed and name + match[2] not in listed:
            yield f"={known.places[name][0]}", name


@functools.cache
def _prefecture() -> "re.Pattern[str]":
    """Match what follows a prefecture: towns and wards, one after the other."""
    town = f"[{HAN_BLOCK}々ヶケノぁ-んァ-ヴー]{{1,7}}?[市町村区]"
    return re.compile(
        rf"(?:(?:{'|'.join(_PREFECTURES)})県|京都府|大阪府|東京都|北海道):?({town}(?:{town})?(?:、{town})*)(?![{HAN_BLOCK}々])"
    )


def _after_prefecture(text: str) -> Iterator[str]:
    """Find towns behind their prefecture, known or not: 福井県美浜町, 宮崎県:高鍋町、新富町."""
    for match in _prefecture().finditer(text):
        for part in match[1].split("、"):
            yield from re.findall(f"([{HAN_BLOCK}々ヶケノぁ-んァ-ヴー]{{2,7}}?)[市町村区](?=[^市町村区]|$)", part)
