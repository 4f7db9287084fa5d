"""Decide when an article was published and modified, from all its sources."""

import dataclasses
import datetime
import itertools
import re
import zoneinfo
from collections.abc import Iterator, Sequence

import lxml.html

from pipelines.dates.forms import YEAR
from pipelines.dates.parse import DateKind, ParsedDate, find_dates, parse_date, read_label
from pipelines.html.tag_index import TagIndex
from pipelines.metadata.jsonld import Thing, is_article, read_types
from pipelines.metadata.meta_tags import Markup
from pipelines.metadata.near_headline import NearHeadline, visible_pieces

_DAY = datetime.timedelta(days=1)
_LONGEST_DATE = 200
_LABEL_LENGTH = 40
_MOST_TIMES = 12
_TOO_FAR_UP = 6


@dataclasses.dataclass(frozen=True, slots=True)
class Publication:
    """The two times of an article and their sources.

    ``source`` and ``modified_source`` are json-ld, meta, microdata, time, text or address.
    """

    published: ParsedDate | None = None
    modified: ParsedDate | None = None
    source: str = ""
    modified_source: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class _SourcedDate:
    source: str
    kind: DateKind
    date: ParsedDate


def read_publication(
    tags: TagIndex,
    things: Sequence[Thing],
    markup: Markup,
    near: NearHeadline,
    page_url: str,
    now: datetime.datetime,
    timezone: zoneinfo.ZoneInfo,
) -> Publication:
    """Return the times of the best source that has them.

    Data that scripts fill the page with come last. A time without a zone takes the offset of another source with the
    same clock time, else the one that the page's other dates name, else ``timezone``. A bare day takes the time of a
    later source on that day.
    """
    films = [thing for thing in things if _is_film(thing)]
    dates = list(_structured([thing for thing in things if not _is_film(thing)], markup, now, timezone))
    if not any(date.kind == "published" and date.date.precision == "instant" for date in dates):
        dates += _visible(markup, near, page_url, now, timezone)
        dates += [dataclasses.replace(date, kind="unlabelled") for date in _of_things(films, now, timezone)]
        if dates and all(date.source == "address" for date in dates):
            dates += _in_data(tags, now, timezone)
    published = _settled([date for date in dates if date.kind == "published"], dates)
    if published is None:
        published = _settled([date for date in dates if date.kind == "unlabelled"], dates)
    modified = _settled([date for date in dates if date.kind == "modified"], dates)
    published, modified = (_zoned(date, dates, timezone) for date in (published, modified))
    if published and modified and modified.date.moment < published.date.moment:
        modified = None  # a template's default, or a clock that was set back
    return Publication(
        published.date if published else None,
        modified.date if modified else None,
        published.source if published else "",
        modified.source if modified else "",
    )


def _settled(candidates: Sequence[_SourcedDate], dates: Sequence[_SourcedDate]) -> _SourcedDate | None:
    if not candidates:
        return None
    first = candidates[0]
    if first.date.precision == "day":
        first = next((date for date in (*candidates, *dates) if _is_finer(date, first)), first)
    if first.date.precision == "instant" and not first.date.has_zone:
        first = next((date for date in dates if _same_clock(date.date, first.date)), first)
    return first


def _zoned(
    date: _SourcedDate | None, dates: Sequence[_SourcedDate], timezone: zoneinfo.ZoneInfo
) -> _SourcedDate | None:
    """Put a date that names no zone into the zone that other dates of the page name.

    UTC is not a page's own zone: programs write it. Where ``timezone`` has the same offset then, it is confirmed, and
    knows about summer time.
    """
    if date is None or date.date.has_zone:
        return date
    other = next((one.date for one in dates if one.date.offset), None)
    if other is None or other.offset is None:
        return date
    moment = date.date.moment
    if other.moment.astimezone(timezone).utcoffset() != other.offset:
        moment = (moment.astimezone(timezone).replace(tzinfo=datetime.UTC)) - other.offset
    return dataclasses.replace(date, date=dataclasses.replace(date.date, moment=moment, has_zone=True))


