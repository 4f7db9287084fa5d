"""Read an article's metadata: title, authors, dates, lead, image, access."""

import dataclasses
import datetime
import itertools
import re
import urllib.parse
import zoneinfo
from collections.abc import Iterator, Sequence

import lxml.html

from pipelines.addresses.normalize import address_key
from pipelines.dates.parse import Precision, is_believable
from pipelines.html.plain_text import letters, plain_text
from pipelines.metadata.authors import choose_authors
from pipelines.metadata.bylines import (
    jsonld_credits,
    labelled_credits,
    markup_credits,
    meta_credits,
    opening_credits,
    printed_credits,
)
from pipelines.metadata.jsonld import Json, Thing, index_by_id, is_article, page_things, read_jsonld, read_types
from pipelines.metadata.meta_tags import Markup, meta_name, read_markup
from pipelines.metadata.near_headline import headline_element, visible_pieces
from pipelines.metadata.publication_date import read_publication
from pipelines.metadata.titles import TITLE_LENGTH, choose_title
from storage.scripts import KANA

_SUMMARY_LENGTH = 5_000
_NAME_LENGTH = 200
_MOST_KEYWORDS = 50
# Shorter ones are sections and labels.
_HEADLINE_LENGTH = 8
_MOST_TYPES = 20
_KANA = re.compile(f"[{KANA}]")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclasses.dataclass(frozen=True, slots=True)
class Metadata:
    """Plain, bounded strings, "" where the page gives none.

    Times are aware and UTC, addresses absolute. ``published_source`` and ``published_precision`` show how far to trust
    the time, ``zone_assumed`` that the page names no zone of ``published_at``.

    ``types`` are the ``@type`` of the page's main thing in JSON-LD and ``og:type``. ``article_markup`` lists
    the markup that marks an article. ``is_paywalled`` is None where the page does not say. ``is_title_declared`` says
    that a heading, JSON-LD or a meta tag has the title, and not the document's title alone.
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime.datetime | None = None
    published_precision: Precision | None = None
    published_source: str = ""
    zone_assumed: bool = False
    modified_at: datetime.datetime | None = None
    modified_precision: Precision | None = None
    modified_source: str = ""
    summary: str = ""
    image_url: str | None = None
    declared_canonical: str | None = None
    alternates: tuple[str, ...] = ()
    declared_language: str | None = None
    types: tuple[str, ...] = ()
    site_name: str = ""
    section: str = ""
    keywords: tuple[str, ...] = ()
    is_paywalled: bool | None = None
    article_markup: tuple[str, ...] = ()
    is_title_declared: bool = False

    @property
    def has_article_markup(self) -> bool:
        """Tell whether anything in the page's markup calls it an article."""
        return bool(self.article_markup)

    def dated_as(self, other: "Metadata") -> "Metadata":
        """Return this with the times of another reading of the page."""
        return dataclasses.replace(
            self,
            published_at=other.published_at,
            published_precision=other.published_precision,
            published_source=other.published_source,
            zone_assumed=other.zone_assumed,
            modified_at=other.modified_at,
            modified_precision=other.modified_precision,
            modified_source=other.modified_source,
        )

    def dated_by_feed(self, moment: datetime.datetime, now: datetime.datetime, zone: zoneinfo.ZoneInfo) -> "Metadata":
        """Date a page that has no date by the feed that lists it; midnight is a day without a time."""
        if self.published_at is not None or not is_believable(moment, now):
            return self
        is_day = datetime.time() in (moment.astimezone(zone).time(), moment.astimezone(datetime.UTC).time())
        precision: Precision = "day" if is_day else "instant"
        return dataclasses.replace(self, published_at=moment, published_precision=precision, published_source="feed")


