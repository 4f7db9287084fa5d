"""Define what the pipelines hand to storage: the reading of a page."""

import dataclasses
import datetime
import functools
from collections.abc import Mapping
from typing import Any, Literal, get_args

from storage.article_fields import ArticleFields
from storage.body.html import body_html
from storage.body.markdown import body_markdown
from storage.entity_rules import Mention
from storage.signature import Signature

ListingKind = Literal["feed", "sitemap"]
LISTING_KINDS: frozenset[str] = frozenset(get_args(ListingKind))
PAGED_LISTINGS: frozenset[str] = frozenset({"feed"})
"""Kinds whose listings of listings are the next pages of the same listing (RFC 5005), and no index of others."""

PageKind = ListingKind | Literal["article", "section", "other", "unreadable"]
PageType = Literal["article", "live_blog", "listing", "home", "forum", "product", "form", "documentation", "error"]
"""What a page is to a reader; None for anything else."""
ListKind = Literal["related", "recommended", "ranking", "latest", "ad", "other", "inline", "navigation"]
StorableList = Literal["ranking", "recommended", "latest"]
STORABLE_LISTS: tuple[StorableList, ...] = get_args(StorableList)
"""Kinds of lists that can be stored beside related links."""
STORED_LISTS: tuple[StorableList, ...] = ("ranking", "recommended")
"""Those that are stored unless the config says otherwise."""

EXTRACTOR_FAILED = "site extractor failed:"
"""Begins the reason of a fetch whose page was stored without what its site's extractor would have added."""

UNMATCHED = "rules without a match:"
"""Begins, or follows EXTRACTOR_FAILED in, the reason of a fetch whose page some of its source's rules did not fit."""


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: its place, and a signed 64-bit fingerprint of its letters.

    Digits count as one digit: dates and counts change. ``weight`` is in Japanese characters; ``is_midst`` says that it
    is a paragraph with the article's words on both sides.
    """

    place: int
    fingerprint: int
    weight: float
    is_short: bool
    is_midst: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Precomputed:
    """What workers compute of a reading's text, for storage and the search index.

    ``text_hash`` and ``lines`` are of the text; ``title_terms`` and ``terms`` what the search index takes, of the title
    and of title, summary and text; ``story_keys`` are of the reading's story terms. ``lists`` are those to store,
    ``entities`` those that title and text name.
    """

    text_hash: str
    lines: tuple[Line, ...]
    title_terms: tuple[str, str]
    terms: tuple[str, str]
    story_keys: tuple[int, ...]
    lists: "tuple[StoredList, ...]" = ()
    entities: tuple[Mention, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """A related article as a page declares it.

    ``url`` is absolute and without fragment and trackers.

    ``title`` and ``summary`` are the card's own words, "" where it has none; ``language`` is judged by them
    (``ja``, ``en``, another ISO 639-1 code or ``und``).
    """

    url: str
    title: str = ""
    summary: str = ""
    language: str = "und"


@dataclasses.dataclass(frozen=True, slots=True)
class ListedLink:
    """One link of a list on a page: ``position`` counts from 1 within the list, ``title`` is "" where it has none."""

    url: str
    title: str
    position: int


@dataclasses.dataclass(frozen=True, slots=True)
class LinkList:
    """A list of links on a page, with what it is (``kind``) and how probable that is by the model, 0 to 1.

    ``heading`` is what is written over it, "" where nothing is.
    """

    kind: ListKind
    heading: str
    probability: float
    links: tuple[ListedLink, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class StoredList:
    """A link list to store with its page; ``digest`` is a signed 64-bit hash of all the rest."""

    kind: StorableList
    heading: str
    links: tuple[ListedLink, ...]
    digest: int


@dataclasses.dataclass(frozen=True, slots=True)
class Cut:
    """Something that was removed from the page before or after extraction.

    ``rule`` names the rule (``related-cards``, ``consent``, ``caption``, ``title-repeated``, …), ``detail`` the
    evidence, ``text`` the first 200 characters of what went.
    """

    rule: str
    detail: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Reservation:
    """A publisher's reservation against text and data mining.

    ``kind``: ``tdm-reservation``, ``content-signal``, or the robots directive itself (``noai``, …). ``place`` is where
    it is declared (``header``, ``meta``, ``robots.txt``, ``tdmrep.json``), ``detail`` its details: a policy's address,
    the paths or uses that it speaks of.
    """

    kind: str
    place: str
    detail: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, sitemap or section page.

    ``changed_at`` is a sitemap's ``lastmod``; ``is_news`` says that a feed or a news sitemap lists it as an article.
    ``authors`` are joined by ``; ``.
    """

    url: str
    title: str = ""
    summary: str = ""
    published_at: datetime.datetime | None = None
    is_listing: bool = False
    changed_at: datetime.datetime | None = None
    is_news: bool = False
    authors: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Hub:
    """The hub that pushes a feed (WebSub), and ``topic``, the feed's name there."""

    url: str
    topic: str


