"""From a page's bytes to the article's own words, or the reason why there are none."""

import datetime
import hashlib
import json
import zlib

import pytest

from pipelines.extraction import extract
from pipelines.raw_page import RawPage
from pipelines.read_page import MAX_HTML, read_page
from storage.reading import Reading
from tests.support.article_pages import BODY, MORE, NIHONGO, URL, html, paragraphs

NOW = datetime.datetime(2026, 8, 14, 6, tzinfo=datetime.UTC)
RANDOM = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(200))


def article(main: str, head: str = "") -> Reading:
    marks = (
        '<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-08-14T09:00:00+09:00">'
    )
    return extract(html(f"<main><h1>Rice harvest begins</h1>{main}</main>", marks + head), URL)


def test_an_article_is_its_paragraphs_and_nothing_else() -> None:
    reading = article(f'<div class="text">{paragraphs(BODY)}</div>')
    assert (reading.kind, reading.is_article, reading.reason) == ("article", True, "")
    assert reading.text.split("\n") == BODY
    assert (reading.title, reading.language) == ("Rice harvest begins", "en")
    assert reading.published_at == datetime.datetime(2026, 8, 14, tzinfo=datetime.UTC)
    assert reading.extractor_version.partition("+")[2].startswith("trafilatura-")


def test_a_japanese_article_is_read_in_its_own_encoding() -> None:
    page = html(f"<main><h1>稲刈り始まる</h1><div>{paragraphs(NIHONGO)}</div></main>", title="稲刈り始まる")
    reading = extract(page.decode().replace("utf-8", "Shift_JIS").encode("cp932", "replace"), URL)
    assert reading.text.split("\n") == NIHONGO
    assert (reading.language, reading.encoding, reading.is_article) == ("ja", "cp932", True)


RUBY = {
    "plain": "<ruby>農協<rt>のうきょう</rt></ruby>",
    "brackets": "<ruby>農協<rp>（</rp><rt>のうきょう</rt><rp>）</rp></ruby>",
    "bases": "<ruby><rb>農協</rb><rtc><rt>のうきょう</rt></rtc></ruby>",
    "each": "<ruby>農<rt>のう</rt>協<rt>きょう</rt></ruby>",
    "capitals": "<RUBY>農協<RT>のうきょう</RT></RUBY>",
    "not closed": "<ruby>農協<rp>（<rt>のうきょう<rp>）</ruby>",
}


@pytest.mark.parametrize("ruby", RUBY.values(), ids=RUBY)
def test_readings_beside_the_words_are_no_words(ruby: str) -> None:
    spelt = [line.replace("農協", ruby).replace("農家", "<ruby>農家<rt>のうか</rt></ruby>") for line in NIHONGO]
    reading = extract(
        html(f"<main><h1>{ruby}が稲刈り</h1><div>{paragraphs(spelt)}</div></main>", title="農協が稲刈り"), URL
    )
    assert reading.text.split("\n") == NIHONGO
    assert reading.title == "農協が稲刈り"


def test_a_ruby_that_is_never_closed_takes_nothing_along() -> None:
    lines = [f"<ruby>農協<rt>{NIHONGO[0]}", *NIHONGO[1:], *NIHONGO[:2]]
    assert NIHONGO[2] in extract(html(f"<main><h1>稲刈り</h1>{paragraphs(lines)}</main>"), URL).text


def test_words_in_links_stay_in_their_sentence_with_their_spaces() -> None:
    linked = BODY[0].replace("northern valley", '<a href="/places/valley">northern <b>valley</b></a>')
    assert article(f'<div class="text">{paragraphs([linked, *BODY[1:]])}</div>').text.split("\n") == BODY


def test_lists_and_subheadings_of_the_body_are_kept_in_their_place() -> None:
    items = "<h2>What comes next</h2><ul><li>Prices on Monday, in the hall</li><li>The festival in September</li></ul>"
    body = f"{paragraphs(BODY[:2])}{items}{paragraphs(BODY[2:])}"
    expected = [*BODY[:2], "What comes next", "Prices on Monday, in the hall", "The festival in September", *BODY[2:]]
    assert [line.lstrip("- ") for line in article(f'<div class="text">{body}</div>').text.split("\n")] == expected


