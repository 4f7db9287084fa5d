"""Find written and relative dates in text, with the clock times beside them.

All patterns need text from :func:`normalize_date_text`. They have no nested repetition and bounded gaps, so their time
grows with the text's length alone.
"""

import dataclasses
import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Literal

from pipelines.dates.forms import (
    ANY_WEEKDAY,
    CLOCK,
    ENGLISH_AGO_UNIT,
    JAPANESE_AGO_UNIT,
    JAPANESE_WEEKDAY,
    KOREAN_WEEKDAY,
    ORDINAL,
    YEAR,
    ZONE,
)
from pipelines.dates.words import date_words, read_zone
from pipelines.rules.load import rule_cache

Precision = Literal["instant", "day"]


@dataclasses.dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date as written. ``moment`` is aware and UTC.

    A ``day`` has the moment of midnight in its zone.

    ``has_zone`` says that the text names its own zone or is relative to now, ``offset`` how far east of UTC that zone
    is; ``has_year`` says that it names its year.
    """

    moment: datetime.datetime
    precision: Precision
    has_zone: bool = False
    has_year: bool = True
    offset: datetime.timedelta | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class DateMatch:
    """A date with its offsets in the normalized text."""

    start: int
    end: int
    date: ParsedDate
    is_relative: bool = False


_WEEKDAY = re.compile(
    rf"\s?\(\s?(?:[月火水木金土日]曜?日?(?:[・/]祝)?|祝|[월화수목금토일](?:요일)?|{ANY_WEEKDAY})\.?\s?\)\s?"
)
_NORDIC_CLOCK = re.compile(r"\bklo?\b\.?\s?(\d{1,2})\.(\d\d)\b")  # kl. 14.30, klo 14.30: elsewhere 14.30 is a number
_SPACES = re.compile(r"\s+")


def normalize_date_text(text: str, limit: int) -> str:
    """Return text in the form that patterns of dates need.

    The form is NFKC, lower case, single spaces, without weekdays in parentheses. At most ``limit`` characters are read.
    """
    plain = unicodedata.normalize("NFKC", text[:limit]).lower().replace("\u2212", "-")
    plain = _NORDIC_CLOCK.sub(r" \1:\2", plain) if "kl" in plain else plain
    return _SPACES.sub(" ", _WEEKDAY.sub(" ", plain)).strip()


_ZONED_CLOCK = CLOCK + rf"(?:\s?uhr)?(?:\s?(?P<zone>{ZONE}))?"
_DAY_NAME = rf"(?:{ANY_WEEKDAY}\b\.?|{JAPANESE_WEEKDAY}|{KOREAN_WEEKDAY})"
_CLOCK_AFTER = re.compile(
    rf"(?:t|(?:[\s,、|・/()-]{{0,4}}{_DAY_NAME})?"
    r"[\s,、|・/()-]{0,4}(?:\b(?:at|um|à|alle|às|as|a las|klo|kl|ore|в|о|o)\b\.?)?[\s:]{0,2})" + _ZONED_CLOCK
)
_CLOCK_BEFORE = re.compile(_ZONED_CLOCK + r"[\s,|・/-]{0,4}(?:\bon\b|\b[a-z]{3,9}day\b|\b[a-z]{3}\b)?[\s,.]{0,3}$")
_YEAR_AFTER = re.compile(rf",?\s({YEAR})\b(?![:/年.-])")  # Fri Feb 18 10:27:24 2022, as C's asctime writes it
_BEFORE = 48
_HALVES = {
    **dict.fromkeys(("午前", "上午", "凌晨", "早上", "오전", "am"), "a"),
    **dict.fromkeys(("午後", "下午", "晚上", "오후", "pm"), "p"),
}


def _clock(match: re.Match[str]) -> datetime.timedelta | None:
    """Return the time since midnight.

    Hours up to 29 are the Japanese notation for the small hours of the next day.
    """
    if match["noon"]:
        return datetime.timedelta(hours=12)
    hour = int(match["h"])
    minutes = (match[name] for name in ("m", "mj", "md", "mz", "mk"))
    minute = int(next(filter(None, minutes), 30 if match["bisect"] else 0))
    second = int(match["s"] or match["sj"] or 0)
    half = _HALVES.get(match["half"] or "") or match["ap1"] or match["ap2"]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 29 or minute > 59 or second > 60:
        return None
    return datetime.timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _at(day: datetime.date, match: re.Match[str] | None, home: datetime.tzinfo) -> ParsedDate | None:
    midnight = datetime.datetime.combine(day, datetime.time())
    clock = _clock(match) if match else None
    try:
        if match is None or clock is None:
            return ParsedDate(midnight.replace(tzinfo=home).astimezone(datetime.UTC), "day")
        zone = read_zone(match["zone"])
        local = (midnight + clock).replace(tzinfo=zone or home)
        offset = local.utcoffset() if zone else None
        return ParsedDate(local.astimezone(datetime.UTC), "instant", has_zone=zone is not None, offset=offset)
    except OverflowError:  # the years 1 and 9999, which an offset leads out of
        return None


@rule_cache()
def _date_pattern() -> re.Pattern[str]:
    month = "|".join(map(re.escape, sorted(date_words().months, key=len, reverse=True)))
    era = "|".join(map(re.escape, date_words().eras))
    return re.compile(
        rf"(?<![\d/.-])(?P<y>{YEAR})(?:-(?P<mo1>\d\d?)-(?P<d1>\d\d?)|/(?P<mo2>\d\d?)/(?P<d2>\d\d?)"
        r"|\. ?(?P<mo3>\d\d?)\. ?(?P<d3>\d\d?)\.?)(?!\d)"
        rf"|(?:(?P<yj>\d{{4}})\s?年|(?P<era>{era})\s?(?P<ye>元|\d\d?)\s?年)?\s?(?P<moj>(?<!\d)\d\d?)\s?月\s?(?P<dj>\d\d?)\s?日(?!間)"
        r"|(?P<yk>\d{4})년\s?(?P<mok>\d\d?)월\s?(?P<dk>\d\d?)일"
        rf"|\b(?P<mow1>{month})\.?\s?(?P<d4>\d\d?){ORDINAL}?(?!\d),?(?:\s(?P<y4>{YEAR})\b)?"
        rf"|(?<![\d.])(?P<d5>\d\d?)(?:{ORDINAL}|\.|er)?[\s-](?:de\s|of\s)?(?P<mow2>{month})\.?,?(?:[\s-](?:de\s|del\s)?(?P<y5>{YEAR})\b)?"
        rf"|(?<![\d/.-])(?P<a>\d\d?)(?P<sep>[/.-])\s?(?P<b>\d\d?)(?P=sep)\s?(?P<y6>{YEAR}|(?<=\.)\d\d(?!\.\d))(?!\d)"
        r"|(?<![\d/.:-])(?P<mos>\d\d?)/(?P<ds>\d\d?)(?=\s\d\d?:\d\d)"
    )


def _year_month_day(match: re.Match[str], home: datetime.tzinfo) -> tuple[int | None, int, int] | None:
    group = match.groupdict()
    if group["y"]:
        return (
            int(group["y"]),
            int(group["mo1"] or group["mo2"] or group["mo3"]),
            int(group["d1"] or group["d2"] or group["d3"]),
        )
    if group["moj"]:
        return _japanese_year(group), int(group["moj"]), int(group["dj"])
    if group["yk"]:
        return int(group["yk"]), int(group["mok"]), int(group["dk"])
    if group["a"]:
        return _numbers(
            int(group["a"]),
            int(group["b"]),
            int(group["y6"]) + (2000 if len(group["y6"]) == 2 else 0),
            group["sep"],
            home,
        )
    if group["mos"]:  # 10/5 14:30: month first, as in Japan; elsewhere it could be either
        return (None, int(group["mos"]), int(group["ds"])) if str(home).startswith("Asia/") else None
    month = date_words().months.get(group["mow1"] or group["mow2"])
    year = group["y4"] or group["y5"]
    return (int(year) if year else None, month, int(group["d4"] or group["d5"])) if month else None


def _japanese_year(group: Mapping[str, str | None]) -> int | None:
    if group["yj"]:
        return int(group["yj"])
    era, year = group["era"], group["ye"]
    return date_words().eras[era] + (1 if year == "元" else int(year)) if era and year else None


def _numbers(first: int, second: int, year: int, separator: str, home: datetime.tzinfo) -> tuple[int, int, int] | None:
    """Read 10/07/2026: day first, but in the United States.

    In the zones of countries that write the year first, or both orders, an ambiguous date is not guessed.
    """
    zone = str(home)
    if first > 12 or separator != "/":
        return year, second, first
    if second > 12 or first == second or zone in _MONTH_FIRST:
        return year, first, second
    return None if zone in _EITHER_ORDER or "/" not in zone else (year, second, first)


# By CLDR's short dates: en-US alone has the month first; ja, zh and ko have the year first; Canada and the Philippines
# write both orders. Zones without a country tell nothing.
_MONTH_FIRST = frozenset(
    f"America/{city}" for city in ("New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix", "Detroit", "Anchorage")
) | {"Pacific/Honolulu", "Pacific/Guam"}
_EITHER_ORDER = frozenset(
    {"Asia/Tokyo", "Asia/Seoul", "Asia/Shanghai", "Asia/Taipei", "Asia/Manila", "America/Toronto", "America/Vancouver"}
)


def _without_year(month: int, day: int, now: datetime.datetime, home: datetime.tzinfo) -> datetime.date | None:
    """Return the last such day that is not after tomorrow."""
    latest = (now + datetime.timedelta(days=1)).astimezone(home).date()
    for year in range(latest.year, latest.year - 9, -1):  # eight years apart at most: 29 February around 2100
        try:
            day_then = datetime.date(year, month, day)
        except ValueError:
            continue
        if day_then <= latest:
            return day_then
    return None


def _on_day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def find_written_dates(text: str, now: datetime.datetime, home: datetime.tzinfo) -> Iterator[DateMatch]:
    """Find the calendar dates in normalized text, with their clock times.

    A time may be after or before its date.
    """
    floor = 0
    for match in _date_pattern().finditer(text):
        year_month_day = _year_month_day(match, home)
        if year_month_day is None or match.start() < floor:
            continue
        year, month, number = year_month_day
        day = _on_day(year, month, number) if year else _without_year(month, number, now, home)
        if day is None:
            continue
        start, end = match.span()
        clock = _CLOCK_AFTER.match(text, end)
        if clock is not None and _clock(clock) is not None:
            end = clock.end()
            late = _YEAR_AFTER.match(text, end) if year is None else None
            if late is not None:
                year, end = int(late[1]), late.end()
                day = _on_day(year, month, number)
                if day is None:
                    continue
        else:
            clock = _CLOCK_BEFORE.search(text[max(floor, start - _BEFORE) : start])
            start = max(floor, start - _BEFORE) + clock.start() if clock else start
        date = _at(day, clock, home)
        if date is not None:
            floor = end
            yield DateMatch(start, end, dataclasses.replace(date, has_year=year is not None))


_RELATIVE = re.compile(
    r"(?<!\d)(?P<n>\d{1,3}|an?|one|half an)\s?"
    rf"(?P<unit>{JAPANESE_AGO_UNIT}|{ENGLISH_AGO_UNIT})\s?(?:前|ago\b)"
    r"|(?P<day>一昨日|おととい|昨日|きのう|今日|本日|きょう|\byesterday\b|\btoday\b)(?:の)?"
    r"|(?P<just>たった今|\bjust now\b|\bmoments ago\b)"
)
_UNITS = {"秒": 1, "分": 60, "時": 3600, "日": 86400, "週": 604800, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DAYS = {"一昨日": 2, "おととい": 2, "昨日": 1, "きのう": 1, "yesterday": 1}


def find_relative_dates(text: str, now: datetime.datetime, home: datetime.tzinfo) -> Iterator[DateMatch]:
    """Find dates relative to ``now``: 3時間前, 昨日 14:30, 2 hours ago.

    A date of days has the precision ``day``.
    """
    for match in _RELATIVE.finditer(text):
        end = match.end()
        if match["day"]:
            day = now.astimezone(home).date() - datetime.timedelta(days=_DAYS.get(match["day"], 0))
            clock = _CLOCK_AFTER.match(text, end)
            date = _at(day, clock, home)
            end = clock.end() if clock and date and date.precision == "instant" else end
        else:
            date = _ago(match, now, home)
        if date is not None:
            yield DateMatch(match.start(), end, dataclasses.replace(date, has_zone=True), is_relative=True)


def _ago(match: re.Match[str], now: datetime.datetime, home: datetime.tzinfo) -> ParsedDate | None:
    if match["just"]:
        return ParsedDate(now.astimezone(datetime.UTC), "instant")
    count = int(match["n"]) if match["n"].isdecimal() else 0.5 if match["n"].startswith("half") else 1
    unit = _UNITS[match["unit"][0]]
    then = now - datetime.timedelta(seconds=count * unit)
    return (
        _at(then.astimezone(home).date(), None, home)
        if unit >= 86400
        else ParsedDate(then.astimezone(datetime.UTC), "instant")
    )
