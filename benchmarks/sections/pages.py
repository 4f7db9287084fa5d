"""Snapshots and the analysts' pages in a real browser, at 5,000 and at 100,000 articles."""

import contextlib
import datetime
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import text

from benchmarks.section import Cell, Check, Extent, Findings, Section, Table
from storage.database.engine import Database
from storage.database.open import open_database
from storage.report.figures import read_figures
from storage.report.page import report_html
from storage.snapshot.local_time import LocalClock
from storage.snapshot.sqlite_file import Origin, make_snapshot
from tests.support.chromium import CHROMIUM
from tests.support.generated_archive import fill
from tests.support.postgresql import PostgreSQLServer
from tests.support.web_pages import FLAGS, Watched, add_hostile, serving

SIZES = (5_000, 100_000)
VISITS = 5
HOSTILE = 10_000_001
"""The story of hostile titles, and its first article: beyond what is generated."""
ZONE = "Asia/Tokyo"
PAGES = {
    "home": "/",
    "articles": "/articles",
    "articles, one source": "/articles?source=harbor-post&language=en",
    "search 韓国": "/articles?q=韓国",
    "search ferry": "/articles?q=ferry",
    "search の": "/articles?q=の",
    "article": "/articles/{article}",
    "stories": "/stories",
    "story": "/stories/{story}",
    "sources": "/sources",
    "source": "/sources/show?name=mirai-shimbun",
    "a story of hostile titles": "/stories/{hostile}",
    "an article of hostile words": "/articles/{hostile}",
    "search quicksilver, hostile": "/articles?q=quicksilver",
    "queries": "/queries",
    "data": "/data",
    "table of articles": "/data/articles",
    "facets of a table": "/data/source_days?_facet=source",
    "SQL, group by day": "/data?sql=SELECT+day,count(*)+FROM+articles+GROUP+BY+day",
}


def measure(extent: Extent) -> Findings:
    """Fill, snapshot while a crawl writes, serve, and look at every page."""
    folder, server = Path(tempfile.mkdtemp()), PostgreSQLServer()
    snapshots: list[tuple[Cell, ...]] = []
    loads: dict[str, list[Cell]] = {name: [] for name in [*PAGES, "report"]}
    wrong: list[str] = []
    torn: list[str] = []
    try:
        for full in SIZES:
            articles = extent.of(full)
            urls = {"SQLite": f"sqlite:///{folder}/{articles}.db", "PostgreSQL": server.create(f"pages{articles}")}
            for kind, url in urls.items():
                now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
                database = _filled(url, articles, now)
                path = folder / f"{kind}-{articles}.sqlite"
                snapshots.append((articles, kind, *_snapshot(database, path, now, torn)))
                if kind == "SQLite":
                    _load(path, loads, wrong)
                    _report(database, folder, now, loads, wrong)
                database.close()
    finally:
        server.stop()
        shutil.rmtree(folder)
    columns = ("articles", "from", "seconds", "megabytes", "the crawl's transactions meanwhile")
    sizes = tuple(f"ms at {extent.of(full):,}" for full in SIZES)
    rows = tuple((name, *found) for name, found in loads.items())
    return Findings(
        (
            Table(columns, tuple(snapshots), "A snapshot, made while another thread writes to the archive:"),
            Table(
                ("page", *sizes),
                rows,
                f"Time from the request to the load event, median of {VISITS}. The report is read from a file:",
            ),
        ),
        (
            Check("every snapshot shows one moment of the archive", f"{len(torn)} torn", not torn),
            Check(
                "no request elsewhere, no script error, nothing refused by the policy, no hostile title that ran",
                f"{len(wrong)}",
                not wrong,
            ),
        ),
    )


def _filled(url: str, articles: int, now: datetime.datetime) -> Database:
    database = open_database(url)
    with database.writing() as session:
        fill(session, articles, now)
        add_hostile(session, now, HOSTILE)
    return database


def _snapshot(database: Database, path: Path, now: datetime.datetime, torn: list[str]) -> tuple[float, float, int]:
    """Make one while a writer counts up in two tables at once; both must show the same count in the snapshot."""
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            with database.writing() as session:
                session.execute(text("UPDATE run SET requests = requests + 1"))
                session.execute(text("UPDATE article SET revision = revision + 1 WHERE id = 1"))
            written += 1

    with database.reading() as connection:
        begin = connection.execute(text("SELECT revision FROM article WHERE id = 1")).scalar_one()
    writer = threading.Thread(target=write)
    writer.start()
    began = time.perf_counter()
    make_snapshot(database, path, Origin("0", ZONE, now))
    seconds = time.perf_counter() - began
    stop.set()
    writer.join()
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as snapshot:
        revision, requests = snapshot.execute(
            "SELECT (SELECT revision FROM articles WHERE id = 1), (SELECT requests FROM runs WHERE id = 1)"
        ).fetchone()
    if revision - begin != requests:
        torn.append(f"{path.name}: {revision - begin} and {requests}")
    return seconds, path.stat().st_size / 1e6, written


def _load(path: Path, loads: dict[str, list[Cell]], wrong: list[str]) -> None:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as snapshot:
        [article] = snapshot.execute(
            "SELECT max(article_id) FROM revisions WHERE revision > 1 AND article_id < ?", (HOSTILE,)
        ).fetchone()
        [story] = snapshot.execute("SELECT id FROM stories ORDER BY sources DESC, articles DESC LIMIT 1").fetchone()
    with serving("--snapshot", str(path)) as address, _browser() as browser:
        for name, place in PAGES.items():
            url = address + place.format(article=article, story=story, hostile=HOSTILE)
            loads[name].append(_visit(browser, url, address, wrong))


def _report(
    database: Database, folder: Path, now: datetime.datetime, loads: dict[str, list[Cell]], wrong: list[str]
) -> None:
    clock = LocalClock(ZONE)
    with database.reading() as connection:
        figures = read_figures(connection, clock, now - datetime.timedelta(days=1), now)
    path = folder / "report.html"
    path.write_text(report_html(figures, ZONE, "both", "0"), encoding="utf-8")
    with _browser() as browser:
        loads["report"].append(_visit(browser, path.as_uri(), path.as_uri(), wrong))


@contextlib.contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def _visit(browser: Browser, url: str, home: str, wrong: list[str]) -> float:
    """Give milliseconds to the load event, each visit in a new context, without a cache."""
    found = []
    for _ in range(VISITS):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        watched = Watched(context.new_page(), home)
        watched.page.goto(url)
        timing = "(() => { const t = performance.getEntriesByType('navigation')[0]; return t.loadEventEnd; })()"
        found.append(float(watched.page.evaluate(timing)))
        wrong += watched.wrong
        if watched.is_pwned():
            wrong.append(f"a hostile title ran on {url}")
        context.close()
    return round(median(found), 1)


SECTION = Section(
    "pages",
    70,
    "Snapshots and pages",
    """
The archive has weeks of made-up news in two languages from nine sources, with stories, copies, revisions and links.
Ten articles are attacks by their titles, texts, cards, copies, addresses and source. While the snapshot is made, a
thread increases a counter in two tables, both in each transaction. In the snapshot both counters must be equal. Then
`kiji serve` shows the snapshot. Debian's Chromium loads every page at 1280 pixels, each time in a new context.
""",
    measure,
)
