"""Validators are shown to the page that gave them, and to no other: from the server's own log of real crawls."""

from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.support.commands import kiji, query
from tests.support.guarded_site import Answer, Site, page, redirect
from tests.support.hostile_server import WORDS, article

STORY, NOTICE, FEED = "/2026/10/05/story-1", "/notice", "/feeds/all.xml"
OF_2026, OF_2020 = "Mon, 05 Oct 2026 10:00:00 GMT", "Mon, 06 Jan 2020 10:00:00 GMT"


def static(body: bytes, modified: str, asked: list[str | None]) -> Answer:
    """A file that is unchanged to whoever has seen it at that time or later; what was shown is noted."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        since = handler.headers.get("If-Modified-Since")
        asked.append(since)
        is_known = since is not None and since[-8:] >= modified[-8:] and since[-17:] >= modified[-17:]
        page(b"" if is_known else body, 304 if is_known else 200, {"Last-Modified": modified})(handler)

    return answer


@pytest.fixture
def asked() -> list[str | None]:
    return []


@pytest.fixture
def site(asked: list[str | None]) -> Iterator[Site]:
    with Site() as site:
        listed = f"<urlset><url><loc>{site.url(STORY)}</loc></url></urlset>".encode()
        site.answers |= {
            "/feed": redirect(FEED, 301),
            FEED: static(listed, OF_2026, asked),
            STORY: static(article("Ferry returns", WORDS).encode(), OF_2026, []),
            NOTICE: static(b"<h1>This article was removed</h1><p>By order of a court.</p>", OF_2020, asked),
        }
        yield site


def crawl(site: Site, folder: Path, start: str, *options: str) -> None:
    source = f'[[source]]\nname = "s"\nstart = ["{site.url(start)}"]\ndelay = 0.0\nallow_private_addresses = true\n'
    (folder / "kiji.toml").write_text(source)
    kiji("crawl", "s", *options, folder=folder)


@pytest.mark.parametrize("status", [301, 302])
def test_an_article_that_was_taken_down_is_not_unchanged_because_an_old_notice_is(
    site: Site, tmp_path: Path, asked: list[str | None], status: int
) -> None:
    crawl(site, tmp_path, FEED)
    site.answers[STORY] = redirect(NOTICE, status)
    asked.clear()
    for _ in range(2):  # the notice's own validators are no better the next time
        crawl(site, tmp_path, FEED, "--refresh")
    assert Counter(asked) == {OF_2026: 2, None: 2}  # the feed, and the notice; which is asked first is open
    assert (
        query(tmp_path, "SELECT url, outcome FROM fetches WHERE run_id > 1 AND url LIKE '%story%'")
        == [(site.url(STORY), "not_article")] * 2
    )
    assert query(tmp_path, "SELECT url FROM articles") == [(site.url(STORY),)]


def test_a_feed_that_moved_is_asked_for_by_what_it_said_where_it_stands_now(
    site: Site, tmp_path: Path, asked: list[str | None]
) -> None:
    for _ in range(2):
        crawl(site, tmp_path, "/feed")
    site.answers["/feed"] = redirect(FEED, 302)
    crawl(site, tmp_path, "/feed")
    assert asked == [None, OF_2026, OF_2026]
