"""Read numbers, days and ordinals in Japanese and English into one form.

3500億 is 350 billion, 10月29日 is October 29. Numbers come without their unit (yen, dollars, people), since both
languages share the value only. Percent are kept apart. Days are month and day. A bare 29日 or Wednesday is relative to
the day of publication.
"""

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from pipelines.dates.forms import ENGLISH_MONTH, ENGLISH_WEEKDAY, MONTHS, ORDINAL, WEEKDAYS

_MAGNITUDES = {
    "千": 10**3, "万": 10**4, "億": 10**8, "兆": 10**12,
    "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "mn": 10**6, "bn": 10**9, "tn": 10**12,
}  # fmt: skip
_PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = re.compile(
    rf"(?P<japanese>(?:(?:{_PLAIN})(?:兆|億|万|千))+(?:{_PLAIN})?)"
    rf"|(?P<number>{_PLAIN})(?:[\s-]?(?P<magnitude>hundred|thousand|million|billion|trillion|mn|bn|tn)\b)?",
    re.IGNORECASE,
)
_PART = re.compile(rf"({_PLAIN})(兆|億|万|千)?")
_PERCENT = re.compile(r"\s?(?:%|percent|per cent|パーセント)", re.IGNORECASE)
_TENTHS = re.compile("割(?!る|り|れ|引)")
_YEARS = range(1900, 2101)

_MONTH = rf"({ENGLISH_MONTH})\.?"
_ENGLISH_DAY = re.compile(rf"\b(?:{_MONTH}\s(\d{{1,2}}){ORDINAL}?\b|(\d{{1,2}}){ORDINAL}?\s{_MONTH}\b)", re.IGNORECASE)
_WEEKDAY = re.compile(rf"\b{ENGLISH_WEEKDAY}\b", re.IGNORECASE)
_JAPANESE_DAY = re.compile(r"(?:(\d{1,2})月)?(\d{1,2})日(?!間|目|後|以内|連続|あたり|当たり|に\d回)")
_DATES = re.compile(
    rf"{_ENGLISH_DAY.pattern}|(?:\d{{4}}年)?(?:\d{{1,2}}月)?\d{{1,2}}日|\d{{1,4}}[年月時分]|\d{{1,2}}:\d\d",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_BEFORE, _BEHIND = 13, 24  # characters round a digit: "September. " before a day, " trillion per cent" behind a number
_FAR_BACK, _FAR_AHEAD = 20, 10  # days around publication within which a bare 29日 is meant


def numbers(text: str) -> Iterator[tuple[str, str]]:
    """Find the numbers of NFKC text, each as it is written.

    Days, times of day and years are left out.
    """
    for match in _NUMBER.finditer(_DATES.sub(" ; ", _round_digits(text))):
        value = _value(match)
        if value is None:
            continue
        behind = match.string[match.end() : match.end() + 12]
        if _TENTHS.match(behind):
            yield f"{_plain(value * 10)}%", f"{match[0]}割"
        elif percent := _PERCENT.match(behind):
            yield f"{_plain(value)}%", match[0] + percent[0]
        elif value not in _YEARS or match["japanese"] or "," in match[0] or match["magnitude"]:
            yield _plain(value), match[0].strip()


def _round_digits(text: str) -> str:
    """Return the stretches around a text's digits, one a line.

    All numbers and days are in them, in a third of most texts.
    """
    stretches: list[tuple[int, int]] = []
    for digits in _DIGITS.finditer(text):
        start, end = max(0, digits.start() - _BEFORE), digits.end() + _BEHIND
        if stretches and start <= stretches[-1][1]:
            start = stretches.pop()[0]
        stretches.append((start, end))
    return "\n".join([text[start:end] for start, end in stretches])


def _value(match: re.Match[str]) -> Decimal | None:
    try:
        if match["japanese"]:
            parts = _PART.findall(match["japanese"])
            return sum((Decimal(n.replace(",", "")) * _MAGNITUDES.get(m, 1) for n, m in parts), Decimal(0))
        return Decimal(match["number"].replace(",", "")) * _MAGNITUDES.get((match["magnitude"] or "").lower(), 1)
    except InvalidOperation:  # digits of another script
        return None


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"[:24]


def days(text: str, published: datetime.date | None) -> Iterator[tuple[str, str]]:
    """Find the days of NFKC text as ``MMDD``, each as it is written.

    Vague days are read where ``published`` is known.
    """
    near = _round_digits(text)
    for match in _ENGLISH_DAY.finditer(near):
        month = MONTHS.index((match[1] or match[4])[:3].lower()) + 1
        yield from _day(month, int(match[2] or match[3]), match[0])
    for match in _JAPANESE_DAY.finditer(near) if "日" in near else ():
        if match[1]:
            yield from _day(int(match[1]), int(match[2]), match[0])
        elif published is not None:
            yield from _near(published, int(match[2]), match[0])
    if published is not None and "day" in text.lower():
        for match in _WEEKDAY.finditer(text):
            back = (published.weekday() - WEEKDAYS.index(match[0].lower())) % 7
            date = published - datetime.timedelta(days=back)
            yield f"{date:%m%d}", match[0]


def _day(month: int, day: int, words: str) -> Iterator[tuple[str, str]]:
    if 1 <= month <= 12 and 1 <= day <= 31:
        yield f"{month:02d}{day:02d}", words


def _near(published: datetime.date, day: int, words: str) -> Iterator[tuple[str, str]]:
    for away in sorted(range(-_FAR_BACK, _FAR_AHEAD + 1), key=abs):
        date = published + datetime.timedelta(days=away)
        if date.day == day:
            yield f"{date:%m%d}", words
            return


_UNITS = {
    "日": "day", "局": "game", "戦": "game", "試合": "game", "回戦": "round", "ラウンド": "round", "回": "time",
    "度": "time", "期": "term", "節": "game", "号機": "unit", "号": "storm", "四半期": "quarter", "次": "time",
    "弾": "part", "話": "part", "ステージ": "stage", "day": "day", "game": "game", "match": "game", "round": "round",
    "time": "time", "session": "round", "term": "term", "reactor": "unit", "unit": "unit", "quarter": "quarter",
    "edition": "time", "part": "part", "leg": "game", "stage": "stage",
}  # fmt: skip
_WORDS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth",
)  # fmt: skip
_FIRST_DAY = re.compile(r"初日|\bopening[\s-]day\b", re.IGNORECASE)
_KANJI = "一二三四五六七八九"
_COUNT = r"(\d{1,3}|[一二三四五六七八九十]{1,3})"
_JAPANESE_ORDINAL = re.compile(
    rf"第{_COUNT}(四半期|ラウンド|ステージ|試合|回戦|号機|日|局|戦|回|期|節|次|弾|話)(?!連続)"
    rf"|{_COUNT}(日|局|戦|試合|回|度)目|{_COUNT}(回戦|号機)|台風(\d{{1,2}})(号)"
)
_CARDINALS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ENGLISH_NOUNS = "day|game|match|round|time|session|term|reactor|unit|quarter|edition|part|leg|stage"
_ENGLISH_ORDINAL = re.compile(
    rf"\b(?:(\d{{1,3}}){ORDINAL}|({'|'.join(_WORDS)}))[\s-]({_ENGLISH_NOUNS})\b"
    rf"|\b({_ENGLISH_NOUNS})\s(\d{{1,3}}|{'|'.join(_CARDINALS)})\b|\bno\.\s?(\d{{1,3}})\s(reactor|unit)\b"
)


