"""From a home page, or a list of feeds, to sources in the config."""

import http.server
import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from crawler.config.errors import ConfigError
from crawler.config.feed_lists import MOST, Listed, read_list, sort_list
from tests.support.commands import kiji
from tests.support.hostile_server import WORDS, HostileServer, answers, article

CONFIG = "# mine\n[crawl]\ndelay = 0.0  # it is my own\n"
PRIVATE = "--allow-private-addresses"


def feed(server: HostileServer, number: int, day: str) -> str:
    items = "".join(
        f"<item><title>The ferry number {at} returns to the harbour</title>"
        f"<link>{server.url}/news/2026/11/{day}/f{at}</link><pubDate>{day} Nov 2026 10:00:00 GMT</pubDate></item>"
        for at in range(number)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


def moved(target: str) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(301)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.fixture
def site() -> Iterator[HostileServer]:
    """A home page with two declared feeds, sections, and a news sitemap in robots.txt; feeds for a list."""
    with HostileServer() as site:
        head = (
            '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">'
            '<link rel="alternate" type="application/atom+xml" title="News" href="/all.xml">'
        )
        links = "".join(
            f'<a href="/news/2026/11/{day}/story-of-the-day">Story of day {day}</a>' for day in range(10, 20)
        )
        home = f"<html lang=en><head>{head}</head><body><nav><a href=/world>World</a></nav>{links}</body></html>"
        news = "".join(
            f"<url><loc>{site.url}/news/2026/11/20/n{at}</loc><news:news><news:publication_date>2026-11-20T10:00:00Z"
            f"</news:publication_date><news:title>Harbour news {at}</news:title></news:news></url>"
            for at in range(30)
        )
        protocol = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        spaces = f'{protocol} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        site.pages = {
            "/": answers(home),
            "/world": answers(home),
            "/robots.txt": answers(f"User-agent: *\nDisallow:\nSitemap: {site.url}/news.xml\n", "text/plain"),
            "/news.xml": answers(f"<urlset {spaces}>{news}</urlset>", "application/xml"),
            "/all.xml": answers(feed(site, 12, "19"), "application/rss+xml"),
            "/comments/feed": answers(feed(site, 50, "20"), "application/rss+xml"),
            "/old.xml": moved("/all.xml"),
            "/b.xml": answers(feed(site, 3, "18"), "application/rss+xml"),
            "/new-b.xml": moved("/b.xml"),
            "/empty.xml": answers(feed(site, 0, "18"), "application/rss+xml"),
            "/news/2026/11/20/ferry": answers(article("The ferry returns", WORDS)),
        }
        yield site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kiji.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def sources(folder: Path) -> list[dict[str, Any]]:
    return list(tomllib.loads((folder / "kiji.toml").read_text(encoding="utf-8")).get("source", []))


def test_a_home_page_gives_feeds_sitemaps_and_sections_and_the_best_is_written(
    site: HostileServer, folder: Path
) -> None:
    (folder / "private.toml").write_text(
        f'{CONFIG}[[source]]\nname = "x"\nstart = ["{site.url}/x"]\nallow_private_addresses = true\n', encoding="utf-8"
    )
    found = kiji("sources", "add", f"{site.url}/", "--json", "--config", "private.toml", folder=folder)
    offers = {offer["url"].removeprefix(site.url): offer for offer in json.loads(found.stdout)["offers"]}
    assert {path: (offer["kind"], offer["entries"]) for path, offer in offers.items()} == {
        "/news.xml": ("news sitemap", 30),
        "/all.xml": ("feed", 12),
        "/comments/feed": ("feed", 50),
        "/world": ("section", 10),
        "/": ("home", 10),
    }
    assert (offers["/all.xml"]["newest"], offers["/all.xml"]["language"]) == ("2026-11-19T10:00:00Z", "en")
    written = kiji("sources", "add", f"{site.url}/", "--yes", PRIVATE, "--depth", "1", folder=folder)
    assert written.returncode == 0, written.stderr
    [source] = sources(folder)
    assert source == {
        "name": "127.0.0.1",
        "start": [f"{site.url}/news.xml"],
        "depth": 1,
        "allow_private_addresses": True,
    }
    assert (folder / "kiji.toml").read_text(encoding="utf-8").startswith(CONFIG)
    nothing = kiji("sources", "add", f"{site.url}/article-that-is-gone", PRIVATE, folder=folder)
    assert nothing.returncode in (0, 1)
    assert len(sources(folder)) == 1


