"""The raw archive: what it costs a crawl, re-reading against crawling, identical rows, and kills."""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import text
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from benchmarks.section import ROOT, Check, Extent, Findings, Section, Table
from benchmarks.sections.kills import Disturbance, Tally
from crawler.sample.server import SampleSite
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from pipelines.warc.page_store import PageFiles
from pipelines.warc.place import ArchivePlace
from pipelines.warc.records import page_in_member
from pipelines.warc.reread import record_bytes
from pipelines.warc.write import payload_digest
from pipelines.workers.result import record_of
from storage.column_types import utc_now
from storage.database.copy import compute_digests
from storage.database.open import open_database
from storage.visit import WarcLocation
from tests.support.generated_site import page, path_of

PAGES, KILLS, COSTED = 2_000, 20, 200
ACCOUNTS = {"run", "fetch", "source_health", "site_page"}
"""Tables that say what was done and when, and the memory of sites, which keeps the pages met last; all others must be
the same after a re-reading that changes nothing."""

CONFIG = """
[[source]]
name = "generated"
start = ["{base}/sitemap.xml"]
depth = 0
max_pages = 1000000
delay = 0.0
allow_private_addresses = true
"""


def kiji(folder: Path, *words: str) -> tuple[dict[str, Any], float]:
    """Run a command; give its record and its seconds, start-up included."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "crawler", *words, "--json", "--quiet"]
    done = subprocess.run(
        command, cwd=folder, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    return json.loads(done.stdout), time.perf_counter() - began


def rows_of(folder: Path) -> Mapping[str, object]:
    """Every table's digest, but of the accounts."""
    database = open_database(f"sqlite:///{folder}/kiji.db", create=False)
    found = {name: digest for name, digest in compute_digests(database).items() if name not in ACCOUNTS}
    database.close()
    return found


