"""Short pages without a date are articles where a feed or a news sitemap lists them, dated as it says."""

import json
from pathlib import Path

import pytest

from tests.support.commands import kiji, query
from tests.support.guarded_site import Answer, Site, page
from tests.support.near_texts import japanese_report, report

CONFIG = '[crawl]\ndelay = 0.0\n[[source]]\nname = "s"\nstart = {}\nallow_private_addresses = true\n'
XML = {"Content-Type": "application/xml"}
NEWS = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    "<url><loc>{}</loc><news:news><news:publication_date>2026-11-20T08:00:00+09:00</news:publication_date>"
    "<news:title>t</news:title></news:news></url><url><loc>{}</loc></url></urlset>"
)
RSS = (
    '<rss version="2.0"><channel><title>s</title><item><title>t</title><link>{}</link>'
    "<pubDate>Fri, 20 Nov 2026 08:00:00 +0900</pubDate></item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>s</title><entry><title>t</title><link href="{}"/>'
    "<published>2026-11-20</published></entry></feed>"
)
DATE = "2026-11-19T23:00:00Z"


def story(number: int, *, is_japanese: bool) -> Answer:
    """A page of some hundred characters, without a date or anything else that makes an article."""
    words = japanese_report(number, 5) if is_japanese else report(number, 6)
    title = f"港の話 その{number}" if is_japanese else f"The story number {number} of the harbour"
    language = "ja" if is_japanese else "en"
    return page(
        f'<!doctype html><html lang="{language}"><head><title>{title}</title></head>'
        f"<body><article><h1>{title}</h1><p>{words}</p></article></body></html>".encode(),
        headers={"Content-Type": "text/html; charset=utf-8"},
    )


def from_2041(url: str) -> dict[str, str]:
    """An entry whose date cannot be: its page stays undated."""
    return {"id": url, "title": "t", "date_published": "2041-11-16T19:11:00Z"}


@pytest.fixture
def crawled(tmp_path: Path) -> Path:
    """A folder in which all kinds of feeds were crawled."""
    with Site() as site:
        stories = [f"/n/{number}" for number in range(5)]
        urls = [site.url(path) for path in stories]
        site.answers |= {path: story(n, is_japanese=bool(n % 2)) for n, path in enumerate(stories)}
        site.answers[stories[4]] = page(b"<title>Hours</title><h1>Hours</h1><p>The office is open.</p>")
        feeds = {
            "/rss": page(RSS.format(urls[0]).encode(), headers=XML),
            "/atom": page(ATOM.format(urls[1]).encode(), headers=XML),
            "/news.xml": page(NEWS.format(urls[2], urls[4]).encode(), headers=XML),
            "/feed.json": page(
                json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [from_2041(urls[3])]}).encode(),
                headers={"Content-Type": "application/feed+json"},
            ),
        }
        site.answers |= feeds
        (tmp_path / "kiji.toml").write_text(CONFIG.format(json.dumps([site.url(path) for path in feeds])))
        kiji("crawl", folder=tmp_path)
    return tmp_path


def test_what_a_feed_lists_is_an_article_with_its_date(crawled: Path) -> None:
    rows = query(
        crawled,
        "SELECT substr(url, -1), published_at, published_precision, published_source FROM articles ORDER BY url",
    )
    assert rows == [
        ("0", DATE, "instant", "feed"),
        ("1", "2026-11-19T15:00:00Z", "day", "feed"),
        ("2", DATE, "instant", "feed"),
        ("3", None, None, ""),
    ]
    left = query(crawled, "SELECT url, reason FROM fetches WHERE url LIKE '%/n/%' AND reason <> ''")
    assert [(url[-1], reason) for url, reason in left] == [
        ("4", "too little text")
    ]  # a sitemap lists all kinds of pages
    reread = kiji("reread", folder=crawled)
    assert ": 0 changed" in reread.stdout, reread.stderr
    assert query(crawled, "SELECT count(*) FROM fetches WHERE run_id = 2 AND outcome = 'not_article'") == [(1,)]
    assert query(crawled, "SELECT count(*) FROM articles WHERE published_source = 'feed'") == [(3,)]
