"""One crawl of a hostile site that points to a private address by every route there is. A canary there counts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawling.conftest import Rows, kiji, query
from tests.crawling.hostile_server import WORDS, article
from tests.guard.crawling import crawl
from tests.guard.site import Site, page, redirect

REDIRECTS = (301, 302, 303, 307, 308)
SPELLINGS = (
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[2002:7f00:1::]",
    "[64:ff9b::7f00:1]",
    "[fd00::1]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[::ffff:7f00:1%25lo]",
)
CONFIG = """
[[source]]
name = "hostile"
start = {starts}
hosts = ["localhost"]
follow = "site"
delay = 0.0
allow_private_addresses = true

[[source]]
name = "first"
start = ["{first}"]

[[source]]
name = "no-leave"
start = ["{no_leave}"]
"""


def day(name: str) -> str:
    """A path that looks like an article's."""
    return f"/news/2026/10/05/{name}"


def hostile_pages(site: Site, target: str, v6: str) -> list[str]:
    """Fill the site, and return its start pages; ``target`` is the canary's address without a path."""
    starts = [day("lure"), "/feed.xml", "/atom.xml", "/sitemap.xml", "/sitemap_index.xml", "/refresh"]
    starts += [f"/r{status}" for status in REDIRECTS]
    for status in REDIRECTS:
        site.answers[f"/r{status}"] = redirect(f"{target}/start-{status}", status)
        site.answers[day(f"r{status}")] = redirect(f"{target}{day(f'linked-{status}')}", status)
    port = target.rpartition(":")[2]
    spelled = [f"http://{host}:{port}{day(f'spelled-{number}')}" for number, host in enumerate(SPELLINGS)]
    entries = [target + day("feed-link"), v6 + day("v6"), *spelled, *(site.url(day(f"r{s}")) for s in REDIRECTS)]
    items = "".join(f"<item><title>{url[-12:]}</title><link>{url}</link></item>" for url in entries)
    feed = f"<rss version='2.0'><channel><title>t</title><link>{target}/home</link>{items}</channel></rss>"
    atom = (
        f"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><link rel='next' href='{target}/feed-next'/>"
        f"<entry><title>one</title><link href='{target}{day('atom-link')}'/>"
        f"<link rel='enclosure' href='{target}/enclosure'/></entry></feed>"
    )
    sitemap = "http://www.sitemaps.org/schemas/sitemap/0.9"
    urlset = f"<urlset xmlns='{sitemap}'><url><loc>{target}{day('sitemap-link')}</loc></url></urlset>"
    index = f"<sitemapindex xmlns='{sitemap}'><sitemap><loc>{target}/child-sitemap.xml</loc></sitemap></sitemapindex>"
    head = (
        f"<link rel='canonical' href='{target}{day('canonical')}'><link rel='amphtml' href='{target}{day('amp')}'>"
        f"<link rel='next' href='{target}{day('lure?page=2')}'><link rel='alternate' hreflang='ja' href='{target}/ja'>"
        f"<link rel='alternate' type='application/rss+xml' href='{target}/alternate.xml'>"
        f"<meta property='og:url' content='{target}{day('og')}'><meta property='og:image' content='{target}/og.png'>"
        f"<script type='application/ld+json'>{json.dumps({'@type': 'NewsArticle', 'url': target + day('jsonld')})}"
        f"</script><base href='{target}/'>"
    )
    body = article("The lure", WORDS, [target + day("related"), day("through-base")], head)
    site.answers |= {
        "/feed.xml": page(feed.encode(), headers={"Content-Type": "application/rss+xml"}),
        "/atom.xml": page(atom.encode(), headers={"Content-Type": "application/atom+xml"}),
        "/sitemap.xml": page(urlset.encode(), headers={"Content-Type": "application/xml"}),
        "/sitemap_index.xml": page(index.encode(), headers={"Content-Type": "application/xml"}),
        day("lure"): page(body.encode(), headers={"Link": f'<{target}{day("header")}>; rel="canonical"'}),
        "/refresh": page(
            f"<meta http-equiv='refresh' content='0; url={target}/refreshed'>".encode(),
            headers={"Refresh": f"0; url={target}/refreshed-by-header"},
        ),
        "/robots.txt": page(f"User-agent: *\nAllow: /\nSitemap: {target}/robots-sitemap.xml\n".encode()),
        "/.well-known/tdmrep.json": redirect(f"{target}/.well-known/tdmrep.json"),
    }
    return [site.url(path, "127.0.0.1") for path in starts]


@pytest.fixture(scope="module")
def canaries() -> Iterator[tuple[Site, Site]]:
    """Servers on loopback, by IPv4 and IPv6, of which nothing may be asked."""
    with Site({"/": page()}) as canary, Site({"/": page()}, "::1") as v6:
        yield canary, v6


@pytest.fixture(scope="module")
def folder(canaries: tuple[Site, Site], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the crawl leaves; the hostile site alone has leave to be private."""
    folder = tmp_path_factory.mktemp("routes")
    canary, v6 = canaries
    target = canary.url("", "127.0.0.1")
    with Site() as site, Site({"/robots.txt": redirect(f"{target}/robots-elsewhere")}) as robots:
        starts = [*hostile_pages(site, target, v6.url("", "[::1]")), robots.url("/behind-robots", "127.0.0.1")]
        config = CONFIG.format(starts=json.dumps(starts), first=f"{target}/first", no_leave=robots.url("/x", "127.1"))
        (folder / "kiji.toml").write_text(config, encoding="utf-8")
        done = kiji("crawl", folder=folder)
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert "/robots.txt" in site.paths()
        assert "/.well-known/tdmrep.json" in site.paths()
        assert "/robots.txt" in robots.paths()
        assert all(site.answers.keys() >= {path} for path in site.paths() if "through-base" not in path)
        yield folder


def refused(folder: Path, path: str) -> Rows:
    return query(folder, "SELECT url FROM fetches WHERE outcome = 'refused' AND reason LIKE '%' || ? || '%'", path)


def test_a_hostile_site_leads_to_no_private_address_by_any_route(folder: Path, canaries: tuple[Site, Site]) -> None:
    assert [canary.log for canary in canaries] == [[], []]
    fetched = dict(query(folder, "SELECT url, outcome || ': ' || reason FROM fetches"))
    by_path = {url.partition("//")[2].partition("/")[2]: told for url, told in fetched.items()}
    taken_up = ["first", "child-sitemap.xml", *(f"r{status}" for status in REDIRECTS)]
    taken_up += [day(name)[1:] for name in ("feed-link", "v6", "atom-link", "sitemap-link", "related")]
    taken_up += [day(f"r{status}")[1:] for status in REDIRECTS]
    for path in taken_up:
        assert by_path[path].startswith("refused: "), (path, by_path[path])
        assert "address" in by_path[path] or "not a host of this source" in by_path[path], by_path[path]
    for number, spelling in enumerate(SPELLINGS):
        told = by_path.get(day(f"spelled-{number}")[1:], "refused: no address at all")
        assert told.startswith("refused: "), (spelling, told)
    assert not [url for url, told in fetched.items() if told.startswith("new") and "lure" not in url]