def reread_against_crawl(folder: Path, pages: int) -> tuple[Table, list[Check]]:
    """Crawl the generated site, then read again what was kept of it."""
    command = [sys.executable, "-m", "tests.support.generated_site", "--pages", str(pages)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as site:
        assert site.stdout is not None
        base = site.stdout.readline().strip()
        (folder / "kiji.toml").write_text(CONFIG.format(base=base), encoding="utf-8")
        crawled, crawl_seconds = kiji(folder, "crawl")
        site.communicate()
    before = rows_of(folder)
    reread, seconds = kiji(folder, "reread")
    after = rows_of(folder)
    size = sum(path.stat().st_size for path in (folder / "kiji.warc").iterdir())
    different = [name for name in before if before[name] != after[name]]
    fetched = crawled["articles_new"] + crawled["not_articles"]
    table = Table(
        ("command", "pages", "seconds", "pages a second"),
        (
            ("kiji crawl", fetched, crawl_seconds, fetched / crawl_seconds),
            ("kiji reread", reread["pages"], seconds, reread["pages"] / seconds),
        ),
        f"The seconds include start-up. {size / reread['pages'] / 1000:.1f} kB a page in the WARC files.",
    )
    whole = reread["pages"] == pages and not reread["changed"] and not reread["failed"]
    other = f", other: {', '.join(different)}" if different else ""
    same = f"{len(before) - len(different)} of {len(before)} tables the same{other}"
    return table, [
        Check(
            "every page is read again, and none changes", f"{reread['pages']} read, {reread['changed']} changed", whole
        ),
        Check("re-reading changes no row outside the records of runs", same, not different),
    ]


def cost_of_keeping(folder: Path, pages: int) -> tuple[Table, list[Check]]:
    """CPU of keeping a page against CPU of reading it."""
    raws = [
        RawPage(f"https://b.example{path_of(n)}", f"https://b.example{path_of(n)}", page(n, pages), 200, utc_now())
        for n in range(pages)
    ]
    read_page(raws[0])
    began = time.process_time()
    for raw in raws:
        read_page(raw)
    reading = time.process_time() - began
    files = PageFiles(folder / "cost.warc")
    began = time.process_time()
    files.keep([record_of(raw) for raw in raws])
    keeping = time.process_time() - began
    files.close()
    share = keeping / reading
    row = (reading / pages * 1000, keeping / pages * 1000, share)
    table = Table(("CPU ms to read a page", "CPU ms to keep it", "share"), (row,), "The worker makes the record.")
    return table, [Check("keeping a page costs at most a tenth of reading it", f"{share:.2f}", share <= 0.1)]


def kills(folder: Path, number: int) -> tuple[Table, list[Check]]:
    """Kill crawls of the sample sites, and look at every record that the index points to, and at every file."""
    chance, tally = random.Random(1), Tally()  # noqa: S311 - repeatable, not secret
    pointed = unreadable = unkept = files = torn = 0
    with SampleSite() as site:
        (folder / "kiji.toml").write_text(site.config("sqlite:///unused.db"), encoding="utf-8")
        while tally.killed < number:
            tally.databases += 1
            url = f"sqlite:///{folder}/killed{tally.databases}.db"
            Disturbance("KILL", number, folder, site).disturb(url, chance, tally)
            archive = folder / f"killed{tally.databases}.warc"
            found = _look(url, archive)
            pointed, unreadable, unkept = pointed + found[0], unreadable + found[1], unkept + found[2]
            for path in archive.iterdir():
                files += 1
                torn += not _ends_whole(path)
    columns = (
        "killed",
        "files",
        "whose last record is cut short",
        "records pointed to",
        "unreadable",
        "articles without",
    )
    return Table(columns, ((tally.killed, files, torn, pointed, unreadable, unkept),)), [
        Check(
            f"after {number} kills every record that the index points to is readable, and every article has one",
            f"{pointed - unreadable} of {pointed} readable, {unkept} articles without",
            not unreadable and not unkept and not tally.different,
        )
    ]


def _look(url: str, archive: Path) -> tuple[int, int, int]:
    database = open_database(url, create=False)
    with database.reading() as connection:
        kept = [
            WarcLocation(row.file, row.offset, row.length, row.digest)
            for row in connection.execute(text("SELECT file, offset, length, digest FROM kept_page"))
        ]
        unkept = connection.execute(
            text(
                "SELECT count(*) FROM article WHERE id NOT IN (SELECT article_id FROM address"
                " JOIN kept_page ON address.id = address_id WHERE article_id IS NOT NULL)"
            )
        ).scalar_one()
    database.close()
    pages = [(place, page_in_member(record_bytes(ArchivePlace(archive), place))) for place in kept]
    bad = sum(isinstance(found, str) or payload_digest(found.body) != place.digest for place, found in pages)
    return len(kept), bad, unkept


def _ends_whole(path: Path) -> bool:
    """Whether warcio reads a file to its end: the last record of a killed crawl's may be cut short."""
    try:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                record.content_stream().read()
            return stream.read() == b""
    except (ArchiveLoadFailed, EOFError, OSError):
        return False


def measure(extent: Extent) -> Findings:
    """Measure all three."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "kills").mkdir()
        cost, cost_checks = cost_of_keeping(folder, extent.of(COSTED))
        rate, rate_checks = reread_against_crawl(folder, extent.of(PAGES))
        killed, kill_checks = kills(folder / "kills", extent.of(KILLS))
    return Findings((rate, cost, killed), (*rate_checks, *cost_checks, *kill_checks))


SECTION = Section(
    "archive",
    50,
    "The raw archive",
    """
`kiji crawl` crawls the generated site. Its sitemap lists only articles. Then `kiji reread` reads the kept pages. Both
run in their own processes. Digests of every table are compared before and after the re-reading. Crawls of the sample
sites are killed (SIGKILL) at random moments. Then every record in the index is read and its digest compared.
""",
    measure,
)
