"""One crawl of a hostile site that points to a private address by every route there is. A canary there counts."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import kiji, query
from tests.support.guarded_crawls import crawl
from tests.support.guarded_site import Answer, Site, page, redirect
from tests.support.hostile_server import JAPANESE, WORDS, article
from tests.support.warm_python import run

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


def listing(content: str, kind: str = "xml") -> Answer:
    return page(content.encode(), headers={"Content-Type": f"application/{kind}"})


def listings(target: str, entries: list[str]) -> dict[str, Answer]:
    """Feeds and sitemaps that point to the canary."""
    items = "".join(f"<item><title>{url[-12:]}</title><link>{url}</link></item>" for url in entries)
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return {
        "/feed.xml": listing(
            f"<rss version='2.0'><channel><title>t</title><link>{target}/home</link>{items}</channel></rss>", "rss+xml"
        ),
        "/atom.xml": listing(
            f"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><link rel='next' href='{target}/feed-next'/>"
            f"<entry><title>one</title><link href='{target}{day('atom-link')}'/>"
            f"<link rel='enclosure' href='{target}/enclosure'/></entry></feed>"
        ),
        "/sitemap.xml": listing(
            f"<urlset xmlns='{namespace}'><url><loc>{target}{day('sitemap-link')}</loc></url></urlset>"
        ),
        "/sitemap_index.xml": listing(
            f"<sitemapindex xmlns='{namespace}'><sitemap><loc>{target}/child.xml</loc></sitemap></sitemapindex>"
        ),
    }


def articles(target: str) -> dict[str, Answer]:
    """Articles whose heads, cards and headers point to the canary."""
    head = (
        f"<link rel='amphtml' href='{target}{day('amp')}'><link rel='alternate' hreflang='ja' href='{target}/ja'>"
        f"<link rel='alternate' type='application/rss+xml' href='{target}/alternate.xml'>"
        f"<meta property='og:url' content='{target}{day('og')}'><meta property='og:image' content='{target}/og.png'>"
        f"<script type='application/ld+json'>{json.dumps({'@type': 'NewsArticle', 'url': target + day('jsonld')})}"
        f"</script><base href='{target}/'>"
    )
    lure = article("The lure", WORDS, [target + day("related"), day("through-base")], head)
    canonical = f"<link rel='canonical' href='{target}{day('canonical')}'>"
    following = f"<link rel='next' href='{target}{day('paged')}?page=2'>"
    filed = article("島のフェリーが運航を再開", JAPANESE, head=canonical)
    paged = article("島のフェリーが運航を再開", JAPANESE, head=following)
    return {
        day("lure"): page(lure.encode(), headers={"Link": f'<{target}{day("header")}>; rel="canonical"'}),
        day("filed"): page(filed.encode()),
        day("paged"): page(paged.encode()),
    }


def hostile_pages(site: Site, target: str) -> list[str]:
    """Fill the site, and return its start pages; ``target`` is the canary's address without a path."""
    port = target.rpartition(":")[2]
    entries = [f"http://{host}:{port}{day(f'spelled-{number}')}" for number, host in enumerate(SPELLINGS)]
    entries += [target + day("feed-link"), *(site.url(day(f"r{status}"), "127.0.0.1") for status in REDIRECTS)]
    starts = {f"/r{status}": redirect(f"{target}/start-{status}", status) for status in REDIRECTS}
    starts |= listings(target, entries) | articles(target)
    starts["/refresh"] = page(
        f"<meta http-equiv='refresh' content='0; url={target}/refreshed'>".encode(),
        headers={"Refresh": f"0; url={target}/refreshed-by-header"},
    )
    site.answers |= starts
    site.answers |= {day(f"r{status}"): redirect(f"{target}{day(f'linked-{status}')}", status) for status in REDIRECTS}
    site.answers["/robots.txt"] = page(f"User-agent: *\nAllow: /\nSitemap: {target}/robots-sitemap.xml\n".encode())
    site.answers["/.well-known/tdmrep.json"] = redirect(f"{target}/.well-known/tdmrep.json")
    return [site.url(path, "127.0.0.1") for path in starts]


