"""JSON-LD as it is found: commented, broken, about other pages, hostile."""

import json

import pytest

from tests.support.metadata_pages import ADDRESS, declared, page, utc

ARTICLE = {"@type": "NewsArticle", "headline": "Ferries return", "datePublished": "2026-10-05T14:30:00+09:00"}
TEXT = json.dumps(ARTICLE)


@pytest.mark.parametrize(
    "script",
    [
        TEXT,
        f"<!-- {TEXT} -->",
        f"//<![CDATA[\n{TEXT}\n//]]>",
        f"/*<![CDATA[*/{TEXT}/*]]>*/",
        f"{TEXT};",
        f"{TEXT}\n{{}}",
        f"\ufeff{TEXT}",
        f"[null, [{TEXT}], 3]",
        TEXT.replace("}", ",}"),
        TEXT.replace("Ferries return", "Ferries\nreturn"),
        TEXT.replace('"', "&quot;"),
        json.dumps({"@graph": [{"@type": "WebSite"}, {"mainEntity": ARTICLE}]}),
    ],
)
def test_lenient_reading_finds_the_article(script: str) -> None:
    html = page(head=f'<script type="application/ld+json">{script}</script>')
    assert declared(html).title == "Ferries return"
    assert declared(html).published_at == utc(2026, 10, 5, 5, 30)


def test_a_broken_script_does_not_hide_the_next_one() -> None:
    html = page(head='<script type="application/ld+json">{"a": oops</script>', jsonld=ARTICLE)
    assert declared(html).title == "Ferries return"


def test_dates_are_saved_from_a_script_that_a_bare_quote_breaks() -> None:
    script = '{"@type": "NewsArticle", "headline": "The "new" pier", "datePublished": "2026-10-05T14:30:00+09:00"}'
    html = page(head=f'<script type="application/ld+json">{script}</script>', body="<h1>The &quot;new&quot; pier</h1>")
    assert declared(html).published_at == utc(2026, 10, 5, 5, 30)
    assert declared(html).title == 'The "new" pier'


def test_related_articles_in_jsonld_are_not_this_page() -> None:
    others = [
        {
            "@type": "NewsArticle",
            "headline": f"Other {n}",
            "url": f"https://www.minato.example/o/{n}",
            "author": {"name": "Not Me"},
        }
        for n in range(5)
    ]
    mine = {
        "@type": "NewsArticle",
        "headline": "Ferries return",
        "mainEntityOfPage": {"@id": ADDRESS},
        "author": {"name": "Jane Doe"},
    }
    read = declared(
        page(jsonld=[*others, {"@type": "ItemList", "itemListElement": others}, mine], body="<h1>Ferries return</h1>")
    )
    assert read.title == "Ferries return"
    assert read.authors == ("Jane Doe",)


def test_pages_that_differ_by_their_query_are_different_pages() -> None:
    stories: list[object] = [
        {"@type": "NewsArticle", "headline": f"Story {n}", "url": f"https://www.minato.example/a.cgi?id={n}"}
        for n in range(3)
    ]
    address = "https://www.minato.example/a.cgi?id=2"
    assert declared(page(jsonld=stories), address=address).title == "Story 2"


def test_a_neighbour_alone_is_not_taken_for_this_page() -> None:
    other = {
        "@type": "NewsArticle",
        "headline": "Other",
        "url": "https://www.minato.example/o/1",
        "datePublished": "2020-01-01",
    }
    read = declared(page(jsonld=other, body="<h1>Ferries return</h1><p>2026年10月5日</p>"))
    assert read.title == "Ferries return"
    assert read.published_at == utc(2026, 10, 4, 15)


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"Article","x":' + "[" * 10_000 + "]" * 10_000 + "}",
        '{"a":' * 200_000,
        '{"@type":"Article","x":"' + "y" * 5_000_000 + '"}',
        '{"datePublished":' + "9" * 10_000 + "}",
        "[" + '{"@type":"Article","author":{"@id":"#a"},"@id":"#a"},' * 5_000 + "{}]",
        '{"@type":["Article"],"headline":["a"],"author":[[[null]]],"image":[[[]]],"mainEntityOfPage":[3],"publisher":[1],"@id":{}}',
        "{,,,,}" + ",   " * 50_000,
    ],
    ids=["deep list", "open objects", "5 MB", "huge number", "cycle", "wrong types", "commas"],
)
def test_hostile_jsonld_leaves_the_rest_of_the_page_readable(script: str) -> None:
    html = page(
        head=f'<script type="application/ld+json">{script}</script>', body="<h1>Ferries return to the pier</h1>"
    )
    assert declared(html).title == "Ferries return to the pier"
