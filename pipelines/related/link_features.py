"""Compute features of a group's links: their addresses and their words."""

import dataclasses
import itertools
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import element_text
from pipelines.related.address_parts import AddressParts, address_parts
from pipelines.related.groups import LinkGroup
from pipelines.related.link_index import is_known_host, link_rules
from pipelines.related.page_context import PageContext, words_of

_SAMPLE = 8  # links of a group that are looked at
_TITLE = 300  # characters of a link
_BUTTON = 40  # characters of a link that may be a button
_DAYS = 3_000  # beyond which a date is just old
_TRACKED = ("utm_", "ref=", "source=")


@dataclasses.dataclass(frozen=True, slots=True)
class GroupLink:
    """Hold the link with the longest text among those of one address.

    ``title`` is the link, or its card's heading where the link says "read more"; ``length`` are its characters.
    """

    place: int
    url: str
    title: HtmlElement
    length: int


def distinct_links(context: PageContext, group: LinkGroup) -> list[GroupLink]:
    """Return the first links of the group, each address once."""
    page, chosen = context.page, dict[str, GroupLink]()
    for place in group.places[:_SAMPLE]:
        url, element = context.links.url(place), page.links[place]
        if url is not None and (url not in chosen or page[element].text > chosen[url].length):
            chosen[url] = GroupLink(place, url, element, page[element].text)
    return [_titled(context, link) for link in chosen.values()]


def _titled(context: PageContext, link: GroupLink) -> GroupLink:
    title = context.links.card_title(link.place) if 0 < link.length <= _BUTTON else None
    return link if title is None else GroupLink(link.place, link.url, title, context.page[title].text)


ADDRESS_NAMES = (
    *("addresses", "own_site", "own_host", "article_like", "minor", "button", "advertiser", "sharer", "repeated"),
    *("most_repeated", "same_pattern", "same_section", "same_subsection", "query", "hyphens", "depth_difference"),
    *("nofollow", "new_window", "tracked", "file", "hosts"),
    *("newer", "older", "number_difference", "number_spread", "numbers_fall", "numbers_rise"),
    *("day_difference", "day_spread", "days_fall"),
)


def address_features(context: PageContext, chosen: Sequence[GroupLink]) -> list[float]:
    """Compare the addresses with the page's own, each other, and known shapes."""
    own = context.own
    parts = [address_parts(link.url) for link in chosen]
    on_site = [context.is_own_site(part.host) for part in parts]
    article_like = [context.links.is_article_like(link.place) for link in chosen]
    times = [context.times[link.url] for link in chosen]
    count = len(chosen)
    segments = [part.segments for part in parts]
    shares = [
        sum(on_site),
        sum(part.host == own.host for part in parts),
        sum(article_like),
        sum(not like and _is_minor(part) for like, part in zip(article_like, parts, strict=True)),
        sum(link.length <= _BUTTON and context.links.is_button(link.place) for link in chosen),
        sum(is_known_host(part.host, "advertisers") for part in parts),
        sum(is_known_host(part.host, "sharers") for part in parts),
        sum(time > 1 for time in times),
    ]
    alike = [part for part, is_own in zip(parts, on_site, strict=True) if is_own and part.pattern == own.pattern]
    return [
        count,
        *(share / count for share in shares),
        max(times),
        len(alike) / count,
        sum(len(each) > 1 and each[:1] == own.segments[:1] for each in segments) / count,
        sum(len(each) > 2 and each[:2] == own.segments[:2] for each in segments) / count,
        sum(part.has_query for part in parts) / count,
        sum(each[-1].count("-") for each in segments if each) / count,
        sum(len(each) - len(own.segments) for each in segments) / count,
        *_attribute_shares(context, chosen),
        sum(part.is_file for part in parts) / count,
        len({part.host for part in parts}),
        *_number_features(own.number, [part.number for part in alike if part.number is not None]),
        *_day_features(own.day, [p.day for p, is_own in zip(parts, on_site, strict=True) if is_own and p.day]),
    ]


def _is_minor(part: AddressParts) -> bool:
    """Whether the path names a section, tag or author."""
    return not link_rules()["minor_paths"].isdisjoint(part.segments)


def _attribute_shares(context: PageContext, chosen: Sequence[GroupLink]) -> list[float]:
    nofollow = new_window = tracked = 0
    for link in chosen:
        element = context.page.links[link.place]
        nofollow += "nofollow" in (element.get("rel") or "")
        new_window += element.get("target") == "_blank"
        href = element.get("href") or ""
        tracked += any(mark in href for mark in _TRACKED)
    return [nofollow / len(chosen), new_window / len(chosen), tracked / len(chosen)]


def _number_features(own: int | None, numbers: Sequence[int]) -> list[float]:
    """Whether the articles' numbers are above or below the page's own, and in order: latest lists fall."""
    known = [-1.0, -1.0, -2.0, -1.0]
    if own and numbers:
        ratios = sorted((number - own) / max(number, own) for number in numbers)
        known = [
            sum(number > own for number in numbers) / len(numbers),
            sum(number < own for number in numbers) / len(numbers),
            ratios[len(ratios) // 2],
            ratios[-1] - ratios[0],
        ]
    return [*known, _falling(numbers), _falling(numbers[::-1])]


def _day_features(own: int | None, days: Sequence[int]) -> list[float]:
    """The same of the dates in the addresses."""
    if own is None or not days:
        return [-_DAYS * 2.0, -1.0, _falling(days)]
    differences = sorted(day - own for day in days)
    middle = differences[len(differences) // 2]
    return [max(-_DAYS, min(_DAYS, middle)), min(_DAYS, differences[-1] - differences[0]), _falling(days)]


def _falling(numbers: Sequence[int]) -> float:
    """The share of neighbours of which the second is smaller; -1 where there are no two."""
    if len(numbers) < 2:
        return -1.0
    return sum(first > second for first, second in itertools.pairwise(numbers)) / (len(numbers) - 1)


TOPIC_NAMES = (
    *("title_mean", "title_most", "title_least", "title_any", "lead_mean", "words_mean", "words_most"),
    *("cut_short", "questions", "quotes", "words", "digits"),
)
_QUOTES = frozenset('„“”»«"「『')


def topic_features(context: PageContext, chosen: Iterable[GroupLink]) -> list[float]:
    """Count the links' words that the page's title, lead and body share."""
    title, lead, body = list[float](), list[float](), list[float]()
    cut_short = questions = quotes = words = digits = count = 0
    for link in chosen:
        count += 1
        text = element_text(link.title)[:_TITLE].strip() if link.length else ""
        if not text:
            continue
        of_link = words_of(text)
        if of_link:
            title.append(len(of_link & context.title) / len(of_link))
            lead.append(len(of_link & context.lead) / len(of_link))
            body.append(len(of_link & context.words) / len(of_link))
        cut_short += text.endswith(("…", "..."))
        questions += text.endswith(("?", "？"))
        quotes += not _QUOTES.isdisjoint(text)
        words += text.count(" ") + 1
        digits += any(map(str.isdigit, text))
    shares = [share / count for share in (cut_short, questions, quotes, words, digits)]
    if not title:
        return [-1.0] * 7 + shares
    means = [
        sum(title) / len(title),
        max(title),
        min(title),
        sum(share > 0 for share in title) / len(title),
        sum(lead) / len(lead),
        sum(body) / len(body),
        max(body),
    ]
    return means + shares
