"""Render the sample sites' pages from Jinja2 templates."""

import functools
import json
import zlib
from collections.abc import Callable, Mapping

import jinja2
from markupsafe import Markup

from crawler.sample.cards import Bases, cards_of, page_url, picture_url
from crawler.sample.content import Address, Article, Content, Listing, SiteName, Template
from crawler.sample.page_dates import era_date, feed_dates, visible_date

_NAMES = {"mirai": "ミライワイヤー", "harbor": "The Harbor Observer"}
_LIST_TEMPLATES: Mapping[str, Mapping[SiteName, str]] = {
    "section": {"mirai": "mirai_list.html", "harbor": "harbor_list.html"},
    "rss": {"mirai": "rss.xml", "harbor": "rss.xml"},
    "atom": {"mirai": "atom.xml", "harbor": "atom.xml"},
    "sitemap_index": {"mirai": "sitemap_index.xml", "harbor": "sitemap_index.xml"},
    "urlset": {"mirai": "urlset.xml", "harbor": "urlset.xml"},
}


def render_article(content: Content, article: Article, bases: Bases, edition: int, variant: str = "") -> str:
    """Render an article's page.

    ``variant`` is its template, or ``mirai_amp`` or ``mirai_print``.
    """
    words = article.in_edition(edition)
    base = bases[article.site]
    canonical = base + (article.canonical or article.path)
    page = _template(f"{variant or article.template}.html").render(
        article=words,
        base=base,
        canonical=canonical,
        picture=picture_url(article, bases) or f"{base}/img/observer.png",
        alt=article.alt,
        cards=cards_of(content, article.key, bases),
        ranking=_ranking(content, article.site),
        visible_date=visible_date(article),
        era_date=era_date(article),
        json_ld=_json_ld(words, canonical, picture_url(article, bases)),
        edition=edition,
        url_of=lambda key: page_url(content.articles[key], bases),
        c=_class_names(article.template),
    )
    # mirai_a imitates a JavaScript framework: no white space between its tags.
    return page.replace("\n", "") if (variant or article.template) == "mirai_a" else page


def render_listing(content: Content, listing: Listing, kind: str, bases: Bases) -> str:
    """Render a section page, a feed, a sitemap index or its sitemap (``urlset``)."""
    return _template(_LIST_TEMPLATES[kind][listing.site]).render(
        listing_title=listing.title,
        base=bases[listing.site],
        canonical=bases[listing.site] + listing.path,
        child=listing.child,
        items=[_item(content.articles[key], bases) for key in listing.articles],
        ranking=_ranking(content, listing.site),
        c=_class_names("mirai_a"),
    )


def render_home(content: Content, site: SiteName, bases: Bases) -> str:
    """Render a site's home page, which lists all that its section pages list."""
    sections = [listing for listing in content.listings if listing.site == site and listing.kind == "section"]
    keys = tuple(key for listing in sections for key in listing.articles)
    home = sections[0].model_copy(
        update={"path": "/", "title": "トップ" if site == "mirai" else "Today", "articles": keys}
    )
    return render_listing(content, home, "section", bases)


def render_notice(content: Content, site: SiteName, title: str, lines: tuple[str, ...]) -> str:
    """Render a page without an article: an error, a service page, a teaser."""
    return _template(f"{site}_notice.html").render(
        notice_title=title, notice_lines=lines, ranking=_ranking(content, site), c=_class_names("mirai_a")
    )


def notice_of(address: Address) -> tuple[str, tuple[str, ...]]:
    """Return the heading and lines of a planted address's page."""
    if address.answer == "soft404" or address.status in (404, 410):
        if address.site == "harbor":
            return "Page not found", ("The page you are looking for may have been moved or removed.",)
        return "ページが見つかりません", ("お探しのページは移動または削除された可能性があります。",)
    if address.status >= 500:
        return "エラーが発生しました", ("時間をおいて、もう一度お試しください。",)
    return address.title, (address.summary or address.title, "この先は会員だけが読めます。")


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("crawler.sample", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


def _class_names(template: Template) -> Callable[[str], str]:
    """Make class names like those of CSS modules: ``_`` and four random letters or digits."""

    def name(role: str) -> str:
        number = zlib.crc32(f"{template}/{role}".encode())
        return "_" + "".join("abcdefghijklmnopqrstuvwxyz0123456789"[number // 36**place % 36] for place in range(4))

    return name


def _ranking(content: Content, site: SiteName) -> list[Article]:
    return [content.articles[key] for key in content.ranking[site]]


def _item(article: Article, bases: Bases) -> dict[str, str]:
    """Return an article's entry in a listing."""
    rfc2822, iso = feed_dates(article)
    return {
        "path": article.path,
        "title": article.title,
        "lead": article.lead,
        "picture": picture_url(article, bases),
        "date": visible_date(article),
        "rfc2822": rfc2822,
        "iso": iso,
    }


def _json_ld(article: Article, canonical: str, picture: str) -> Markup:
    """Return schema.org's NewsArticle as text for a script element."""
    table = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": canonical},
        "headline": article.title,
        "description": article.lead,
        "datePublished": article.published,
        "dateModified": article.modified or article.published,
        "author": [{"@type": "Person", "name": name} for name in article.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": _NAMES[article.site]},
    }
    if picture:
        table["image"] = [picture]
    return Markup(json.dumps(table, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - "<" is escaped
