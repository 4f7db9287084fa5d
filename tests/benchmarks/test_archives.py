"""Large archives are written as crawls would have stored their articles, and measured."""

import contextlib
import datetime
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from benchmarks.archives.fill import ENDS, fill
from benchmarks.archives.measure import Cost, RunCommand, address_in, changing, name_of, reading
from benchmarks.archives.news import NewsArticle
from storage.database.check import check_database
from storage.database.engine import Database
from storage.database.open import open_database
from storage.search.query import find_ids
from tests.support import warm_python
from tests.support.commands import environment_of, kiji
from tests.support.databases import TEMPLATE, names
from tests.support.postgresql import PostgreSQLServer

ARTICLES = 90
COUNTS = """
SELECT (SELECT count(*) FROM articles_ja) AS ja, (SELECT count(*) FROM articles_en) AS en,
  (SELECT count(*) FROM copies) AS copies, (SELECT count(*) FROM revisions WHERE revision > 1) AS revisions,
  (SELECT count(*) FROM related_links WHERE related_article_id IS NOT NULL) AS links,
  (SELECT count(*) FROM article_entities) AS entities,
  (SELECT count(*) FROM story_profile WHERE NOT settled) AS waiting"""


def test_a_written_archive_is_sound_and_has_all_that_a_crawl_stores(database: Database) -> None:
    fill(database, ARTICLES)
    problems = check_database(database)
    with database.reading() as connection:
        counts = connection.execute(text(COUNTS)).one()
        found = find_ids(connection, "日 OR the")
    assert problems == []
    assert counts.ja + counts.en == counts.waiting == ARTICLES
    assert min(counts) > 0
    assert len(found) > ARTICLES / 2


def test_of_a_grouped_archive_only_the_written_events_wait(database: Database) -> None:
    written = NewsArticle(-1, "en", 0, ENDS - datetime.timedelta(days=30, hours=1), "Told by hand", "By hand.", "")
    fill(database, ARTICLES, others=[written], grouped=True)
    with database.reading() as connection:
        waiting = connection.scalars(text("SELECT title FROM articles WHERE story_id IS NULL")).all()
        stories = connection.execute(text("SELECT count(*) FROM stories WHERE articles > 1")).scalar_one()
    assert waiting == ["Told by hand"]
    assert stories > 0


def test_all_that_reads_an_archive_is_measured(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/archive.db"
    _fill(url)
    costs = list(reading(url, tmp_path, _runner(tmp_path), _serve, repeated=1))
    assert {"search, one character, the best 20", "page /stories", "`kiji snapshot`"} <= {cost.name for cost in costs}


def test_all_that_changes_an_archive_is_measured_on_a_copy(postgresql: PostgreSQLServer, tmp_path: Path) -> None:
    url = postgresql.create(next(names), TEMPLATE)
    _fill(url)
    copy = next(names)
    costs = list(changing(url, tmp_path, copy, _runner(tmp_path), articles=5))
    assert {"new article, leased and stored", "`kiji forget`", "`kiji db upgrade`"} <= {cost.name for cost in costs}
    assert _count(url) == ARTICLES
    assert _count(postgresql.url(copy)) == ARTICLES - 1 + 5


def _fill(url: str) -> None:
    database = open_database(url)
    fill(database, ARTICLES, grouped=True)
    database.close()


def _count(url: str) -> int:
    database = open_database(url, create=False)
    with database.reading() as connection:
        articles = connection.execute(text("SELECT count(*) FROM articles")).scalar_one()
    database.close()
    return int(articles)


def _runner(folder: Path) -> RunCommand:
    def run(*words: str) -> Cost:
        done = kiji(*words, folder=folder)
        assert done.returncode in (0, 1), done.stderr
        return Cost(name_of(words), 0.0, 0.0)

    return run


@contextlib.contextmanager
def _serve(snapshot: Path) -> Iterator[tuple[str, int]]:
    read, write = os.pipe()
    with os.fdopen(read, encoding="utf-8") as said, os.fdopen(write, "w", encoding="utf-8") as told:
        words = ("serve", "--port", "0", "--snapshot", str(snapshot), "--every", "0")
        server = warm_python.start(*words, folder=snapshot.parent, environment=environment_of(), stdout=told)
        told.close()
        try:
            yield address_in(said), server.pid
        finally:
            server.terminate()
            server.wait(30)
