"""Import of WARC and JSONL on both databases: records a second, memory over time, and whether both hold the same."""

import dataclasses
import datetime
import hashlib
import io
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from sqlalchemy import text
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.section import ROOT, Cell, Check, Extent, Findings, Section, Table
from storage.database.engine import connect
from tests.support.generated_site import SEED, Texts, page, path_of
from tests.support.postgresql import PostgreSQLServer

OUTCOMES = ("articles_new", "articles_updated", "articles_unchanged", "copies", "not_articles", "refused", "failed")
ARTICLES, PAGES = 20_000, 2_000
LONG = 1_000
"""Records from which on memory is compared: shorter imports end before they have settled."""
MOST_GROWTH = 1.25
"""Of resident memory, from a fifth of the time to the end."""
_MOMENT = datetime.datetime(2026, 10, 5, tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True)
class Figures:
    """One import: its record, seconds, and resident megabytes of the main process at a fifth and at the end."""

    seconds: float
    records: int
    articles: int
    failed: int
    early: float
    late: float
    digest: str


def write_jsonl(path: Path, articles: int) -> None:
    """Articles of eight paragraphs, half of them Japanese, no two alike."""
    texts = Texts()
    with path.open("w", encoding="utf-8") as lines:
        for number in range(articles):
            chance = random.Random(SEED * 1_000_033 + number)  # noqa: S311 - repeatable, not secret
            language = "ja" if number % 2 else "en"
            body = "\n".join(texts.paragraph(language, chance, number * 100 + n) for n in range(8))
            moment = _MOMENT + datetime.timedelta(minutes=number)
            url = f"https://given.example/news/{number}.html"
            title = texts.paragraph(language, chance, number)[:60]
            line = {"url": url, "title": title, "text": body, "published_at": moment.isoformat(), "source": "given"}
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def write_warc(path: Path, pages: int) -> None:
    """The pages of the generated site."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number in range(pages):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                f"https://benchmark.example{path_of(number)}",
                "response",
                payload=io.BytesIO(page(number, pages)),
                http_headers=headers,
                warc_headers_dict={"WARC-Date": "2026-10-06T00:00:00Z"},
            )
            writer.write_record(record)


def measure(file: Path, url: str) -> Figures:
    """Import one file into one new database."""
    command = [sys.executable, "-m", "crawler", "import", str(file), "--db", url, "--json", "--quiet"]
    began = time.perf_counter()
    memory: list[float] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                memory.append(watched.memory_info().rss / 1e6)
                process.wait(0.5)
            except (subprocess.TimeoutExpired, psutil.NoSuchProcess):
                continue
        seconds = time.perf_counter() - began
        record = json.loads(process.stdout.read()) if process.stdout is not None else {}
    # The last looks fall into the end of the process, when all is given back.
    return Figures(
        seconds,
        sum(record[name] for name in OUTCOMES),
        record["articles_new"],
        record["failed"],
        memory[len(memory) // 5],
        max(memory[-10:]),
        _digest(url),
    )


def _digest(url: str) -> str:
    """One hash of what an analyst sees, in an order that does not depend on the database."""
    database = connect(url)
    queries = (
        "SELECT url, source, language, title, text, published_at, revision FROM articles",
        "SELECT a.url, c.url, c.kind FROM copies AS c JOIN articles AS a ON a.id = c.article_id",
        "SELECT page_url, url, title, summary FROM related_links",
    )
    digest = hashlib.sha256()
    with database.reading() as connection:
        for query in queries:
            rows = sorted(json.dumps([_plain(value) for value in row]) for row in connection.execute(text(query)))
            digest.update("\n".join(rows).encode())
    database.close()
    return digest.hexdigest()[:16]


def _plain(value: object) -> object:
    return (
        value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime.datetime) else value
    )


@dataclasses.dataclass
class Import:
    """One file, imported into both kinds of database."""

    name: str
    records: int
    by_database: dict[str, Figures]

    def rows(self) -> list[tuple[Cell, ...]]:
        """A row a database, for the table."""
        return [
            (
                self.name,
                kind,
                self.records,
                found.articles,
                found.failed,
                self.records / found.seconds,
                found.early,
                found.late,
            )
            for kind, found in self.by_database.items()
        ]

    def checks(self) -> list[Check]:
        """Both databases hold the same, and memory does not grow with the file."""
        digests = {found.digest for found in self.by_database.values()}
        same = Check(f"{self.name}: the same rows on both databases", " / ".join(sorted(digests)), len(digests) == 1)
        if self.records < LONG:
            return [same]
        worst = max(found.late / found.early for found in self.by_database.values())
        claim = f"{self.name}: memory at the end at most {MOST_GROWTH} of that at a fifth"
        return [same, Check(claim, f"{worst:.2f}", worst <= MOST_GROWTH)]


def measure_all(extent: Extent) -> Findings:
    """Import every file into both databases."""
    server = PostgreSQLServer()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            articles, pages = extent.of(ARTICLES), extent.of(PAGES)
            write_jsonl(folder / "articles.jsonl", articles)
            write_warc(folder / "pages.warc.gz", pages)
            files = [
                ("generated pages, WARC", folder / "pages.warc.gz"),
                ("generated articles, JSONL", folder / "articles.jsonl"),
            ]
            if extent.warc is not None:
                files.append(("real pages, WARC", extent.warc))
            imports = []
            for number, (title, file) in enumerate(files):
                urls = {"SQLite": f"sqlite:///{folder}/{number}.db", "PostgreSQL": server.create(f"import{number}")}
                found = {kind: measure(file, url) for kind, url in urls.items()}
                imports.append(Import(title, max(one.records for one in found.values()), found))
    finally:
        server.stop()
    columns = ("file", "database", "records", "new", "failed", "records a second", "MB at a fifth", "MB at the end")
    rows = tuple(row for one in imports for row in one.rows())
    return Findings((Table(columns, rows),), tuple(check for one in imports for check in one.checks()))


SECTION = Section(
    "import",
    30,
    "Import",
    """
`kiji import` reads a WARC file of generated pages and a JSONL file of generated articles into new databases. Workers
on all cores read the pages of the WARC file. The articles of the JSONL file are already extracted. The rate covers the
whole command. Memory is the resident memory of the main process, measured every half second: at a fifth of the time,
and the maximum of the last values. The comparison covers the rows of `articles`, `copies` and `related_links`.
""",
    measure_all,
)
