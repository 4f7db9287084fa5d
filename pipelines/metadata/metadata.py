"""Read an article's metadata: title, authors, dates, lead, image, access."""

import dataclasses
import datetime
import itertools
import re
import urllib.parse
import zoneinfo
from collections.abc import Sequence

import lxml.html

from pipelines.addresses.normalize import address_key, registered_domain
from pipelines.dates.parse import Precision, is_believable
from pipelines.html.plain_text import letters, plain_text
from pipelines.html.tag_index import TagIndex
from pipelines.metadata.authors import choose_authors
from pipelines.metadata.bylines import (
    jsonld_credits,
    labelled_credits,
    markup_credits,
    meta_credits,
    opening_credits,
    printed_credits,
)
from pipelines.metadata.declared import (
    NAME_LENGTH,
    SUMMARY_LENGTH,
    article_markup,
    first_text,
    image_address,
    is_paywalled,
    keywords_of,
    publisher_names,
    texts_of,
    type_names,
)
from pipelines.metadata.jsonld import Thing, index_by_id, is_article, page_things, read_jsonld, read_types
from pipelines.metadata.meta_tags import Markup, meta_name, read_markup
from pipelines.metadata.near_headline import NearHeadline, headline_element, visible_pieces
from pipelines.metadata.publication_date import Publication, read_publication
from pipelines.metadata.titles import TITLE_LENGTH, choose_title
from storage.scripts import KANA

# Shorter ones are sections and labels.
_HEADLINE_LENGTH = 8
_KANA = re.compile(f"[{KANA}]")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclasses.dataclass(frozen=True, slots=True)
class Metadata:
    """Plain, bounded strings, "" where the page gives none.

    Times are aware and UTC, addresses absolute. ``published_source`` and ``published_precision`` show how far to trust
    the time, ``zone_assumed`` that the page names no zone of ``published_at``.

    ``types`` are the ``@type`` of the page's main thing in JSON-LD and ``og:type``. ``article_markup`` lists
    the markup that marks an article. ``is_paywalled`` is None where the page does not say. ``is_title_declared`` says
    that a heading, JSON-LD or a meta tag has the title, and not the document's title alone. ``is_home`` says that the
    page calls itself the site's home page.
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
    open_graph_address: str | None = None
    alternates: tuple[str, ...] = ()
    declared_language: str | None = None
    types: tuple[str, ...] = ()
    site_name: str = ""
    section: str = ""
    keywords: tuple[str, ...] = ()
    is_paywalled: bool | None = None
    article_markup: tuple[str, ...] = ()
    is_title_declared: bool = False
    is_home: bool = False

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
    tags: TagIndex, page_url: str, fetched_at: datetime.datetime, timezone: zoneinfo.ZoneInfo
) -> Metadata:
    """Read all metadata: JSON-LD first, then markup, then words near the headline.

    ``page_url`` is the address that answered, ``fetched_at`` is aware. ``timezone`` is for times that name no zone. The
    tree is not changed. Never raises for any page.
    """
    page = _collect(tags, page_url)
    markup, articles = page.markup, page.articles
    jsonld = jsonld_credits(page.things, dict(index_by_id(page.everything)))
    shown = itertools.chain(
        meta_credits(markup),
        markup_credits(tags, markup),
        printed_credits(page.near),
        opening_credits(tags),
        labelled_credits(tags),
    )
    when = read_publication(tags, page.things, markup, page.near, page_url, fetched_at, timezone)
    undated = Metadata(
        title=page.title,
        authors=choose_authors(itertools.chain([jsonld], shown), page.sites, page.host),
        summary=first_text(texts_of(articles, "description"), markup.contents("summaries"), limit=SUMMARY_LENGTH),
        image_url=image_address(articles, markup),
        declared_canonical=page.canonical,
        open_graph_address=None if page.canonical else _other_open_graph_address(markup, page_url),
        alternates=tuple(dict.fromkeys(filter(None, [_link(markup, "amphtml")]))),
        declared_language=plain_text(tags.tree.get("lang") or tags.tree.get(_XML_LANG), 35) or None,
        types=type_names(page.things, markup),
        site_name=next(filter(None, page.sites), ""),
        section=first_text(texts_of(articles, "articleSection"), markup.contents("sections"), limit=NAME_LENGTH),
        keywords=keywords_of(articles, markup),
        is_paywalled=is_paywalled(page.things, markup),
        article_markup=article_markup(articles, markup),
        is_title_declared=any(letters(page.title) in letters(each) for each in page.titles),
        is_home=_is_home(markup, page.canonical, page_url),
    )
    return undated.dated_as(_times(when))


def read_times(tags: TagIndex, page_url: str, fetched_at: datetime.datetime, timezone: zoneinfo.ZoneInfo) -> Metadata:
    """Read the times of publication and change alone, as :func:`read_metadata` does."""
    page = _collect(tags, page_url)
    return _times(read_publication(tags, page.things, page.markup, page.near, page_url, fetched_at, timezone))


def _times(when: Publication) -> Metadata:
    return Metadata(
        published_at=when.published.moment if when.published else None,
        published_precision=when.published.precision if when.published else None,
        published_source=when.source,
        zone_assumed=when.published is not None and not when.published.has_zone,
        modified_at=when.modified.moment if when.modified else None,
        modified_precision=when.modified.precision if when.modified else None,
        modified_source=when.modified_source,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Collected:
    """What a page says of itself by its tags and JSON-LD, and around its headline.

    ``titles`` are those of JSON-LD's articles, headings and meta tags; ``sites`` the site's names.
    """

    markup: Markup
    everything: Sequence[Thing]
    canonical: str | None
    things: Sequence[Thing]
    articles: Sequence[Thing]
    sites: Sequence[str]
    host: str
    titles: Sequence[str]
    title: str
    near: NearHeadline


def _collect(tags: TagIndex, page_url: str) -> _Collected:
    markup = read_markup(tags, page_url)
    everything = read_jsonld(markup.scripts)
    canonical = _link(markup, "canonical")
    metas = [plain_text(title, TITLE_LENGTH) for title in markup.contents("titles")]
    heads = _headings(tags, markup, metas)
    addresses = [page_url, canonical or "", *markup.contents("urls")]
    things = page_things(everything, addresses, [*heads, *metas, markup.document_title])
    articles = [thing for thing in things if is_article(thing)]
    sites = [plain_text(name, NAME_LENGTH) for name in (*markup.contents("sites"), *publisher_names(everything))]
    headed = [(text, thing) for thing in articles if (text := plain_text(thing.get("headline"), TITLE_LENGTH))]
    headlines = [text for text, _ in headed]
    is_news = any("news" in kind.lower() for _, thing in headed[:1] for kind in read_types(thing))
    host = urllib.parse.urlsplit(page_url).hostname or ""
    title = choose_title(headlines, heads, metas, markup.document_title, sites, host, is_news=is_news)
    near = NearHeadline(headline_element(tags, markup, title))
    titles = (*headlines, *heads, *metas)
    return _Collected(markup, everything, canonical, things, articles, sites, host, titles, title, near)


def likely_languages(tags: TagIndex) -> list[str]:
    """Return the languages that a page declares, those with a region first.

    A page with kana in its title is Japanese before all, whatever it declares: templates declare their own language.
    """
    locales = (tag.get("content") for tag in tags.tagged("meta") if tag.get("property") == "og:locale")
    declared = [name for name in (tags.tree.get("lang"), *itertools.islice(locales, 1)) if name]
    return [*(["ja"] if _KANA.search(tags.title[:TITLE_LENGTH]) else []), *sorted(declared, key=len, reverse=True)]


def _headings(tags: TagIndex, markup: Markup, metas: Sequence[str]) -> list[str]:
    """Return the page's h1s; where its titles confirm none but a logo, and an h2, this one too."""
    found = [one for one in markup.headings[:20] if not _is_home_link(one, markup)]
    heads = [" ".join(visible_pieces(heading, TITLE_LENGTH)) for heading in found]
    title_letters = " ".join(map(letters, (*metas, markup.document_title)))
    if any(
        head and letters(head) in title_letters and not _is_home_link(one, markup)
        for one, head in zip(found, heads, strict=True)
    ):
        return heads
    lower = (" ".join(visible_pieces(one, TITLE_LENGTH)) for one in tags.tagged("h2")[:100])
    return heads + [head for head in lower if len(head) >= _HEADLINE_LENGTH and letters(head) in title_letters][:1]


