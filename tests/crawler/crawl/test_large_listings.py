"""Feeds and sitemaps may be larger than pages, up to a limit."""

from collections.abc import Callable
from pathlib import Path

from crawler.request_options import LISTING_MAXSIZE
from crawler.settings import DOWNLOAD_MAXSIZE
from tests.support.commands import kiji, query
from tests.support.hostile_server import WORDS, HostileServer, answers, article

CONFIG = '[crawl]\ndelay = 0.0\n[[source]]\nname = "s"\nstart = {}\nallow_private_addresses = true\n'
PATH = "/2026/10/05/ferry"


def feed(url: str, size: int) -> Callable[..., None]:
    """A feed of one entry that is as large as that."""
    item = f"<item><title>Ferry returns</title><link>{url}{PATH}</link></item>"
    body = f'<rss version="2.0"><channel><title>s</title>{item}<!--{"x" * size}--></channel></rss>'
    return answers(body, "application/rss+xml")


def test_a_feed_may_be_larger_than_a_page_and_has_its_own_limit(tmp_path: Path) -> None:
    with HostileServer() as server:
        server.pages = {
            "/feed": feed(server.url, DOWNLOAD_MAXSIZE),
            "/larger": feed(server.url, LISTING_MAXSIZE),
            PATH: answers(article("Ferry returns", WORDS, ["/2026/10/05/large"])),
            "/2026/10/05/large": answers(article("Large", WORDS) + f"<!--{'x' * DOWNLOAD_MAXSIZE}-->"),
        }
        (tmp_path / "kiji.toml").write_text(CONFIG.format([f"{server.url}/feed", f"{server.url}/larger"]))
        done = kiji("crawl", folder=tmp_path)
        assert done.returncode == 0, done.stderr
        inspected = kiji("inspect", f"{server.url}/feed", folder=tmp_path)
        assert "feed with 1 entry" in inspected.stdout
    outcomes = query(tmp_path, "SELECT outcome, reason FROM fetches ORDER BY url")
    too_large = "the answer is larger than the download cap"
    assert outcomes == [
        ("new", ""),
        ("failed", too_large),
        ("not_article", "feed with 1 entry"),
        ("failed", too_large),
    ]