def _is_finer(other: _SourcedDate, day: _SourcedDate) -> bool:
    """Tell whether another source gives the time on that very day.

    The day's zone may be a few hours off.
    """
    apart = other.date.moment - day.date.moment
    return (
        other.date.precision == "instant" and other.kind in (day.kind, "unlabelled") and -_DAY / 2 <= apart < _DAY * 1.5
    )


def _same_clock(zoned: ParsedDate, bare: ParsedDate) -> bool:
    """Tell whether two times are one, with and without its zone.

    They are whole quarter hours apart, within a day.
    """
    apart = zoned.moment - bare.moment
    seconds = round(apart.total_seconds())
    return (
        zoned.has_zone
        and zoned.precision == "instant"
        and abs(apart) <= _DAY
        and seconds % 900 == 0
        and bool(zoned.moment.second)
    )


def _is_film(thing: Thing) -> bool:
    """Tell whether a thing is a film or sound on the page, whose date may be years older."""
    return not is_article(thing) and any(name.lower() in _MEDIA for name in read_types(thing))


def _structured(
    things: Sequence[Thing], markup: Markup, now: datetime.datetime, zone: zoneinfo.ZoneInfo
) -> Iterator[_SourcedDate]:
    yield from _of_things(things, now, zone)
    for kind in ("published", "modified"):
        for content in markup.contents(kind):
            yield from _parsed("meta", "published" if kind == "published" else "modified", content, now, zone)
    for item in markup.items:
        kind_of = _ITEMS.get((item.get("itemprop") or "").lower())
        if kind_of is not None:
            text = item.get("datetime") or item.get("content") or " ".join(visible_pieces(item, _LONGEST_DATE))
            yield from _parsed("microdata", kind_of, text, now, zone)


_MEDIA = frozenset({"videoobject", "audioobject", "mediaobject"})


def _of_things(things: Sequence[Thing], now: datetime.datetime, zone: zoneinfo.ZoneInfo) -> Iterator[_SourcedDate]:
    for thing in things:
        for kind, names in _PROPERTIES:
            for name in names:
                value = thing.get(name)
                value = value[0] if isinstance(value, list) and value else value
                yield from _parsed("json-ld", kind, value if isinstance(value, str) else None, now, zone)


_PROPERTIES: tuple[tuple[DateKind, tuple[str, ...]], ...] = (
    ("published", ("datePublished", "dateCreated", "uploadDate")),
    ("modified", ("dateModified",)),
)
_ITEMS: dict[str, DateKind] = {"datepublished": "published", "datecreated": "published", "datemodified": "modified"}


def _parsed(
    source: str, kind: DateKind, text: str | None, now: datetime.datetime, zone: zoneinfo.ZoneInfo
) -> Iterator[_SourcedDate]:
    date = parse_date(text, now, zone) if text else None
    if date is None:
        return
    if source != "text" and text and _MIDNIGHT.search(text):
        date = dataclasses.replace(date, precision="day")
    yield _SourcedDate(source, kind, date)


# A field for times has midnight where only the day was known.
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?\s?(?:Z|[+-]\d\d:?\d\d)?\s*$")


def _visible(
    markup: Markup,
    near: NearHeadline,
    page_url: str,
    now: datetime.datetime,
    zone: zoneinfo.ZoneInfo,
) -> Iterator[_SourcedDate]:
    """Return visible dates.

    They are ``time`` elements near the headline, the words around it, and last a day in the address.
    """
    yield from _times(markup, near.headline, now, zone)
    for pieces in (near.below, near.above):
        for one in find_dates(" | ".join(pieces), now, zone):
            yield _SourcedDate("text", one.kind, one.date)
    match = _ADDRESS_DAY.search(page_url)
    if match:
        yield from _parsed("address", "unlabelled", f"{match[1]}-{match[2]}-{match[3]}", now, zone)