def test_a_list_of_feeds_is_imported_with_a_report(site: HostileServer, folder: Path) -> None:
    outlines = "".join(
        f'<outline text="{title}"><outline type="rss" title="{title}" xmlUrl="{url}"/></outline>'
        for title, url in (
            ("Old news", f"{site.url}/old.xml"),
            ("News", f"{site.url}/all.xml"),
            ("News", f"{site.url}/all.xml#again"),
            ("B &amp; C", f"{site.url}/new-b.xml"),
            ("Gone", f"{site.url}/gone.xml"),
            ("Empty", f"{site.url}/empty.xml"),
            ("Passwords", "file:///etc/passwd"),
            ("港ニュース", f"{site.url}/news/2026/11/20/ferry"),
        )
    )
    (folder / "feeds.opml").write_text(f'<opml version="2.0"><body>{outlines}</outline></body>', encoding="utf-8")
    done = kiji("sources", "import", "feeds.opml", PRIVATE, "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert sorted(report["added"]) == ["b-c", "old-news", "港ニュース"]
    assert {source["name"]: source["start"][0].removeprefix(site.url) for source in sources(folder)} == {
        "old-news": "/all.xml",
        "b-c": "/b.xml",
        "港ニュース": "/news/2026/11/20/ferry",
    }
    assert [line.removeprefix(site.url) for line in report["dead"]] == [
        "/gone.xml: HTTP 404",
        "/empty.xml: feed with 0 entries: no article, and lists none",
    ]
    assert len(report["moved"]) == 2
    assert [line.removeprefix(site.url) for line in report["doubled"]] == ["/all.xml#again", "/all.xml"]
    assert report["refused"] == ['"file:///etc/passwd": neither http:// nor https://']
    again = kiji("sources", "import", "feeds.opml", "--no-check", folder=folder)
    assert "3 doubled" in again.stdout
    opml = etree.fromstring(kiji("sources", "export", "--opml", folder=folder).stdout.encode())
    assert {node.get("xmlUrl") for node in opml.iter("outline")} >= {
        f"{site.url}/all.xml",
        f"{site.url}/news/2026/11/20/ferry",
    }


A, B = "https://a.example/feed?hp", "https://b.example/"
LISTS = {
    "a.txt": f"# mine https://no.example/\n{A}\n\n  {B} second\n",
    "a.csv": f'name,url\n"A, B",{A}\n,{B},B\n',
    "sitelist.hjson": f'{{\n # https://no.example/\n "base_urls": [\n {{ "url": "{A}",\n }}, {{ "url": "{B}" }}\n ]}}',
    "spider.py": f'class S:\n docs = "https://no.example/"\n start_urls = [\n "{A}",\n "{B}",\n ]\n',
    "a.opml": f'<?xml version="1.0"?><opml><body><outline xmlUrl="{A}"/><outline xmlUrl="{B}"/></bod',
    "b.opml": '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    f'<opml><outline xmlUrl="{A}" text="&e;"/><outline xmlUrl="{B}"/></opml>',
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_other_programs(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(LISTS[name], encoding="utf-8")
    assert [one.url for one in read_list(tmp_path / name)] == [A, B]


@pytest.mark.parametrize("content", [b"", b"nothing", b"<opml><body/></opml>", b"\xff\xfe\0"])
def test_a_list_without_an_address_is_a_mistake(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(ConfigError, match="no address in it"):
        read_list(tmp_path / "list.txt")


def test_ten_thousand_feeds_are_named_and_one_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.opml"
    deep = "<outline>" * 200
    outlines = [f'<outline text="Same name" xmlUrl="https://a{at}.example/"/>' for at in range(MOST)]
    path.write_text(f"<opml><body>{deep}{''.join(outlines)}", encoding="utf-8")
    listed = read_list(path)
    assert len({values["name"] for values in sort_list(listed[:300], []).wanted}) == 300
    path.write_text(f"<opml><body>{''.join([*outlines, outlines[0]])}", encoding="utf-8")
    with pytest.raises(ConfigError, match="10,001 addresses; allowed: 10,000"):
        read_list(path)
    assert sort_list([Listed("https://a.example/", "-")], []).wanted[0]["name"] == "a.example"
