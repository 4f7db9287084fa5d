"""What a feed says of a page counts where the page says nothing."""

import datetime

import pytest

from pipelines.feeds.feeds import read_feed
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page

TITLE = "Ferry line to the northern islands opens"
PROSE = "".join(f"<p>The council spoke for {n} hours about the ferry, and agreed on Tuesday.</p>" for n in range(9))


def read(head: str, body: str, title: str = TITLE, authors: str = "Aya Sato") -> tuple[str, tuple[str, ...]]:
    url = "https://herald.example/2026/11/05/ferry"
    html = f"<!DOCTYPE html><html lang=en><head>{head}</head><body><article>{body}{PROSE}</article></body></html>"
    now = datetime.datetime(2026, 11, 6, tzinfo=datetime.UTC)
    raw = RawPage(url, url, html.encode(), 200, now, in_feed=True, feed_title=title, feed_authors=authors)
    reading = read_page(raw)
    return reading.title, reading.authors


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("<title>Herald - news from the north</title>", "", TITLE),
        ("", "", TITLE),
        ("<title>Herald - news from the north</title>", f"<div class=headline>{TITLE}</div>", TITLE),
        ("<title>Herald of the North</title>", f"<h1>Herald of the North</h1><h2>{TITLE}</h2>", TITLE),
        ("<title>Council agrees | Herald</title>", "<h1>Council agrees</h1>", "Council agrees"),
        (f"<title>{TITLE} at last | Herald</title>", "", f"{TITLE} at last"),
        ("<meta property=og:title content='Council agrees'>", "", "Council agrees"),
    ],
)
def test_the_feeds_title_is_used_where_the_page_has_none(head: str, body: str, expected: str) -> None:
    assert read(head, body)[0] == expected


def test_the_feeds_authors_are_used_where_the_page_has_none() -> None:
    assert read(f"<title>{TITLE}</title>", "")[1] == ("Aya Sato",)
    assert read(f"<title>{TITLE}</title><meta name=author content='Ken Ito'>", "")[1] == ("Ken Ito",)


RSS = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title><item><title>a</title>'
    "<link>https://herald.example/a</link>{}</item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a</title><link href="https://herald.example/a"/>'
    "<author><name>Aya Sato</name></author><author><name>Ken Ito</name></author></entry></feed>"
)
JSON = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "https://herald.example/a", %s}]}'


@pytest.mark.parametrize(
    ("feed", "authors"),
    [
        (RSS.format("<dc:creator>By Aya Sato</dc:creator>"), "Aya Sato"),
        (RSS.format("<author>desk@herald.example (Aya Sato)</author>"), "Aya Sato"),
        (RSS.format("<author>desk@herald.example</author>"), ""),
        (ATOM, "Aya Sato; Ken Ito"),
        (JSON % '"authors": [{"name": "Aya Sato"}, {"url": "x"}, 3]', "Aya Sato"),
        (JSON % '"author": {"name": "Aya Sato"}', "Aya Sato"),
        (JSON % '"authors": "x"', ""),
    ],
)
def test_a_feeds_authors_are_read(feed: str, authors: str) -> None:
    listing = read_feed(feed.encode(), None, "https://herald.example/feed")
    assert listing is not None
    assert [entry.authors for entry in listing.entries] == [authors]
