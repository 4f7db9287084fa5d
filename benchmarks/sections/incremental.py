"""What a crawl costs when little has changed: a site of 1,000 articles, crawled again and again."""

import dataclasses
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.section import ROOT, Check, Extent, Findings, Section, Table
from tests.support.changing_site import Asked, LivingSite, path_of

ARTICLES = 1000
EDITS, NEW = 20, 10
MOST_REQUESTS = 0.05

_ROWS = (
    "SELECT id, url, source, language, title, text, published_at, first_seen_at, revision FROM articles ORDER BY id",
    "SELECT page_url, url, title, position, first_seen_at FROM related_links ORDER BY 1, 2",
    "SELECT url, article_id, kind FROM copies ORDER BY 1",
    "SELECT article_id, revision, seen_at, title, text FROM revisions ORDER BY 1, 2",
)


@dataclasses.dataclass(frozen=True)
class _Crawl:
    """One crawl: the run's record, the server's log of it, seconds from start to exit."""

    record: dict[str, int]
    log: list[Asked]
    seconds: float

    @property
    def articles(self) -> list[Asked]:
        return [asked for asked in self.log if asked.path.startswith("/news/")]


def _crawl(folder: Path, site: LivingSite, *arguments: str) -> _Crawl:
    site.log.clear()
    command = [sys.executable, "-m", "crawler", "crawl", *arguments, "--json"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KIJI_")}
    began = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=kept | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(done.stderr)
    return _Crawl(json.loads(done.stdout), list(site.log), seconds)


def _rows(folder: Path) -> list[list[tuple[object, ...]]]:
    connection = sqlite3.connect(folder / "kiji.db")
    try:
        return [connection.execute(query).fetchall() for query in _ROWS]
    finally:
        connection.close()


def _changed(folder: Path, edited: set[str], new: set[str]) -> bool:
    """Whether exactly these articles were revised and added."""
    connection = sqlite3.connect(folder / "kiji.db")
    try:
        revised = {url for (url,) in connection.execute("SELECT url FROM articles WHERE revision > 1")}
        newest = "SELECT url FROM articles WHERE id > ?"
        added = {url for (url,) in connection.execute(newest, (ARTICLES_BEFORE[folder],))}
    finally:
        connection.close()
    return revised == edited and added == new


ARTICLES_BEFORE: dict[Path, int] = {}


def measure(extent: Extent) -> Findings:
    """Crawl, crawl again, refresh with nothing changed, and refresh after edits and new articles."""
    articles, edits, new = extent.of(ARTICLES), extent.of(EDITS), extent.of(NEW)
    with tempfile.TemporaryDirectory() as name, LivingSite(articles) as site:
        folder = Path(name)
        (folder / "kiji.toml").write_text(site.config())
        first = _crawl(folder, site)
        again = _crawl(folder, site)
        named = _crawl(folder, site, "living")
        before = _rows(folder)
        refreshed = _crawl(folder, site, "living", "--refresh")
        after = _rows(folder)
        ARTICLES_BEFORE[folder] = articles
        chosen = range(0, articles, max(1, articles // edits))[:edits]
        for number in chosen:
            site.edit(number)
        site.publish(new)
        living = _crawl(folder, site, "living", "--refresh")
        exactly = _changed(
            folder,
            {site.base + path_of(number) for number in chosen},
            {site.base + path_of(number) for number in range(articles, articles + new)},
        )
    crawls = {
        "first": first,
        "`kiji crawl` right after": again,
        "`kiji crawl living` right after": named,
        "`--refresh`, nothing changed": refreshed,
        f"`--refresh`, {edits} edits, {new} new": living,
    }
    table = Table(
        ("crawl", "requests", "of them 304", "full bodies of articles", "new", "updated", "unchanged", "seconds"),
        tuple(
            (
                told,
                len(crawl.log),
                sum(asked.status == 304 for asked in crawl.log),
                sum(asked.status == 200 for asked in crawl.articles),
                crawl.record["articles_new"],
                crawl.record["articles_updated"],
                crawl.record["articles_unchanged"],
                crawl.seconds,
            )
            for told, crawl in crawls.items()
        ),
        f"{articles} articles; of every four two have an ETag, one a Last-Modified, one no validator:",
    )
    most = max(len(again.log), len(named.log)) / len(first.log)
    full = sum(asked.status == 200 for asked in again.articles + named.articles)
    with_validator = [asked for asked in refreshed.articles if site.has_validator(int(asked.path.rpartition("-")[2]))]
    missed = sum(asked.status != 304 for asked in with_validator)
    return Findings(
        (table,),
        (
            Check(
                f"a crawl right after: at most {MOST_REQUESTS} of the requests", f"{most:.4f}", most <= MOST_REQUESTS
            ),
            Check("a crawl right after: no full body of an article", str(full), full == 0),
            Check(
                "refresh, nothing changed: 304 for every page that has a validator",
                f"{len(with_validator) - missed} of {len(with_validator)}",
                missed == 0 and len(with_validator) == sum(map(site.has_validator, range(articles))),
            ),
            Check("refresh, nothing changed: rows are the same", str(before == after), before == after),
            Check(
                f"{edits} edits and {new} new articles: exactly those",
                f"{living.record['articles_updated']} and {living.record['articles_new']}",
                exactly and living.record["articles_updated"] == edits and living.record["articles_new"] == new,
            ),
        ),
    )


SECTION = Section(
    "incremental",
    40,
    "Crawling again",
    """
A site on loopback edits and publishes articles between crawls. Its own log counts the requests. Each crawl is `kiji
crawl` in its own process, from start to exit.
""",
    measure,
)