def read_metadata(
    tree: lxml.html.HtmlElement, page_url: str, fetched_at: datetime.datetime, timezone: zoneinfo.ZoneInfo
) -> Metadata:
    """Read all metadata: JSON-LD first, then markup, then words near the headline.

    ``page_url`` is the address that answered, ``fetched_at`` is aware. ``timezone`` is for times that name no zone. The
    tree is not changed. Never raises for any page.
    """
    markup = read_markup(tree, page_url)
    everything = read_jsonld(markup.scripts)
    canonical = _link(markup, "canonical")
    metas = [plain_text(title, TITLE_LENGTH) for title in markup.contents("titles")]
    heads = _headings(tree, markup, metas)
    addresses = [page_url, canonical or "", *markup.contents("urls")]
    things = page_things(everything, addresses, [*heads, *metas, markup.document_title])
    articles = [thing for thing in things if is_article(thing)]
    sites = [plain_text(name, _NAME_LENGTH) for name in (*markup.contents("sites"), *_publishers(everything))]
    headed = [(text, thing) for thing in articles if (text := plain_text(thing.get("headline"), TITLE_LENGTH))]
    headlines = [text for text, _ in headed]
    is_news = any("news" in kind.lower() for _, thing in headed[:1] for kind in read_types(thing))
    jsonld = jsonld_credits(things, dict(index_by_id(everything)))
    host = urllib.parse.urlsplit(page_url).hostname or ""
    title = choose_title(headlines, heads, metas, markup.document_title, sites, host, is_news=is_news)
    headline = headline_element(tree, markup, title)
    shown = itertools.chain(
        meta_credits(markup),
        markup_credits(tree, markup),
        printed_credits(headline),
        opening_credits(tree),
        labelled_credits(tree),
    )
    when = read_publication(tree, things, markup, headline, page_url, fetched_at, timezone)
    return Metadata(
        title=title,
        authors=choose_authors(itertools.chain([jsonld], shown), sites, host),
        published_at=when.published.moment if when.published else None,
        published_precision=when.published.precision if when.published else None,
        published_source=when.source,
        zone_assumed=when.published is not None and not when.published.has_zone,
        modified_at=when.modified.moment if when.modified else None,
        modified_precision=when.modified.precision if when.modified else None,
        modified_source=when.modified_source,
        summary=_first(_texts(articles, "description"), markup.contents("summaries"), limit=_SUMMARY_LENGTH),
        image_url=_image(articles, markup),
        declared_canonical=canonical or _open_graph_address(markup, page_url),
        alternates=tuple(dict.fromkeys(filter(None, [_link(markup, "amphtml")]))),
        declared_language=plain_text(tree.get("lang") or tree.get(_XML_LANG), 35) or None,
        types=_types(things, markup),
        site_name=next(filter(None, sites), ""),
        section=_first(_texts(articles, "articleSection"), markup.contents("sections"), limit=_NAME_LENGTH),
        keywords=_keywords(articles, markup),
        is_paywalled=_is_paywalled(things, markup),
        article_markup=_article_markup(articles, markup),
        is_title_declared=any(letters(title) in letters(each) for each in (*headlines, *heads, *metas)),
    )


def likely_languages(tree: lxml.html.HtmlElement) -> list[str]:
    """Return the languages that a page declares, those with a region first.

    A page with kana in its title is Japanese before all, whatever it declares: templates declare their own language.
    """
    locales = (tag.get("content") for tag in tree.iter("meta") if tag.get("property") == "og:locale")
    declared = [name for name in (tree.get("lang"), *itertools.islice(locales, 1)) if name]
    title = tree.findtext(".//title") or ""
    return [*(["ja"] if _KANA.search(title[:TITLE_LENGTH]) else []), *sorted(declared, key=len, reverse=True)]


def _headings(tree: lxml.html.HtmlElement, markup: Markup, metas: Sequence[str]) -> list[str]:
    """Return the page's h1s; where its titles confirm none but a logo, and an h2, this one too."""
    found = [one for one in markup.headings[:20] if not _is_home_link(one, markup)]
    heads = [" ".join(visible_pieces(heading, TITLE_LENGTH)) for heading in found]
    title_letters = " ".join(map(letters, (*metas, markup.document_title)))
    if any(
        head and letters(head) in title_letters and not _is_home_link(one, markup)
        for one, head in zip(found, heads, strict=True)
    ):
        return heads
    lower = (" ".join(visible_pieces(one, TITLE_LENGTH)) for one in itertools.islice(tree.iter("h2"), 100))
    return heads + [head for head in lower if len(head) >= _HEADLINE_LENGTH and letters(head) in title_letters][:1]


