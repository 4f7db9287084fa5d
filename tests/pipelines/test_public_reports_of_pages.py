"""Read texts, authors and titles of pages of the kinds that public reports name (docs/public-reports.md)."""

import datetime
import json

import pytest

from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from storage.reading import Reading

URL = "https://a.example/news/2026/11/20/quillstone-council-closes-pool"
NOW = datetime.datetime(2026, 11, 24, 3, 0, tzinfo=datetime.UTC)
TITLE = "Quillstone council closes old swimming pool"
LINES = [
    "The council of Quillstone decided on Monday to close the old swimming pool at the end of next year.",
    "Repairs would have cost 17.7 million pounds, according to a report that was published in March.",
    "Residents had collected more than three thousand signatures for a further hearing in the town hall.",
    "“We will look for another place as soon as the budget is settled,” said the mayor, Nora Whitcombe.",
    "The pool was opened in 1967 and counts some 80,000 visitors a year, most of them from schools nearby.",
    "A new bus line will connect the district with the baths of Lindmere from the autumn onwards.",
]
CHINESE = [
    "湖北省图书馆昨天宣布，新馆将于明年春天开放，预计每年接待读者三十万人次，市民可以免费办理借书证。",
    "馆长表示，新馆设有儿童阅览室和二十四小时自习室，周末还将举办讲座，欢迎附近的学校组织学生参观。",
    "市政府为新馆投入了五亿元，其中三分之一来自企业捐款，工程从前年夏天开始，目前已经基本完成。",
]


def read(body: str, head: str = "", title: str = TITLE, language: str = "en") -> Reading:
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title><meta property='
        f'"article:published_time" content="2026-11-20T09:00:00Z"><meta property="og:type" content="article">{head}'
        f"</head><body>{body}</body></html>"
    )
    return read_page(RawPage(URL, URL, html.encode(), 200, NOW, (("content-type", "text/html"),)))


def paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def article(inner: str) -> str:
    return f"<article><h1>{TITLE}</h1>{inner}</article>"


FIRST, LAST = paragraphs(LINES[:3]), paragraphs(LINES[3:])
KNOBS = (
    "If the left knob turns at <i>r</i>, the middle one turns at <i>3r</i> and the right one at <b>another</b> rate."
)
CELLS = "<table><tr><th>Pool</th></tr><tr><td><a href='/1'>Baths of Lindmere</a></td><td>stay open</td></tr></table>"
COOKIES = "<p>Wij maken gebruik van cookies om u een optimale ervaring te bieden. Klik op akkoord.</p>"
PREVIEWS = (
    "<ul class='post-previews'><li class='post-preview'><h4><a href='/blog/2018/02/walk'>Invitation to walks for all"
    "</a></h4><p class='post-excerpt'>We met in the town hall with tools.</p></li><li class='post-preview'><h4>"
    "<a href='/blog/2018/02/letter'>Letter to the members</a></h4><p>Filters are a danger for us all.</p></li></ul>"
)
CAPTION = (
    "<p class='image-credit-wrap'><span class='cutline js-caption'>In 1992 the department counted all swimmers.</span>"
    "<span class='credit'>(Photo: Mike Roe, AP)</span></p>"
)


