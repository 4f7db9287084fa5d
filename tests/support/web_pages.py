"""An archive with weeks of made-up news and hostile pages among them, its pages served, and a real browser."""

import contextlib
import datetime
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from typing import IO

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from storage.snapshot.sqlite_file import Origin
from storage.tables.core import Address, Article, Copy, Link, Revision, Source
from storage.tables.fetches import Fetch
from storage.tables.stories import Story
from tests.support import warm_python
from tests.support.commands import ROOT

NOW = datetime.datetime(2026, 11, 25, 21, 30, tzinfo=datetime.UTC)
"""Half past six in the morning of the 26th in Tokyo."""
ORIGIN = Origin("0.0", "Asia/Tokyo", NOW)
ARTICLES = 300
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

HOSTILE = (
    "<script>window.pwned = 1</script>",
    '"><img src=x onerror="window.pwned = 1">',
    "</script><script>window.pwned = 1</script><!--",
    "</title></style></textarea><svg onload=window.pwned=1>",
    "invoice \u202egpj.exe",
    "\u2067right to left\u2069 شركة",
    "{{ 7 * 191 }} ${7*191} {% raw %}",
    "javascript:window.pwned=1",
    "'; DROP TABLE articles; --",
    "escape \x1b[31mred\x9b31m",
)
HOSTILE_STORY = 9_001
HOSTILE_IDS = range(9_001, 9_001 + len(HOSTILE))
HOSTILE_SOURCE = "evil\"><script>window.pwned = 1</script>'"


def add_hostile(session: Session, now: datetime.datetime, first: int = HOSTILE_STORY) -> None:
    """Add pages whose every part is an attack; they are the newest, and one story of all of them.

    ``first`` is the number of the story and of its first article; none may be in use from there on.
    """
    session.add(Source(id=50, name=HOSTILE_SOURCE, scope=""))
    when = now - datetime.timedelta(minutes=5)
    session.add(Story(id=first, first_at=when, last_at=when))
    session.flush()
    for article_id, attack in enumerate(HOSTILE, first):
        _add_article(session, first, article_id, attack, when)
    session.flush()
    for address_id, attack in enumerate(HOSTILE, first + len(HOSTILE)):
        _add_around(session, first, address_id, attack, when)


def _address(session: Session, address_id: int, url: str, article_id: int | None) -> None:
    session.add(
        Address(id=address_id, key=f"{address_id} {url}", url=url, host=HOSTILE_SOURCE, domain="evil.example",
                state="done", article_id=article_id)
    )  # fmt: skip
    session.flush()


def _add_article(session: Session, story_id: int, article_id: int, attack: str, when: datetime.datetime) -> None:
    url = f"javascript:window.pwned=1//{attack}" if article_id % 2 else f"https://evil.example/?{attack}"
    _address(session, article_id, url, article_id)
    session.add(
        Article(id=article_id, address_id=article_id, read_from_id=article_id, source_id=50, language="en",
                language_confidence=1.0, title=attack, text=f"{attack} quicksilver\n{attack}", text_hash="now",
                summary=attack, authors=attack, published_at=when, published_precision="instant", image_url=url,
                machine_generated=False, extractor_version="1", first_seen_at=when, last_seen_at=when, revision=2,
                revised_at=when, story_id=story_id)
    )  # fmt: skip
    session.flush()
    session.add(
        Revision(article_id=article_id, revision=1, seen_at=when, title="before", text=f"before {attack}\nx",
                 text_hash="before")
    )  # fmt: skip


def _add_around(session: Session, article_id: int, address_id: int, attack: str, when: datetime.datetime) -> None:
    """Add a card, a copy and a failure, all of them hostile, to one article."""
    url = f"javascript:window.pwned=1//{attack}"
    _address(session, address_id, url, None)
    session.add(
        Link(page_id=article_id, target_id=address_id, kind="related", url=url, position=address_id, title=attack,
             summary=attack, language="en", first_seen_at=when, last_seen_at=when)
    )  # fmt: skip
    session.add(
        Copy(address_id=address_id, article_id=article_id, source_id=50, kind="near", similarity=0.9, title=attack,
             text=attack, text_hash="copy", extractor_version="1", seen_at=when, last_seen_at=when)
    )  # fmt: skip
    for _ in range(25):
        session.add(
            Fetch(run_id=1, source_id=50, address_id=address_id, via="related", fetched_at=when, status=500,
                  outcome="failed", reason=attack)
        )  # fmt: skip


@contextlib.contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[str]:
    """``kiji serve`` in a process of its own, on a port that is free; gives its address."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as told:
        with os.fdopen(writing, "w") as taken:
            whole = {**os.environ, **environment}
            server = warm_python.start("serve", "--port", "0", *arguments, folder=ROOT, environment=whole, stdout=taken)
        try:
            yield _first_line(told)
        finally:
            server.terminate()
            server.wait(timeout=30)


@contextlib.contextmanager
def cold_serving(*arguments: str, **environment: str) -> Iterator[str]:
    """``kiji serve`` as a user's shell starts it, on a port that is free; gives its address."""
    command = [sys.executable, "-m", "crawler", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}) as server:
        assert server.stdout is not None
        try:
            yield _first_line(server.stdout)
        finally:
            server.terminate()


def _first_line(told: IO[str]) -> str:
    """The address that a server prints when it can be asked."""
    ready, _, _ = select.select([told], [], [], 60)
    assert ready, "the server has not started"
    return told.readline().strip().rstrip("/")


class Watched:
    """A tab, and everything that it did which it should not: requests elsewhere, errors, refused scripts, dialogs."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self._check(request.url, home))

    def _check(self, url: str, home: str) -> None:
        if not url.startswith((home, "data:")):
            self.wrong.append(f"request elsewhere: {url}")

    def is_pwned(self) -> bool:
        """Whether any hostile text ran."""
        return bool(self.page.evaluate("window.pwned !== undefined"))