def _is_home_link(heading: lxml.html.HtmlElement, markup: Markup) -> bool:
    """Tell whether a heading is or holds a link to the site's home page, as logos do."""
    links = itertools.chain(heading.iter("a"), heading.iterancestors("a"))
    address = next((markup.absolute(link.get("href")) for link in itertools.islice(links, 1)), None)
    return address is not None and urllib.parse.urlsplit(address).path in ("", "/")


def _open_graph_address(markup: Markup, page_url: str) -> str | None:
    """Return ``og:url`` of a page without ``rel=canonical``.

    None where it only spells the page's own address in another way. By the Open Graph protocol it is the canonical
    address, but templates give the home page or ``http://``.
    """
    named = next(filter(None, map(markup.absolute, markup.metas.get(meta_name("og:url"), ()))), None)
    return None if named is None or address_key(named) == address_key(page_url) else named


def _link(markup: Markup, relation: str) -> str | None:
    for link in markup.links:
        if relation in (link.get("rel") or "").lower().split():
            address = markup.absolute(link.get("href"))
            if address:
                return address
    return None


def _publishers(things: Sequence[Thing]) -> Iterator[str]:
    for thing in things[:200]:
        publisher = thing.get("publisher")
        name = publisher.get("name") if isinstance(publisher, dict) else publisher
        if isinstance(name, str):
            yield name


def _texts(things: Sequence[Thing], name: str) -> Iterator[str]:
    for thing in things:
        value = thing.get(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield one


def _first(*sources: Iterator[str] | Sequence[str], limit: int) -> str:
    return next((text for source in sources for value in source if (text := plain_text(value, limit))), "")


def _image(articles: Sequence[Thing], markup: Markup) -> str | None:
    for thing in articles:
        address = markup.absolute(_image_address(thing.get("image")))
        if address:
            return address
    return next(filter(None, map(markup.absolute, markup.contents("images"))), None)


def _image_address(value: Json) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl")
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, str) else None


def _types(things: Sequence[Thing], markup: Markup) -> tuple[str, ...]:
    named = read_types(things[0]) if things else []
    return tuple(dict.fromkeys(plain_text(name, 100) for name in (*named, *markup.contents("types"))))[:_MOST_TYPES]


def _keywords(articles: Sequence[Thing], markup: Markup) -> tuple[str, ...]:
    texts = list(_texts(articles[:1], "keywords")) or markup.contents("keywords")
    words = (
        plain_text(word, _NAME_LENGTH)
        for text in texts
        for word in text[:_SUMMARY_LENGTH].replace("、", ",").split(",")
    )
    return tuple(dict.fromkeys(filter(None, words)))[:_MOST_KEYWORDS]


def _is_paywalled(things: Sequence[Thing], markup: Markup) -> bool | None:
    for thing in things:
        free = str(thing.get("isAccessibleForFree")).lower().rsplit("/", 1)[-1]
        if free in ("true", "false"):
            return free == "false"
    tier = _first(markup.contents("tiers"), limit=50).lower()
    return {"free": False, "metered": True, "locked": True}.get(tier)


def _article_markup(articles: Sequence[Thing], markup: Markup) -> tuple[str, ...]:
    marks = [f"json-ld {name}" for thing in articles[:1] for name in read_types(thing)]
    marks += [f"og:type {kind}" for kind in markup.contents("types") if kind.strip().lower() in ("article", "news")]
    if "articlepublishedtime" in markup.metas:
        marks.append("article:published_time")
    return tuple(plain_text(mark, 100) for mark in marks)
