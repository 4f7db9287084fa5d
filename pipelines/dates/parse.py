"""Parse dates of news pages, and find labelled dates in visible text."""

import dataclasses
import datetime
import re
import zoneinfo
from collections.abc import Iterator, Sequence
from typing import Literal

from pipelines.dates.words import date_words, read_zone
from pipelines.dates.written import (
    DateMatch,
    ParsedDate,
    Precision,
    find_relative_dates,
    find_written_dates,
    normalize_date_text,
)

__all__ = [
    "DateKind",
    "LabelledDate",
    "ParsedDate",
    "Precision",
    "find_dates",
    "is_believable",
    "parse_date",
    "read_label",
]

DateKind = Literal["published", "modified", "unlabelled"]

# A parsed string is one date with some words around it, a piece of text a head line or a footer.
_DATE_LENGTH = 300
_TEXT_LENGTH = 10_000
# The first news site dates from the early nineties; what is older is a default (1970-01-01) or history.
_EARLIEST = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)
_AHEAD = datetime.timedelta(days=2)

_ISO = re.compile(
    r"\s*(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[T ]\s?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?\s*"
)
_EPOCH = re.compile(r"\s*(\d{9,10})(\d{3})?\s*")


@dataclasses.dataclass(frozen=True, slots=True)
class LabelledDate:
    """A date in visible text, with its kind by the words beside it."""

    date: ParsedDate
    kind: DateKind


def is_believable(moment: datetime.datetime, now: datetime.datetime) -> bool:
    """Tell whether a moment is after 1989 and at most two days after ``now``.

    Two days allow for zones and embargoes. Later dates are events or errors.
    """
    return _EARLIEST <= moment <= now + _AHEAD


def parse_date(text: str, now: datetime.datetime, timezone: zoneinfo.ZoneInfo) -> ParsedDate | None:
    """Return the first believable date in a string that should be one, or None.

    ``now`` is the aware time of the fetch, for relative dates and missing years. ``timezone`` applies where the text
    names no zone. It reads ISO 8601 in its extended and basic forms, RFC 822, Unix seconds and milliseconds,
    2026年10月5日 14時30分, 令和8年10月5日, full-width digits, 3時間前, and English and continental forms.
    """
    iso = _ISO.fullmatch(text[:_DATE_LENGTH])
    date = _from_iso(iso, timezone) if iso else _from_epoch(text)
    if date is not None:
        return date if is_believable(date.moment, now) else None
    matches = _scan(normalize_date_text(text, _DATE_LENGTH), now, timezone)
    return matches[0].date if matches else None


def _from_iso(match: re.Match[str], timezone: zoneinfo.ZoneInfo) -> ParsedDate | None:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        midnight = datetime.datetime(int(year), int(month), int(day))  # noqa: DTZ001 - its zone is settled below
        if hour is None:
            return ParsedDate(midnight.replace(tzinfo=timezone).astimezone(datetime.UTC), "day")
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        clock = midnight.replace(minute=int(minute), second=min(int(second or 0), 59), microsecond=micro)
        clock += datetime.timedelta(hours=int(hour))
        if int(hour) > 24:
            return None
        named = read_zone(zone.lower()) if zone else None
        local = clock.replace(tzinfo=named or timezone)
        offset = local.utcoffset() if named else None
        return ParsedDate(local.astimezone(datetime.UTC), "instant", named is not None, offset=offset)
    except (ValueError, OverflowError):  # no such day, or the calendar's ends
        return None


def _from_epoch(text: str) -> ParsedDate | None:
    match = _EPOCH.fullmatch(text[:_DATE_LENGTH])
    if match is None:
        return None
    return ParsedDate(datetime.datetime.fromtimestamp(int(match[1]), datetime.UTC), "instant", has_zone=True)


def _scan(text: str, now: datetime.datetime, timezone: zoneinfo.ZoneInfo) -> list[DateMatch]:
    """Return all believable dates of normalized text in order, without overlaps."""
    written = list(find_written_dates(text, now, timezone))
    relative = [
        match
        for match in find_relative_dates(text, now, timezone)
        if not any(other.start < match.end and match.start < other.end for other in written)
    ]
    both = sorted((*written, *relative), key=lambda match: match.start)
    return [match for match in both if is_believable(match.date.moment, now)]


