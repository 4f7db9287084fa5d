"""Read the words of dates from ``rules/date_words.toml``."""

import dataclasses
import datetime
import functools
import re
import zoneinfo
from collections.abc import Mapping

from pipelines.rules.load import load_rules, rule_cache


@dataclasses.dataclass(frozen=True, slots=True)
class DateWords:
    """The tables of ``date_words.toml`` by word: months, eras, zones, labels."""

    zones: Mapping[str, int]
    zone_names: Mapping[str, str]
    eras: Mapping[str, int]
    months: Mapping[str, int]
    labels: Mapping[str, tuple[str, ...]]


@rule_cache()
def date_words() -> DateWords:
    """Return the words of ``rules/date_words.toml``."""
    rules = load_rules("date_words")
    months = {name: int(number) for number, names in rules["months"].items() for name in names}
    labels = {kind: tuple(sorted(words, key=len, reverse=True)) for kind, words in rules["labels"].items()}
    return DateWords(rules["zones"], rules["zone_names"], rules["eras"], months, labels)


_KIND_OF_TIME = re.compile(r"\s(?:standard|daylight|summer|mean)(?=\stime$)|^u\.?s\.?\s")


def load_tables() -> None:
    """Load what no page may wait for."""
    _zones_of_tz()


@functools.cache
def _zones_of_tz() -> Mapping[str, str]:
    """Return the names of the tz database by their lower-case spelling."""
    return {name.lower(): name for name in zoneinfo.available_timezones() if "/" in name}


def read_zone(name: str | None) -> datetime.tzinfo | None:
    """Return the zone of a written name or offset, or None."""
    if not name:
        return None
    words, name = date_words(), _KIND_OF_TIME.sub("", name.strip("()[] "))
    if name in words.zones:
        return datetime.timezone(datetime.timedelta(minutes=words.zones[name]))
    if name in words.zone_names:
        return zoneinfo.ZoneInfo(words.zone_names[name])
    if "/" in name:
        return zoneinfo.ZoneInfo(_zones_of_tz()[name]) if name in _zones_of_tz() else None
    offset = re.fullmatch(r"(?:gmt|utc)?\s?([+-])(\d\d?):?(\d\d)?", name)
    if offset is None:
        return None
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    return (
        datetime.timezone(datetime.timedelta(minutes=-minutes if offset[1] == "-" else minutes))
        if minutes < 960
        else None
    )