@pytest.mark.parametrize(
    ("body", "kept", "removed"),
    [
        (  # adbar/trafilatura#890
            f"<table><tr><td><a href='/'>Home</a></td><td><h1>{TITLE}</h1>{FIRST}<p>{KNOBS}{LAST}</td></tr></table>",
            "the middle one turns at 3r and the right one at another rate",
            "",
        ),
        (article(FIRST + LAST + CELLS), "Baths of Lindmere", ""),  # adbar/trafilatura#76
        (  # adbar/trafilatura#43
            f"<main><h1>{TITLE}</h1>{FIRST}<div class='text-image'><p><b>Not for:</b></p><ul><li>pools up to five "
            f"years old</li><li>private baths</li></ul></div>{LAST}</main>",
            "private baths",
            "",
        ),
        (  # mozilla/readability#333, #286, #692, chaowentan/Purify#3
            f"<div><h1>{TITLE}</h1><div class='lead'><p>{LINES[0]}</p></div><hr><div>{FIRST}{LAST}</div></div>",
            LINES[0],
            "",
        ),
        (article(FIRST + CAPTION + LAST), LINES[3], "counted all swimmers"),  # mozilla/readability#125
        (article(f"{FIRST}<blockquote>{LINES[3]}</blockquote>{LAST}"), LINES[3], ""),  # Tjatse/node-readability#10
        (f"<div class='cookie-wall'>{COOKIES}</div>{article(FIRST + LAST)}", LINES[5], "cookies"),  # wallabag#2428
        (article(FIRST + LAST) + PREVIEWS, LINES[5], "with tools"),  # wallabag/wallabag#3601
        (f"<div id='storytext'><h1>{TITLE}</h1>{FIRST}{LAST}</div>", LINES[5], ""),  # wallabag/wallabag#3136
    ],
)
def test_the_text_is_the_articles(body: str, kept: str, removed: str) -> None:
    reading = read(body)
    assert reading.is_article
    assert kept in reading.text
    assert not removed or removed not in reading.text


@pytest.mark.parametrize(
    "name",
    [
        "ad",
        "ads",
        "advertisement",
        "adsense",
        "google-ad",
        "sponsored-content",
        "promo-box",
        "ad-slot",
        "textAd",
        "c-adUnit",
    ],
)
def test_named_advertisements_are_no_text(name: str) -> None:  # thomastuts/article-extractor#1, adbar/trafilatura#520
    text = read(article(f"{FIRST}<div class='{name}'><p>Buy the new Brightway vacuum today</p></div>{LAST}")).text
    assert text.splitlines() == LINES


@pytest.mark.parametrize("name", ["has-ads", "header", "shadow", "lead", "promo-code-story"])
def test_names_that_only_look_like_advertisements_keep_their_text(name: str) -> None:
    text = read(article(f"{FIRST}<div class='{name}'><p>{LINES[3]}</p></div>{paragraphs(LINES[4:])}")).text
    assert text.splitlines() == LINES


def test_breaks_part_paragraphs() -> None:
    assert read(article(f"<p>{'<br><br>'.join(LINES)}</p>")).text.splitlines() == LINES  # DIYgod/RSSHub#18214


JSONLD = '<script type="application/ld+json">{}</script>'


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Jane Roe and Max Mustermann", ("Jane Roe", "Max Mustermann")),
        ("By Jane Roe, Political Correspondent", ("Jane Roe",)),
        ("By Jane Roe for the Daily Example", ("Jane Roe",)),
        ("By Jane Roe jane.roe@a.example @janeroe", ("Jane Roe",)),
        ("Words by Jane Roe; Photographs by Max Muster", ("Jane Roe",)),
        ("By Jane Roe | Updated 20 Nov 2026", ("Jane Roe",)),
    ],
)
def test_a_byline_names_its_authors(byline: str, authors: tuple[str, ...]) -> None:
    assert read(article(f"<p class='byline'>{byline}</p>{FIRST}{LAST}")).authors == authors


def test_authors_of_cards_are_no_authors() -> None:  # codelucas/newspaper#526
    cards = "".join(
        f"<li><a href='/news/{n}'>Another story</a> <span class='byline'>{n} hours ago "
        f"<a href='/author/{n}' rel='author'>Steve Roe {n}</a></span></li>"
        for n in range(2, 5)
    )
    byline = "<div class='byline'>By <a href='/author/d' rel='author'>Devin Coldewey</a></div>"
    assert read(article(byline + FIRST + LAST) + f"<aside><ul>{cards}</ul></aside>").authors == ("Devin Coldewey",)


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ("https://www.facebook.com/janeroe", ()),
        ([{"@type": "Person", "name": ["Jane Roe"]}], ("Jane Roe",)),
        ("<a href='/x'>Jane Roe</a>", ("Jane Roe",)),
        ({"@type": "Person", "givenName": "Jane", "familyName": "Roe"}, ("Jane Roe",)),
        (None, ()),
    ],
)
def test_authors_in_json_ld_are_names(author: object, authors: tuple[str, ...]) -> None:
    thing = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, "author": author})
    assert read(article(FIRST + LAST), JSONLD.format(thing)).authors == authors