@pytest.fixture(scope="module")
def canary() -> Iterator[Site]:
    """A server behind every private address of this machine, of which nothing may be asked."""
    anywhere = "::" if socket.has_dualstack_ipv6() else "127.0.0.1"
    with Site({"/": page()}, anywhere) as canary:
        yield canary


@pytest.fixture(scope="module")
def folder(canary: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the crawl leaves; the hostile site alone has leave to be private."""
    folder = tmp_path_factory.mktemp("routes")
    target = canary.url("", "127.0.0.1")
    with Site() as site, Site({"/robots.txt": redirect(f"{target}/robots-elsewhere")}) as robots:
        starts = [*hostile_pages(site, target), robots.url("/behind-robots", "127.0.0.1")]
        config = CONFIG.format(starts=json.dumps(starts), first=f"{target}/first", no_leave=robots.url("/x", "127.1"))
        (folder / "kiji.toml").write_text(config, encoding="utf-8")
        done = kiji("crawl", folder=folder)
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert set(site.paths()) >= set(site.answers)
        assert "/robots.txt" in robots.paths()
        yield folder


def test_a_hostile_site_leads_to_no_private_address_by_any_route(folder: Path, canary: Site) -> None:
    assert canary.log == []
    fetches = query(folder, "SELECT url, outcome || ': ' || reason FROM fetches")
    told = {url.partition("//")[2].partition("/")[2]: said for url, said in fetches}
    taken_up = ["first", "child.xml", "x", *(f"r{status}" for status in REDIRECTS)]
    taken_up += [day(name)[1:] for name in ("feed-link", "atom-link", "sitemap-link", "related", "through-base")]
    taken_up += [day(f"r{status}")[1:] for status in REDIRECTS]
    for path in taken_up:
        assert told[path].startswith("refused: "), (path, told[path])
        assert "address" in told[path], (path, told[path])
    spelled = [told.get(day(f"spelled-{number}")[1:], "") for number in range(len(SPELLINGS))]
    assert all(said.startswith("refused: ") or not said for said in spelled), spelled
    assert {told[day(name)[1:]] for name in ("lure", "filed", "paged")} <= {"new: ", "copy: "}


def test_a_name_that_is_public_first_and_private_then_is_met_at_each_look_up(canary: Site) -> None:
    url = canary.url("/", "rebound.example")
    result = crawl([url], {"TWISTED_DNS_RESOLVER": "tests.support.dns_rebinding.ReboundResolver", "RETRY_TIMES": 2})
    assert canary.log == []
    assert result.of(url).error == "AddressRefused"
    assert "loopback address 127.0.0.1 behind rebound.example" in result.of(url).reason
    assert result.log.count("rebound.example is ") == 0


def test_no_robots_txt_leads_to_a_private_host_of_another_source(tmp_path: Path) -> None:
    with Site({"/ok": page(), "/admin?delete=7": page(b"User-agent: *\nAllow: /\n")}) as intern, Site() as evil:
        evil.answers |= {"/robots.txt": redirect(intern.url("/admin?delete=7", "127.0.0.1")), "/a": page()}
        sources = {"intern": intern.url("/ok", "127.0.0.1"), "evil": evil.url("/a", "127.0.0.1")}
        tables = (
            f'[[source]]\nname = "{name}"\nstart = ["{start}"]\ndelay = 0.0\nallow_private_addresses = true\n'
            for name, start in sources.items()
        )
        (tmp_path / "kiji.toml").write_text("".join(tables))
        kiji("crawl", folder=tmp_path)
        assert sorted(intern.paths()) == ["/.well-known/tdmrep.json", "/ok", "/robots.txt"]
        assert "/a" in evil.paths()


def test_what_a_crawl_was_granted_that_found_the_archive_held_is_taken_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kiji.db"
    done = run(module="tests.support.locked_crawls", given=url, folder=tmp_path, environment=dict(os.environ))
    assert (done.stdout.strip(), done.returncode) == ("False", 0), done.stderr
