"""Compute what a crawl of the sample sites must find, from their content."""

import collections
import dataclasses
import datetime
from typing import Literal

from crawler.sample.cards import Bases, address_url, article_url, cards_of, page_url, picture_url
from crawler.sample.content import Article, Content, Outcome, SiteName, parse_time


@dataclasses.dataclass(frozen=True, slots=True)
class TruthEdit:
    """An article's own words after the edit (edition 2).

    ``modified_at`` is aware and UTC.
    """

    title: str
    text: str
    modified_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class TruthArticle:
    """One distinct article.

    ``text`` has a paragraph a line, the visible lead first; times are aware and UTC.
    """

    key: str
    url: str
    source: SiteName
    language: str
    title: str
    text: str
    summary: str
    authors: tuple[str, ...]
    published_at: datetime.datetime | None
    published_precision: Literal["instant", "day"] | None
    image_url: str | None
    edit: TruthEdit | None


@dataclasses.dataclass(frozen=True, slots=True)
class TruthEdge:
    """One related link.

    ``position`` counts from 1; ``target`` is the canonical address of the article behind it.

    ``page_url`` is the declaring page's canonical address, ``article_url`` that of the article it holds (the same,
    but for exact copies). ``url`` is the card's address without fragment and trackers, parameters in page order.
    """

    page_url: str
    article_url: str
    position: int
    url: str
    title: str
    summary: str
    language: str
    target: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class TruthCopy:
    """Another page of an article: ``url`` on the same host, ``exact`` on the other.

    The page that is stored first is the article, the other the copy. The main site's is on a start
    page, the other two links away from one.
    """

    url: str
    article_url: str
    kind: Literal["url", "exact"]
    source: SiteName


@dataclasses.dataclass(frozen=True, slots=True)
class TruthAddress:
    """An address that is no article's own, and its outcome with a word of the reason.

    ``status`` is what the server answers itself, 0 where it is outside of the sample. ``linked`` is false where the
    address is met only as a redirect's target, and so has no outcome of its own.
    """

    url: str
    source: SiteName | None
    outcome: Outcome
    reason: str
    status: int
    article_url: str | None = None
    linked: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Truth:
    """What a crawl of both sites must find, three links deep from all starts."""

    articles: tuple[TruthArticle, ...]
    edges: tuple[TruthEdge, ...]
    copies: tuple[TruthCopy, ...]
    addresses: tuple[TruthAddress, ...]
    furniture_changes: tuple[str, ...]

    def article(self, key: str) -> TruthArticle:
        """Return the article of that key. Raises ``KeyError``."""
        return {article.key: article for article in self.articles}[key]

    def languages(self) -> dict[str, int]:
        """Count distinct articles by language."""
        return dict(collections.Counter(article.language for article in self.articles))

    def copies_by_kind(self) -> dict[str, int]:
        """Count copies by kind."""
        return dict(collections.Counter(copy.kind for copy in self.copies))

    def outcomes(self) -> dict[str, int]:
        """Count addresses that are no article's own, by outcome."""
        return dict(collections.Counter(address.outcome for address in self.addresses))


def compute_truth(content: Content, bases: Bases) -> Truth:
    """Compute the truth with the addresses of a running pair of sites."""
    pages = content.articles.values()
    return Truth(
        articles=tuple(_article(content, one, bases) for one in pages if not (one.copy_of or one.page_of)),
        edges=tuple(edge for article in pages for edge in _edges(content, article, bases)),
        copies=tuple(copy for article in pages for copy in _copies(content, article, bases)),
        addresses=(*_planted(content, bases), *_start_pages(content, bases)),
        furniture_changes=tuple(page_url(article, bases) for article in pages if article.ticker),
    )


def _article(content: Content, article: Article, bases: Bases) -> TruthArticle:
    edited = article.in_edition(2)
    later = [one.text for one in content.articles.values() if one.page_of == article.key]
    return TruthArticle(
        key=article.key,
        url=page_url(article, bases),
        source=article.site,
        language=article.language,
        title=article.stored_title or article.title,
        text="\n".join([article.text, *later]),
        summary=article.lead,
        authors=article.authors,
        published_at=parse_time(article.published),
        published_precision=article.published_precision,
        image_url=picture_url(article, bases) or None,
        edit=TruthEdit(edited.title, edited.text, parse_time(edited.modified)) if article.edition2 else None,
    )


def _edges(content: Content, article: Article, bases: Bases) -> list[TruthEdge]:
    cards = [card for card in cards_of(content, article.key, bases) if card.is_edge]
    return [
        TruthEdge(
            page_url=page_url(article, bases),
            article_url=article_url(content, article.key, bases),
            position=position,
            url=card.url,
            title=card.title,
            summary=card.summary,
            language=card.language,
            target=card.target,
        )
        for position, card in enumerate(cards, start=1)
    ]


def _copies(content: Content, article: Article, bases: Bases) -> list[TruthCopy]:
    stored = article_url(content, article.key, bases)
    others = [path for path in (article.amp_path, article.print_path) if path]
    copies = [TruthCopy(bases[article.site] + path, stored, "url", article.site) for path in others]
    if article.page_of:
        copies.append(TruthCopy(page_url(article, bases), stored, "url", article.site))
    if article.copy_of:
        copies.append(TruthCopy(page_url(article, bases), stored, "exact", article.site))
    return copies


def _planted(content: Content, bases: Bases) -> list[TruthAddress]:
    return [
        TruthAddress(
            url=address_url(address, bases),
            source=address.site,
            outcome=address.outcome,
            reason=address.reason,
            status=address.status if address.site else 0,
            article_url=article_url(content, address.article, bases) if address.article else None,
            linked=address.linked,
        )
        for address in content.addresses.values()
        if address.answer != "section"
    ]


def _start_pages(content: Content, bases: Bases) -> list[TruthAddress]:
    pages = [(listing, path) for listing in content.listings for path in (listing.path, listing.child) if path]
    return [
        TruthAddress(bases[listing.site] + path, listing.site, "not_article", listing.kind, 200)
        for listing, path in pages
    ]