def test_chinese_credits_are_read_and_removed() -> None:
    line = "<div class='info'>2026/11/20 9:00:00 来源：新华网 作者：远洋 责编：小丁</div>"
    body = f"<div><h1>湖北省开放新的图书馆</h1>{line}{paragraphs(CHINESE)}<p>（责编：王五、赵六）</p></div>"
    reading = read(body, title="湖北省开放新的图书馆", language="zh")
    assert reading.authors == ("远洋",)  # goose3/goose3#191
    assert "责编" not in reading.text  # flairNLP/fundus#444


@pytest.mark.parametrize(
    ("document_title", "before", "title"),
    [
        (f"{TITLE} - Daily Example", "<header><h1>Daily Example</h1></header>", TITLE),
        ("Pool &amp;amp; baths close &amp;#8211; says council", "", "Pool & baths close – says council"),
        ("Pool — the last one — closes in Quillstone", "", "Pool — the last one — closes in Quillstone"),
    ],
)
def test_a_title_is_the_headline(document_title: str, before: str, title: str) -> None:
    assert read(f"{before}<article>{FIRST}{LAST}</article>", title=document_title).title == title


@pytest.mark.parametrize(
    ("head", "before", "moment"),
    [
        (
            '<meta name="dc.date" content="2023-01-02">',
            "<p>Accepted: 16 December 2022</p>",
            "2023-01-02",
        ),  # newspaper4k#575
        (
            "",
            "<p>Received: 1 June 2022</p><p>Accepted: 16 December 2022</p><p>Published: 02 January 2023</p>",
            "2023-01-02",
        ),
        ('<meta property="article:published_time" content="0001-01-01T00:00:00Z">', "", "2026-11-20"),
        ('<meta property="article:published_time" content="1970-01-01T00:00:00Z">', "", "2026-11-20"),
    ],
)
def test_the_date_is_that_of_publication(head: str, before: str, moment: str) -> None:
    html = (
        f"<html lang='en'><head><title>{TITLE}</title>{head}</head><body>{article(before + FIRST + LAST)}</body></html>"
    )
    url = URL if not before else "https://a.example/articles/quillstone-council-closes-old-pool"
    reading = read_page(RawPage(url, url, html.encode(), 200, NOW, (("content-type", "text/html"),)))
    assert reading.published_at is not None
    assert reading.published_at.date().isoformat() == moment


@pytest.mark.parametrize(
    "body",
    [  # mozilla/readability#744, #926, ZachSaucier/Just-Read#445
        "<story-page><template shadowrootmode='open'>{}</template></story-page>",
        "<story-page><template shadowrootmode='closed'>{}</template></story-page>",
        "<story-page><template shadowroot='open'>{}</template></story-page>",
        "<a-page><template shadowrootmode='open'><b-page><template shadowrootmode='open'>{}</template></b-page>"
        "</template></a-page>",
        "<story-page><template shadowrootmode='open'><style>p{{margin:0}}</style><slot name='x'></slot>{}</template>"
        "</story-page>",
    ],
)
def test_words_in_a_declarative_shadow_root_are_the_pages(body: str) -> None:
    reading = read(body.format(article(FIRST + LAST)))
    assert reading.is_article
    assert reading.text.split("\n") == LINES


def test_words_in_a_template_that_no_browser_shows_stay_hidden() -> None:
    reading = read(
        article(FIRST + LAST) + "<template><p>A card for scripts to fill in, with some words.</p></template>"
    )
    assert reading.text.split("\n") == LINES


@pytest.mark.parametrize(
    "mark", ["\u00ad", "\u200b", "\u2060", "\ufeff", "\u200e", "&shy;", "&#8203;", "&ZeroWidthSpace;"]
)
def test_characters_that_nobody_sees_are_no_part_of_the_text(mark: str) -> None:
    """adbar/trafilatura#43, yfedoseev/pdf_oxide#1412: a word cannot be found that holds one."""
    hidden = LINES[0].replace(" ", f"{mark} ", 3)
    hidden = hidden[:2] + mark + hidden[2:]
    assert read(article(paragraphs([hidden, *LINES[1:]]))).text.split("\n") == LINES
