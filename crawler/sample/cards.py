"""Make the cards of related-article blocks, with the addresses that they link to."""

import dataclasses
from collections.abc import Mapping

from crawler.sample.content import TEMPLATES_WITHOUT_PICTURE, Address, Article, Content, SiteName
from crawler.sample.page_dates import visible_date

Bases = Mapping[SiteName, str]


@dataclasses.dataclass(frozen=True, slots=True)
class SampleCard:
    """A card as shown on the page.

    ``href`` is what the page links to, ``url`` the same without fragment and trackers. ``title`` and ``summary`` are
    "" where the card does not show them. ``target`` is the canonical address of the article behind it, None where
    there is none; ``is_edge`` is false for what no http(s) request could be made of. ``label`` (a section), ``day`` and
    ``date`` are the small print under the second site's cards.
    """

    href: str
    url: str
    title: str
    summary: str
    language: str
    target: str | None
    is_edge: bool
    picture: str
    alt: str
    label: str = ""
    day: str = ""
    date: str = ""


def article_url(content: Content, key: str, bases: Bases) -> str:
    """Return the address under which the article is stored.

    It is its own, or the original's of an exact copy, or its first page's.
    """
    article = content.articles[key]
    original = article.copy_of or article.page_of
    return article_url(content, original, bases) if original else page_url(article, bases)


def page_url(article: Article, bases: Bases) -> str:
    """Return the article page's own absolute address."""
    return bases[article.site] + article.path


def address_url(address: Address, bases: Bases) -> str:
    """Return the absolute form of a planted address."""
    return bases[address.site] + address.path if address.site else address.url


def picture_url(article: Article, bases: Bases) -> str:
    """Return the address of the article's picture; "" if it has none."""
    return "" if article.template in TEMPLATES_WITHOUT_PICTURE else f"{bases[article.site]}/img/{article.key}.png"


def cards_of(content: Content, key: str, bases: Bases) -> tuple[SampleCard, ...]:
    """Return the related block of an article's page, in order."""
    return tuple(
        _address_card(content, content.addresses[to], shows, bases)
        if to in content.addresses
        else _article_card(content, content.articles[to], shows, link, bases)
        for to, shows, link in content.cards[key]
    )


def _article_card(content: Content, article: Article, shows: str, link: str, bases: Bases) -> SampleCard:
    href, url = _hrefs(content, article, link)
    base = bases[article.site]
    picture = picture_url(article, bases) if shows == "picture" else ""
    return SampleCard(
        href=base + href,
        url=base + url,
        title="" if shows == "summary" else article.title,
        summary="" if shows == "title" else article.lead,
        language=article.language,
        target=article_url(content, article.key, bases),
        is_edge=True,
        picture=picture,
        alt=article.alt if picture else "",
        label=article.section,
        day=article.published[:10] if article.section else "",
        date=visible_date(article) if article.section else "",
    )


def _address_card(content: Content, address: Address, shows: str, bases: Bases) -> SampleCard:
    url = address_url(address, bases)
    return SampleCard(
        href=url,
        url=url,
        title="" if shows == "summary" else address.title,
        summary="" if shows == "title" else address.summary,
        language=address.language,
        target=article_url(content, address.article, bases) if address.article else None,
        is_edge=address.outcome != "no_edge",
        picture="",
        alt="",
    )


def _hrefs(content: Content, article: Article, link: str) -> tuple[str, str]:
    """Return the path as the card links to it, and the same path cleaned."""
    if link == "amp":
        return article.amp_path, article.amp_path
    if link == "print":
        return article.print_path, article.print_path
    if link == "reordered":
        path, _, query = article.path.partition("?")
        *others, last = query.split("&")
        tracked = "&".join([last, "utm_source=related", *others])
        return f"{path}?{tracked}#top", f"{path}?{'&'.join([last, *others])}"
    if link:
        return f"{article.path}{'&' if '?' in article.path else '?'}{content.links[link]}", article.path
    return article.path, article.path
