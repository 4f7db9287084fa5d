"""A full disk, a file that may only be read, a lock held for long: the exit code, one line, and nothing lost."""

import contextlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from storage.database.open import open_database
from tests.support.commands import kiji, query, start_kiji
from tests.support.hostile_server import HostileServer, answers, article
from tests.support.warm_python import Running

STORIES = [f"/2026/10/05/story-{number}" for number in range(12)]

PATIENT, IMPATIENT = (0.1,) * 1000, (0.1, 0.1)


def words(number: int) -> str:
    """Some 15 kB that no other story has."""
    chance = random.Random(number)  # noqa: S311 - repeatable, not secret
    return "\n".join(" ".join(f"word{chance.randrange(10**6)}" for _ in range(60)) + "." for _ in range(30))


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    """A start page, and the stories that it relates to."""
    with HostileServer() as server:
        server.pages = {
            path: answers(article(f"Story number {number}", words(number), STORIES[1:] if not number else []))
            for number, path in enumerate(STORIES)
        }
        yield server


@pytest.fixture(scope="module")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive at the newest schema, to copy from."""
    path = tmp_path_factory.mktemp("newest") / "kiji.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def folder(tmp_path: Path, server: HostileServer, newest: Path) -> Path:
    """A folder with a config and an empty archive."""
    (tmp_path / "kiji.toml").write_text(
        f'[[source]]\nname = "island"\nstart = ["{server.url}{STORIES[0]}"]\ndelay = 0.0\n'
        "allow_private_addresses = true\n"
    )
    shutil.copy(newest, tmp_path)
    return tmp_path


def crawl_with(
    folder: Path, pragma: str = "user_version", busy: float = 30, waits: tuple[float, ...] = PATIENT
) -> "tuple[Running, IO[str]]":
    """Start a crawl whose connections have a pragma, wait ``busy`` seconds for a lock, and try again so often.

    With it comes what it says, up to the end of all its processes.
    """
    reader, writer = os.pipe()
    program, order = "tests.support.failing_database", json.dumps([pragma, busy, waits])
    with os.fdopen(writer, "w", encoding="utf-8") as stderr:
        crawl = start_kiji("crawl", "--quiet", module=program, folder=folder, stderr=stderr, FAILING_DATABASE=order)
    return crawl, os.fdopen(reader, encoding="utf-8")


def ended(crawl: Running, told: IO[str]) -> tuple[int, list[str]]:
    """Wait for the end: the code, and the lines that were said."""
    with told:
        lines = told.read().splitlines()
    return crawl.wait(60), lines


def test_a_disk_that_fills_up_ends_the_crawl_with_1_in_one_line_and_the_next_one_goes_on(folder: Path) -> None:
    [(pages,)] = query(folder, "PRAGMA page_count")
    code, [line] = ended(*crawl_with(folder, f"max_page_count = {pages + 24}"))
    assert code == 1
    assert line.startswith("kiji: database sqlite:///kiji.db has no room left to grow")
    assert line.endswith("free space on its disk, and start again")
    [(stored,)] = query(folder, "SELECT count(*) FROM articles")
    assert 0 < stored < len(STORIES)
    assert query(folder, "SELECT status, articles_new FROM runs") == [("failed", stored)]
    assert query(folder, "SELECT count(*) FROM fetches WHERE outcome <> 'new'") == [(0,)]
    assert kiji("crawl", folder=folder).returncode == 0
    assert query(folder, "SELECT count(*), count(DISTINCT url) FROM articles") == [(len(STORIES), len(STORIES))]


def test_a_database_that_may_only_be_read_ends_the_crawl_with_2_before_anything_is_asked_for(folder: Path) -> None:
    code, [line] = ended(*crawl_with(folder, "query_only = ON"))
    assert code == 2
    assert line.startswith("kiji: database sqlite:///kiji.db cannot be written to")
    assert "give write permission for it and its folder" in line
    assert query(folder, "SELECT count(*) FROM runs") == [(0,)]


def locked(folder: Path, crawl: Running) -> sqlite3.Connection:
    """Take the database away from a crawl that has stored something."""
    blocker = sqlite3.connect(folder / "kiji.db", isolation_level=None, timeout=60)
    while not blocker.execute("SELECT count(*) FROM article").fetchone()[0]:
        with contextlib.suppress(subprocess.TimeoutExpired):
            raise AssertionError(crawl.wait(0.002))
    blocker.execute("BEGIN IMMEDIATE")
    return blocker


def test_a_lock_that_outlasts_the_busy_timeout_is_waited_for_and_the_crawl_ends_well(folder: Path) -> None:
    crawl, told = crawl_with(folder, busy=0.05)
    blocker = locked(folder, crawl)
    line = told.readline()
    assert "was locked by other writers for too long (database is locked)" in line
    assert "(trying again in 0.1 s)" in line
    blocker.execute("ROLLBACK")
    blocker.close()
    code, _ = ended(crawl, told)
    assert code == 0
    assert query(folder, "SELECT count(*), count(DISTINCT url) FROM articles") == [(len(STORIES), len(STORIES))]


def test_a_lock_that_is_never_given_back_ends_the_crawl_with_1_and_what_was_stored_stands(folder: Path) -> None:
    crawl, told = crawl_with(folder, busy=0.05, waits=IMPATIENT)
    blocker = locked(folder, crawl)
    code, [*attempts, last] = ended(crawl, told)
    blocker.execute("ROLLBACK")
    blocker.close()
    assert code == 1
    assert len(attempts) == len(IMPATIENT)
    assert last.startswith("kiji: database sqlite:///kiji.db was locked by other writers for too long")
    assert last.endswith("let them finish, and start again")
    [(stored,)] = query(folder, "SELECT count(*) FROM articles")
    assert 0 < stored <= len(STORIES)
    assert query(folder, "SELECT count(*) FROM fetches") == [(stored,)]


def test_a_transaction_that_no_single_page_is_to_blame_for_ends_the_crawl_with_1_and_nothing_is_lost(
    folder: Path,
) -> None:
    with contextlib.closing(sqlite3.connect(folder / "kiji.db")) as connection:
        connection.execute(
            "CREATE TRIGGER no_news BEFORE UPDATE OF new ON run WHEN NEW.new > OLD.new"
            " BEGIN SELECT RAISE(ABORT, 'nothing new today'); END"
        )
    done = kiji("crawl", "--quiet", folder=folder)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("kiji: database sqlite:///kiji.db: IntegrityError")
    assert "nothing new today" in last
    assert query(folder, "SELECT status, articles_new FROM runs") == [("failed", 0)]
    assert query(folder, "SELECT count(*) FROM fetches") == [(0,)]
    with contextlib.closing(sqlite3.connect(folder / "kiji.db")) as connection:
        connection.execute("DROP TRIGGER no_news")
    assert kiji("crawl", folder=folder).returncode == 0
    assert query(folder, "SELECT count(*), count(DISTINCT url) FROM articles") == [(len(STORIES), len(STORIES))]