@pytest.mark.parametrize("name", ["story-body", "article-body", "text"])
def test_a_body_that_an_advertisement_splits_into_two_containers_is_whole(name: str) -> None:
    box = f'<section><div class="grid"><div class="{name}">{{}}</div></div></section>'
    split = box.format(paragraphs(BODY)) + '<div class="ad">Advertisement</div>' + box.format(paragraphs(MORE))
    assert article(f'<div class="columns">{split}</div>').text.split("\n") == [*BODY, *MORE]


def test_the_declared_body_stands_in_where_a_script_would_fill_the_page() -> None:
    body = "".join(f"<p>{line}</p>" for line in BODY)
    data = json.dumps(
        {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Rice", "articleBody": body}
    )
    reading = article('<div id="app"></div>', f'<script type="application/ld+json">{data}</script>')
    assert reading.text.split("\n") == BODY
    assert reading.is_article


def test_a_visible_lead_above_the_body_stands_first() -> None:
    lead = "The first rice of the year comes in early, and the cooperative in the valley hopes for good prices."
    head = f'<meta name="description" content="{lead}">'
    reading = article(
        f'<div class="top"><p class="lead">{lead}</p></div><div class="text">{paragraphs(BODY)}</div>', head
    )
    assert reading.text.split("\n") == [lead, *BODY]
    assert reading.summary == lead


def test_comments_under_a_short_article_are_not_its_words() -> None:
    comments = "".join(
        '<li class="comment"><div class="comment-body">'
        f"<p>I drove past those fields on day {n}, and they looked splendid to me.</p></div></li>"
        for n in range(20)
    )
    reading = article(f'<div class="text">{paragraphs(BODY[:2])}</div><ol class="comments">{comments}</ol>')
    assert reading.text.split("\n") == BODY[:2]


def test_a_flash_of_two_sentences_is_an_article_where_the_markup_says_so() -> None:
    flash = (
        "気象庁によると、十四日午前九時ごろ、北の谷で震度三の揺れを観測した。この地震による津波の心配はないという。"
        "農協などによると、稲刈りへの影響は出ていない。"
    )
    assert article(f"<div><p>{flash}</p></div>").is_article
    assert not extract(html(f"<main><div><p>{flash}</p></div></main>"), "https://news.example/").is_article


FLASHES = [
    "The ferry to Oshima is back in service, the port said on Monday. It carried 1,200 people on its first day.",
    "十四日午前九時ごろ、北の谷で震度三の揺れを観測した。この地震による津波の心配はないという。",
]


@pytest.mark.parametrize("flash", FLASHES)
def test_two_sentences_are_an_article_where_schema_org_says_that_they_are_all_of_one(flash: str) -> None:
    def read(flash: str, **said: object) -> Reading:
        marks = {"@context": "https://schema.org", "headline": "Rice harvest begins", **said}
        script = f'<script type="application/ld+json">{json.dumps(marks)}</script>'
        return extract(html(f"<article><h1>Rice harvest begins</h1><p>{flash}</p></article>", script), URL)

    news = {"@type": "NewsArticle", "datePublished": "2026-08-14T09:00:00+09:00"}
    reading = read(flash, **news)
    assert (reading.is_article, reading.text) == (True, flash)
    assert not read(flash, **news, isAccessibleForFree=False).is_article
    assert not read(flash, **news | {"@type": "WebPage"}).is_article
    assert not read(f"{flash[:30]} ...", **news).is_article


def test_a_section_page_lists_its_articles_in_order() -> None:
    cards = "".join(
        f'<li><a href="/2026/08/{n:02}/story-number-{n}"><h3>Story number {n} of the valley</h3></a>'
        f"<p>What happened on day {n}.</p></li>"
        for n in range(1, 21)
    )
    reading = extract(
        html(f"<main><h1>Local news</h1><ul>{cards}</ul></main>", title="Local news"), "https://news.example/local"
    )
    assert (reading.kind, reading.is_article) == ("section", False)
    assert reading.reason.startswith("section page")
    assert [entry.url for entry in reading.entries] == [
        f"https://news.example/2026/08/{n:02}/story-number-{n}" for n in range(1, 21)
    ]
    assert (reading.entries[4].title, reading.entries[4].summary) == (
        "Story number 5 of the valley",
        "What happened on day 5.",
    )


def test_the_links_of_an_article_are_its_outlinks_each_once_without_trackers() -> None:
    links = (
        '<p><a href="/2026/08/13/dry-june?utm_source=a">One</a> <a href="/2026/08/13/dry-june#top">again</a>'
        '<a href="/login">no</a> <a href="mailto:a@b.example">no</a></p>'
    )
    assert article(f"<div>{paragraphs(BODY)}</div><aside>{links}</aside>").outlinks == (
        "https://news.example/2026/08/13/dry-june",
    )


@pytest.mark.parametrize(
    ("body", "content_type", "kind", "reason"),
    [
        (b"", "text/html", "other", "empty page"),
        (b" \n", None, "other", "empty page"),
        (b"%PDF-1.7 ...", "text/html", "other", "not HTML: application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "other", "not HTML: image/png"),
        (b'{"a": 1}', "application/json", "other", "not HTML: application/json"),
        (b'[{"content": "<p>a</p>"}]', "text/html", "other", "not HTML: application/json"),
        (RANDOM, "text/html; charset=utf-8", "other", "not HTML: binary data"),
        (RANDOM, "text/html; charset=Shift_JIS", "other", "not HTML: binary data"),
        (b"\0\0\0\x18ftypmp42" + RANDOM, None, "other", "not HTML: binary data"),
        (zlib.compress(html(paragraphs(BODY) * 9)), "text/html", "other", "not HTML: binary data"),
        (b".card { display: none } p { margin: 0 }\n" * 99, "text/html", "other", "not HTML: text without a tag"),
        (b"<html><body><p>Hello.</p></body></html>", "text/html", "other", "too little text"),
        (
            html("<p>お探しのページは見つかりません。</p>", title="ページが見つかりません"),
            None,
            "other",
            "soft 404: ページが見つかりません",
        ),
        (html("<p>Sorry.</p>", title="404 Not Found"), None, "other", "soft 404: 404 Not Found"),
        (b"<p>" + b"a" * MAX_HTML, "text/html", "unreadable", "HTML of 5,242,883 bytes, more than 5,242,880"),
    ],
)
def test_what_is_no_article_says_why(body: bytes, content_type: str | None, kind: str, reason: str) -> None:
    reading = extract(body, URL, content_type)
    assert (reading.kind, reading.is_article, reading.reason) == (kind, False, reason)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "cp932", "euc_jp", "iso2022_jp"])