@dataclasses.dataclass(frozen=True, slots=True)
class Reading(ArticleFields):
    """A page that was read: its article, or why it has none, and its links.

    ``dictionary.toml`` describes the fields of ``ArticleFields``.

    Times are aware and UTC. A time of ``day`` precision is midnight of the page's own zone, converted to UTC.
    ``kind`` ``unreadable`` says that the page could not be parsed at all (too large, the parser hung or crashed).
    ``page_type`` is what the page is to a reader, None where it is nothing of that; ``page_type_evidence`` names what
    spoke for it.
    ``canonical_url`` is absolute: the page's believed ``rel=canonical``, else the address that answered,
    without fragment and trackers. ``declared_canonical`` is the page's ``rel=canonical``, else that of its HTTP
    headers, else its ``og:url``, as written there, absolute, or None; ``canonical_refused`` says why it was not
    believed. ``alternates`` are the page's own AMP addresses. ``story_terms`` is the article's packed profile
    (:mod:`storage.story_rules`), "" where it was not made. ``outlinks`` are the article-like links of the whole page in
    document order (for ``follow = "site"``); ``entries`` is what a listing lists, ``hub`` who pushes it. ``text`` is
    given even where there is no article.
    ``signature`` is the text's, ``precomputed`` what else is made of the words: None where there is no article, or
    where storage is to make it; whoever changes the words takes both away.
    ``nearest_list`` describes the list that came nearest to related links, "" where there are any.
    Of an article on several pages, ``page_number`` is this page's; ``first_page`` the first one's address where it is
    another, ``following`` the numbers and addresses of the pages after this one. ``text`` is this page's alone.
    ``site_rules`` names the operator's rules for this source that gave something, ``rules_without_match`` those that
    should have. ``site_extractor`` names the operator's extractor of this site with its version; ``extractor_error`` is
    what it raised, "" where it did not.
    """

    url: str
    canonical_url: str
    is_article: bool = False
    reason: str = ""
    related: tuple[Card, ...] = ()
    lists: tuple[LinkList, ...] = ()
    nearest_list: str = ""
    kind: PageKind = "other"
    page_type: PageType | None = None
    page_type_evidence: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    hub: Hub | None = None
    outlinks: tuple[str, ...] = ()
    alternates: tuple[str, ...] = ()
    declared_canonical: str | None = None
    canonical_refused: str = ""
    page_number: int = 1
    first_page: str = ""
    following: tuple[tuple[int, str], ...] = ()
    encoding: str = ""
    cuts: tuple[Cut, ...] = ()
    extractor_version: str = ""
    noarchive: bool = False
    reservations: tuple[Reservation, ...] = ()
    signature: Signature | None = None
    story_terms: str = ""
    precomputed: Precomputed | None = None
    site_extractor: str = ""
    extractor_error: str = ""
    site_rules: tuple[str, ...] = ()
    rules_without_match: tuple[str, ...] = ()

    def reason_with_errors(self, reason: str) -> str:
        """Add to a reason that the site's extractor failed, and which rules matched nothing."""
        parts = [reason] if reason else []
        if self.rules_without_match:
            parts.insert(0, f"{UNMATCHED} {', '.join(self.rules_without_match)}")
        if self.extractor_error:
            parts.insert(0, f"{EXTRACTOR_FAILED} {self.site_extractor}: {self.extractor_error}")
        return "; ".join(parts)

    def inspection_fields(self) -> Mapping[str, Any]:
        """Give the fields of ``kiji inspect --json``, in the contract's order."""
        return {
            "url": self.url,
            "canonical_url": self.canonical_url,
            "is_article": self.is_article,
            "reason": self.reason,
            "title": self.title,
            "text": self.text,
            "summary": self.summary,
            "authors": list(self.authors),
            "published_at": iso_utc(self.published_at),
            "published_precision": self.published_precision,
            "modified_at": iso_utc(self.modified_at),
            "language": self.language,
            "image_url": self.image_url,
            "related": [dataclasses.asdict(card) for card in self.related],
            "lists": [dataclasses.asdict(each) for each in self.lists],
            "body_html": body_html(self.text, self.body),
            "body_markdown": body_markdown(self.text, self.body),
            "page_type": self.page_type,
            "page_type_evidence": list(self.page_type_evidence),
        } | self._of_the_site()

    def _of_the_site(self) -> dict[str, Any]:
        rules = {name: name in self.site_rules for name in (*self.site_rules, *self.rules_without_match)}
        fields = {"site_extractor": self.site_extractor, "site_rules": rules}
        return {name: value for name, value in fields.items() if value}

    def __repr__(self) -> str:
        return f"<Reading {self.kind} {self.canonical_url[:200]} {self.title[:40]!r} {len(self.text)} characters>"


def unmatched_rules(reason: str) -> list[str]:
    """Return the rules that matched nothing, by the reason of a fetch."""
    _, _, names = reason.partition(UNMATCHED)
    return [name.strip() for name in names.partition(";")[0].split(",") if name.strip()]


def json_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Convert a row for JSON; times become ISO 8601 with ``Z``."""
    return {str(name): iso_utc(value) if isinstance(value, datetime.datetime) else value for name, value in row.items()}


@functools.lru_cache(4_096)  # the rows of a page have the same time
def iso_utc(moment: datetime.datetime | None) -> str | None:
    """Write an aware time as ISO 8601 in UTC: ``2025-10-26T01:30:00Z``."""
    if moment is None:
        return None
    return moment.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
