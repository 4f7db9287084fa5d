"""Addresses, lead, image, section, paywall, and pages that mean harm."""

import pytest

from tests.support.metadata_pages import declared, page


def test_addresses_are_absolute_against_the_base() -> None:
    head = (
        '<base href="https://cdn.minato.example/x/"><link rel="canonical" href="../n/1?a=b">'
        '<link rel="amphtml" href="/amp/n/1">'
        '<meta property="og:image" content="harbour.jpg">'
    )
    read = declared(page(head=head))
    assert read.declared_canonical == "https://cdn.minato.example/n/1?a=b"
    assert read.alternates == ("https://cdn.minato.example/amp/n/1",)
    assert read.image_url == "https://cdn.minato.example/x/harbour.jpg"


@pytest.mark.parametrize("href", ["", "http://[bad", "javascript:alert(1)", "mailto:a@b.example", "data:text/html,x"])
def test_addresses_that_lead_nowhere_are_none(href: str) -> None:
    tags = f'<link rel="canonical" href="{href}"><base href="http://[bad"><meta property="og:image" content="{href}">'
    read = declared(page(head=tags))
    assert read.declared_canonical is None
    assert read.image_url is None


def test_what_the_article_declares_is_read() -> None:
    jsonld = {
        "@type": "NewsArticle",
        "headline": "Ferries return",
        "description": "The old pier &amp;amp; its ferries.",
        "articleSection": ["Local", "Transport"],
        "keywords": "ferry, pier, ferry",
        "image": [{"@type": "ImageObject", "url": "/i/ferry.jpg"}],
        "isAccessibleForFree": "False",
        "publisher": {"@type": "Organization", "name": "Harbour Post"},
    }
    read = declared(page(jsonld=jsonld, head='<meta property="og:type" content="article">', lang="en-GB"))
    assert read.summary == "The old pier & its ferries."
    assert read.section == "Local"
    assert read.keywords == ("ferry", "pier")
    assert read.image_url == "https://www.minato.example/i/ferry.jpg"
    assert read.is_paywalled is True
    assert read.site_name == "Harbour Post"
    assert read.types == ("NewsArticle", "article")
    assert read.declared_language == "en-GB"
    assert read.has_article_markup


@pytest.mark.parametrize(
    ("head", "paywalled"),
    [
        ("", None),
        ('<meta property="article:content_tier" content="free">', False),
        ('<meta property="article:content_tier" content="locked">', True),
    ],
)
def test_a_paywall_is_told_only_where_the_page_tells_it(head: str, paywalled: bool | None) -> None:
    assert declared(page(head=head)).is_paywalled is paywalled


def test_a_page_that_says_nothing_is_no_article() -> None:
    read = declared(page())
    assert read.title == read.summary == read.site_name == ""
    assert not read.has_article_markup


@pytest.mark.parametrize(
    "html",
    [
        "<div class='author'>" * 20_000,
        "<h1>a</h1>" + "<time datetime='x'>1</time>" * 20_000,
        "<h1 class='" + "byline " * 50_000 + "'>t</h1>",
        "".join(f"<meta name='m{n}' content='x'>" for n in range(20_000)),
        '<meta name="author" content="' + "a, " * 100_000 + '">',
        '<span class="byline">' + "（" * 190 + "</span>",
        "<h1>" + "2026-" * 100_000,
        "<div itemprop=author><i itemprop=name>" * 300 + "a b " * 100_000,
        "<h2><div>" * 300 + "a b " * 100_000,
        "<title>\x00\x1f</title><h1>&#xD800;</h1>",
    ],
)
def test_hostile_pages_are_read_to_the_end(html: str) -> None:
    read = declared(page(body=html))
    assert len(read.title) <= 2_000
    assert len(read.authors) <= 20