def test_a_page_in_any_encoding_and_with_stray_nuls_is_html(encoding: str) -> None:
    page = html(f"<main>{paragraphs(NIHONGO)}</main>", title="稲刈り始まる").decode()
    body = page.replace("</p>", "\0</p>").encode(encoding, "ignore")
    assert extract(body, URL, f"text/html; charset={encoding}").is_article


def test_feeds_and_sitemaps_are_told_by_what_comes_back() -> None:
    item = f"<item><title>Rice</title><link>{URL}</link></item>"
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{item}</channel></rss>'
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    sitemap = f'<?xml version="1.0"?><urlset xmlns="{namespace}"><url><loc>{URL}</loc></url></urlset>'
    for kind, body in (("feed", feed), ("sitemap", sitemap)):
        reading = extract(body.encode(), "https://news.example/index", "text/html")
        assert (reading.kind, [entry.url for entry in reading.entries]) == (kind, [URL])


def test_an_answer_with_an_error_status_is_no_article_however_long() -> None:
    raw = RawPage(URL, URL, html(f"<main>{paragraphs(BODY * 5)}</main>"), 404, NOW)
    assert (read_page(raw).is_article, read_page(raw).reason) == (False, "HTTP status 404")


def test_the_canonical_address_is_the_believed_one_and_a_refused_one_is_told() -> None:
    text = f"<div>{paragraphs(BODY)}</div>"
    plain = article(text, f'<link rel="canonical" href="{URL}?page=1#x">')
    stranger = article(text, '<link rel="canonical" href="https://other.example/2026/08/14/rice-harvest-begins">')
    assert plain.canonical_url.startswith(URL)
    assert (stranger.canonical_url, stranger.canonical_refused) == (URL, "another registered domain")