def ordinals(text: str) -> Iterator[tuple[str, str]]:
    """Find places in a series, ``unit number``, each as it is written.

    "First time" is left out.
    """
    for match in _JAPANESE_ORDINAL.finditer(text) if any(sign in text for sign in "第目戦号") else ():
        count, unit = (group for group in match.groups() if group is not None)
        yield from _place(_UNITS[unit], int(count) if count.isdigit() else _of_kanji(count), match[0])
    lowered = text.replace("İ", "i").lower()  # as long as the text: a third of what ignoring the case would take
    for match in _ENGLISH_ORDINAL.finditer(lowered):
        noun = match[3] or match[4] or match[7]
        word, count = match[2], match[1] or match[5] or match[6] or ""
        listed, name = (_WORDS, word) if word else (_CARDINALS, count)
        number = int(count) if count.isdigit() else listed.index(name) + 1
        yield from _place(_UNITS[noun], number, text[match.start() : match.end()])
    for match in _FIRST_DAY.finditer(text) if "初日" in text or "opening" in lowered else ():
        yield "day 1", match[0]


def _place(unit: str, number: int, words: str) -> Iterator[tuple[str, str]]:
    if number > 0 and (unit, number) != ("time", 1):
        yield f"{unit} {number}", words


def _of_kanji(count: str) -> int:
    tens, ten, ones = count.rpartition("十")
    if not ten:
        return _KANJI.index(ones) + 1 if len(ones) == 1 else 0
    return 10 * (_KANJI.find(tens) + 1 if tens else 1) + (_KANJI.find(ones) + 1 if ones else 0)
