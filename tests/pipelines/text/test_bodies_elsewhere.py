"""Words that stand where no extractor looks: above a live blog's updates, and in the data of a page's scripts."""

import json

from lxml.etree import tostring

from pipelines.extraction import extract
from pipelines.html.parse import parse_html
from pipelines.text.main_text import article_text

URL = "https://news.example/2026/10/05/bridge-closes"
TITLE = "Bridge closes"
INTRO = [
    "The old harbour bridge closed to all traffic on Monday, and engineers began to lift the first plates of its deck.",
    "Buses are diverted through the northern tunnel for eighteen months, and a free ferry carries people on foot.",
    "Shop owners near the bridge have asked for help, and a fund of two million pounds is to be set up before winter.",
]
UPDATES = [
    (
        "Ferry full at noon",
        "The noon ferry left full, and forty people waited on the quay for the next one.",
    ),
    (
        "First plate lifted",
        "The first plate of the deck hangs from the crane, and a crowd on the bank applauds.",
    ),
]


def live_page(intro: list[str]) -> bytes:
    told = [{"@type": "BlogPosting", "headline": title, "articleBody": words} for title, words in UPDATES]
    thing = {
        "@type": "LiveBlogPosting",
        "headline": "Bridge closes",
        "datePublished": "2026-10-05",
        "liveBlogUpdate": told,
    }
    posts = "".join(f"<section><h3>{title}</h3><div><p>{words}</p></div></section>" for title, words in UPDATES)
    body = "".join(f"<p>{words}</p>" for words in intro)
    script = f'<script type="application/ld+json">{json.dumps(thing)}</script>'
    head = f"<head><title>{TITLE}</title>{script}</head>"
    return f"<html>{head}<body><h1>{TITLE}</h1><article>{body}</article><div>{posts}</div></body></html>".encode()


def test_the_article_above_a_live_blogs_updates_is_the_text_and_each_update_a_cut() -> None:
    reading = extract(live_page(INTRO), URL)
    assert reading.text.split("\n") == INTRO
    assert [cut.text for cut in reading.cuts if cut.rule == "live-update"] == [
        words for one in UPDATES for words in one
    ]


def test_updates_stay_where_they_are_all_there_is() -> None:
    text = extract(live_page([]), URL).text
    assert all(words in text for _, words in UPDATES)


def test_a_page_that_scripts_fill_is_read_out_of_their_data() -> None:
    html = (
        "<figure><figcaption>A caption</figcaption></figure>" + "".join(f"<p>{words}</p>" for words in INTRO) + "$$AD$$"
    )
    data = json.dumps({"props": {"story": {"contentHtml": html, "title": TITLE}}}).replace("<", "\\u003c")
    page = (
        f"<html><head><title>{TITLE}</title>"
        "<meta property='article:published_time' content='2026-10-05T09:00:00Z'></head>"
        f"<body><div id='root'><h1>{TITLE}</h1></div><script id='__NEXT_DATA__'>{data}</script></body></html>"
    )
    reading = extract(page.encode(), URL)
    assert reading.text.split("\n") == INTRO
    assert reading.is_article


def test_a_day_in_the_address_takes_its_time_from_the_data_and_no_other_day_does() -> None:
    def page(told: str) -> bytes:
        body = "".join(f"<p>{words}</p>" for words in INTRO)
        data = f'<script>self.push({{"deployDt":"{told}","views":12}})</script>'
        return f"<html><head>{data}</head><body><h1>{TITLE}</h1>{body}</body></html>".encode()

    exact, other = extract(page("2026.10.05 18:40"), URL), extract(page("2026.10.09 18:40"), URL)
    assert (str(exact.published_at), exact.published_precision) == ("2026-10-05 09:40:00+00:00", "instant")
    assert (str(other.published_at), other.published_precision) == ("2026-10-04 15:00:00+00:00", "day")


def test_captions_that_left_with_their_cards_are_not_looked_for_again() -> None:
    cards = "".join(
        f"<li><a href='/2026/10/0{day}/ferry-timetable-number-{day}'><figure><img><figcaption>A ferry</figcaption>"
        f"</figure><h3>Ferry timetable number {day} is published</h3></a></li>"
        for day in (1, 2, 3)
    )
    body = "".join(f"<p>{words}</p>" for words in INTRO)
    page = (
        f"<html><body><h1>{TITLE}</h1><article>{body}</article><h2>Related stories</h2><ul>{cards}</ul></body></html>"
    )
    reading = extract(page.encode(), URL)
    assert len(reading.related) == 3
    assert reading.text.split("\n") == INTRO


def test_menus_and_asides_are_where_they_were_when_the_text_is_read() -> None:
    words = "The ferry between the islands sails again from Monday, its owner said, after a winter in the yard. "
    html = (
        f"<body><nav>Home<aside>Inner</aside></nav> <nav>World</nav><article><p>{words * 3}</p><aside>Beside</aside>"
        f"and on<p>{words * 2}</p></article><aside>Last</aside></body>"
    )
    tree = parse_html(html)
    assert tree is not None
    before = tostring(tree)
    assert article_text(tree).count("sails again") == 5
    assert tostring(tree) == before
