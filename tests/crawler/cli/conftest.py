"""A small site on loopback, and a folder configured for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hostile_server import JAPANESE, WORDS, HostileServer, answers, article
from tests.support.small_site import FIRST, SECOND


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """A feed with two articles, one related to the other, and a robots.txt that forbids a part."""
    with HostileServer() as server:
        items = "".join(
            f"<item><title>{path}</title><link>{server.url}{path}</link></item>" for path in (FIRST, SECOND)
        )
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
        server.pages = {
            "/feed.xml": answers(feed, "application/rss+xml"),
            FIRST: answers(article("The ferry returns to service", WORDS, [SECOND])),
            SECOND: answers(article("フェリーが運航を再開", JAPANESE)),
            "/robots.txt": answers("User-agent: *\nDisallow: /closed/\n", "text/plain"),
            "/closed/feed.xml": answers(feed, "application/rss+xml"),
        }
        yield server


@pytest.fixture
def folder(tmp_path: Path, server: HostileServer) -> Path:
    """A folder with a config whose comments are the operator's."""
    text = (
        f'# mine\n[crawl]\ndelay = 0.0  # it is my own\n\n[[source]]\nname = "harbor"  # the first\n'
        f'start = ["{server.url}/feed.xml"]\nallow_private_addresses = true\n'
    )
    (tmp_path / "kiji.toml").write_text(text, encoding="utf-8")
    return tmp_path
