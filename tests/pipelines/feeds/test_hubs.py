"""The hub that a feed or its headers name, and the feed's own name there."""

import datetime

import pytest

from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from storage.reading import Hub

URL = "https://news.example/feed"
RSS = (
    b'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>%b'
    b"<item><title>Ferry</title><link>https://news.example/1</link></item></channel></rss>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom">%b<entry><id>https://news.example/1</id><title>x</title></entry></feed>'
)
JSON = (
    b'{"version": "https://jsonfeed.org/version/1.1", "feed_url": "https://news.example/f.json", "hubs": %b,'
    b' "items": []}'
)


def hub_of(body: bytes, link: str = "") -> Hub | None:
    headers = (("link", link),) if link else ()
    return read_page(RawPage(URL, URL, body, 200, datetime.datetime.now(datetime.UTC), headers)).hub


@pytest.mark.parametrize(
    ("body", "link", "expected"),
    [
        (RSS % b'<atom:link rel="hub" href="https://hub.example/"/>', "", Hub("https://hub.example/", URL)),
        (
            RSS % b'<atom:link rel="self" href="/feed?x=1"/><atom:link rel="hub" href="https://hub.example/"/>',
            "",
            Hub("https://hub.example/", "https://news.example/feed?x=1"),
        ),
        (
            ATOM % b'<link rel="hub" href="http://old.example/"/><link rel="hub" href="https://hub.example/"/>',
            "",
            Hub("https://hub.example/", URL),
        ),
        (
            ATOM % b'<link rel="hub" href="https://hub.example/"/><link rel="self" href="/feed2"/>',
            f'<https://other.example/hub>; title="a, b"; rel="preload HUB", <{URL}3>; rel=self',
            Hub("https://other.example/hub", URL + "3"),
        ),
        (
            JSON
            % b'[{"type": "rssCloud", "url": "https://c.example"}, {"type": "WebSub", "url": "https://hub.example"}]',
            "",
            Hub("https://hub.example", "https://news.example/f.json"),
        ),
        (RSS % b'<atom:link rel="hub" href="javascript:alert(1)"/>', "<file:///etc/passwd>; rel=hub", None),
        (RSS % b'<atom:link rel="hub" href="https://[broken"/>', '<<<>>>; rel="hub"', None),
        (JSON % b'{"type": "WebSub"}', "", None),
        (RSS % b"", f"<{URL}>; rel=self", None),
    ],
)
def test_the_hub_of_a_feed(body: bytes, link: str, expected: Hub | None) -> None:
    assert hub_of(body, link) == expected