def _is_home_link(heading: lxml.html.HtmlElement, markup: Markup) -> bool:
    """Tell whether a heading is or holds a link to the site's home page, as logos do."""
    links = itertools.chain(heading.iter("a"), heading.iterancestors("a"))
    address = next((markup.absolute(link.get("href")) for link in itertools.islice(links, 1)), None)
    return address is not None and urllib.parse.urlsplit(address).path in ("", "/")


def _other_open_graph_address(markup: Markup, page_url: str) -> str | None:
    """Return ``og:url`` of a page without ``rel=canonical``.

    None where it only spells the page's own address in another way. By the Open Graph protocol it is the canonical
    address, but templates give the home page or ``http://``.
    """
    named = _open_graph_address(markup)
    return None if named is None or address_key(named) == address_key(page_url) else named


def _open_graph_address(markup: Markup) -> str | None:
    return next(filter(None, map(markup.absolute, markup.metas.get(meta_name("og:url"), ()))), None)


def _is_home(markup: Markup, canonical: str | None, page_url: str) -> bool:
    """Tell whether a page is the site's home page in place of one that is gone.

    Canonical address and ``og:url`` both are the site's root then, and the page's own address is not. None of 3,020
    annotated pages is so; seven articles among them name the root in one of both.
    """
    is_article = "article" in markup.metas.get(meta_name("og:type"), ())
    domain = registered_domain(page_url)
    return (
        not is_article
        and not _is_root(page_url)
        and all(
            address is not None and registered_domain(address) == domain and _is_root(address)
            for address in (canonical, _open_graph_address(markup))
        )
    )


def _is_root(address: str) -> bool:
    parts = urllib.parse.urlsplit(address)
    return not parts.path.strip("/") and not parts.query


def _link(markup: Markup, relation: str) -> str | None:
    for link in markup.links:
        if relation in (link.get("rel") or "").lower().split():
            address = markup.absolute(link.get("href"))
            if address:
                return address
    return None