# The time of publication as content systems name it in the data that their pages' scripts are given: publishedAt,
# publish_date, firstPublished, deployDt (Hankook), regDate (Korean systems), releaseDate, postedTime.
_DATA_TIME = re.compile(
    r"""\\?"(?:\w{0,20}[_-])?(?:first|date)?(?:publish(?:ed)?|publication|deploy|reg|release|posted)"""
    r"""_?(?:at|on|dt|date|time|datetime)?\\?"\s{0,3}:\s{0,3}\\?"([^"\\]{8,40})\\?\"""",
    re.IGNORECASE,
)
_LONGEST_DATA, _MOST_DATA_TIMES = 2_000_000, 5


def _in_data(tags: TagIndex, now: datetime.datetime, zone: zoneinfo.ZoneInfo) -> Iterator[_SourcedDate]:
    """Return times in scripts.

    They include other articles' times, so only one on a known day is of use.
    """
    for script in tags.tagged("script"):
        text = script.text
        if text and len(text) <= _LONGEST_DATA:
            for match in itertools.islice(_DATA_TIME.finditer(text), _MOST_DATA_TIMES):
                yield from _parsed("data", "unlabelled", match[1], now, zone)


# /2026/10/05/, /20261005-…, /A20261005143000…: a day, alone or before a time, not a number that begins like one.
_ADDRESS_DAY = re.compile(rf"/[A-Za-z]{{0,3}}({YEAR})[/-]?([01]\d)[/-]?([0-3]\d)(?!\d{{1,3}}(?!\d))")


def _times(
    markup: Markup, headline: lxml.html.HtmlElement | None, now: datetime.datetime, zone: zoneinfo.ZoneInfo
) -> Iterator[_SourcedDate]:
    near = _nearest(markup.times, headline) if headline is not None else list(markup.times)
    for element in near[:_MOST_TIMES]:
        words = " ".join(visible_pieces(element, _LONGEST_DATE))
        yield from _parsed("time", _kind_of(element, words), element.get("datetime") or words, now, zone)


def _kind_of(element: lxml.html.HtmlElement, words: str) -> DateKind:
    if element.get("pubdate") is not None:
        return "published"
    before = element.getprevious()
    parent = element.getparent()
    beside = (
        f"{before.text or ''} {before.tail or ''}"
        if before is not None
        else (parent.text or "")
        if parent is not None
        else ""
    )
    marks = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return read_label(words) or read_label(beside[-_LABEL_LENGTH:]) or read_label(marks[:_LONGEST_DATE]) or "unlabelled"


_DEEPEST = 60  # ancestors of a time that are looked at
_OTHERS = re.compile(r"(?:^|[\s_-])(?:comments?|replies|disqus)(?:$|[\s_-])", re.IGNORECASE)


def _is_card(element: lxml.html.HtmlElement) -> bool:
    """Tell whether an element is an item of a list, or a link, that leads to another page."""
    if element.tag == "a":
        return True
    if element.tag != "li":
        return False
    links = itertools.islice(element.iter("a"), _MOST_TIMES)
    return any(link.get("href", "#")[:1] != "#" and len(link.text_content()) > _LABEL_LENGTH // 4 for link in links)


def _nearest(times: Sequence[lxml.html.HtmlElement], headline: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """Return the times that share the closest ancestor with the headline.

    Those of comments and of links to other pages are left out.
    """
    levels = {parent: level for level, parent in zip(range(_TOO_FAR_UP), headline.iterancestors(), strict=False)}
    best: list[lxml.html.HtmlElement] = []
    level_of_best = _TOO_FAR_UP
    for element in times:
        level = _TOO_FAR_UP
        for one in itertools.islice(element.iterancestors(), _DEEPEST):
            if one in levels:
                level = levels[one]
                break
            if _OTHERS.search(f"{one.get('class') or ''} {one.get('id') or ''}"[:300]) or _is_card(one):
                break
        if level < level_of_best:
            best, level_of_best = [element], level
        elif level == level_of_best and level < _TOO_FAR_UP:
            best.append(element)
    return best