def find_dates(text: str, now: datetime.datetime, timezone: zoneinfo.ZoneInfo) -> list[LabelledDate]:
    """Find the believable dates in visible text, in order, with their labels.

    Labels are 公開, 更新, Published, Updated and the like. Dates of events, deadlines and copyright lines are left out
    by their labels. Prose is full of dates without a year or relative to now (10月5日, today). These count only with a
    label, or alone in the text or between bars (``|``). Arguments as in :func:`parse_date`.
    """
    plain = normalize_date_text(text, _TEXT_LENGTH)
    matches = _scan(plain, now, timezone)
    dates = []
    for match, kind in zip(matches, _kinds(plain, matches), strict=True):
        vague = not match.date.has_year or match.is_relative
        if kind != "other" and (kind != "unlabelled" or not vague or _stands_by_itself(plain, match)):
            dates.append(LabelledDate(match.date, kind))
    return dates


def _stands_by_itself(text: str, match: DateMatch) -> bool:
    before, behind = text[: match.start].rstrip(" ()"), text[match.end :].lstrip(" ()")
    return (not before or before.endswith("|")) and (not behind or behind.startswith("|"))


def read_label(words: str) -> DateKind | None:
    """Return the kind of date that words name: by their last label, or None.

    The words are a date's label or its element's class.
    """
    plain = normalize_date_text(words, _DATE_LENGTH).replace("-", " ").replace("_", " ")
    label = _last_label(plain)
    return None if label is None or label[2] == "other" else label[2]


def _kinds(
    text: str, matches: Sequence[DateMatch]
) -> Iterator[Literal["published", "modified", "other", "unlabelled"]]:
    """Return the kind of each date, by the label before or after it.

    A page writes its labels before its dates or after them. The words around the first and the last date tell which.

    A label between two dates then belongs to one of them only.
    """
    edges = [0, *(match.end for match in matches)]
    ends = [*(match.start for match in matches), len(text)]
    gaps = [text[start:end] for start, end in zip(edges, ends, strict=True)]
    last = len(matches) - 1
    labels_lead = _label_at_end(gaps[0]) is not None or _label_at_start(gaps[-1]) is None
    for index in range(len(matches)):
        before = _label_at_end(gaps[index]) if labels_lead or index == 0 else None
        behind = _label_at_start(gaps[index + 1]) if not labels_lead or index == last else None
        yield before or behind or "unlabelled"


_Label = Literal["published", "modified", "other"]
_LABEL_KINDS: tuple[_Label, ...] = ("modified", "other", "published")
_NEAR = 24


def _label_at_end(gap: str) -> _Label | None:
    """Return the label among the last characters of ``gap``, or None."""
    near = gap[-_NEAR:]
    label = _last_label(near)
    return label[2] if label and len(near) - label[0] <= _NEAR // 2 else None


def _last_label(text: str) -> tuple[int, int, _Label] | None:
    """Return end, length and kind of the label that ends last.

    Of two labels that end together it is the longer.
    """
    best: tuple[int, int, _Label] | None = None
    for kind in _LABEL_KINDS:
        for word in date_words().labels[kind]:
            at = text.rfind(word)
            if at >= 0 and _stands_alone(text, at, word) and (best is None or (at + len(word), len(word)) > best[:2]):
                best = (at + len(word), len(word), kind)
    return best


def _label_at_start(gap: str) -> _Label | None:
    near = gap.lstrip(" ():|・,、-/に付け")[:_NEAR]
    starts = [(len(word), kind) for kind in _LABEL_KINDS for word in date_words().labels[kind] if near.startswith(word)]
    starts = [(length, kind) for length, kind in starts if _stands_alone(near, 0, near[:length])]
    return max(starts)[1] if starts else None


def _stands_alone(text: str, at: int, word: str) -> bool:
    """Tell whether a Latin label is a whole word. Japanese has no spaces to check."""
    if not word.isascii():
        return True
    before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
    return not (before.isascii() and before.isalpha()) and not (after.isascii() and after.isalpha())
