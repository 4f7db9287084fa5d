"""Import of WARC and JSONL on both databases: records a second, memory over time, and whether both hold the same.

    python -m benchmarks.importing [FILE.warc.gz] [--articles 20000] [--pages 2000]

Without a file, a WARC of generated pages. Each import is ``kiji import`` in a process of its own into a new database;
its resident memory, without the workers, is looked at every half second, and told at a fifth of the time and
at the end.
"""

import argparse
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

from benchmarks.generated_site import SEED, Texts, page, path_of
from storage.database import connect
from tests.archive.postgresql import PostgreSQLServer

ROOT = Path(__file__).parents[1]
_MOMENT = datetime.datetime(2026, 10, 5, tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True)
class Figures:
    """One import: its record, seconds, and resident megabytes of the main process at a fifth and at the end."""

    seconds: float
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


def main() -> int:
    """Measure every file on both databases and print a table; exit code 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--pages", type=int, default=2_000)
    options = parser.parse_args()
    server = PostgreSQLServer()
    different = 0
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_jsonl(folder / "articles.jsonl", options.articles)
            warc = options.file.resolve() if options.file is not None else folder / "pages.warc.gz"
            if options.file is None:
                write_warc(warc, options.pages)
            print(
                f"{'file':<20}{'database':<12}{'new':>8}{'failed':>8}{'a second':>10}{'MB at 20%':>11}{'MB at end':>11}"
            )
            for file in (warc, folder / "articles.jsonl"):
                urls = {"sqlite": f"sqlite:///{folder}/{file.name}.db", "postgresql": server.create(file.name)}
                results = {kind: measure(file, url) for kind, url in urls.items()}
                for kind, found in results.items():
                    rate = found.articles / found.seconds
                    print(
                        f"{file.name:<20}{kind:<12}{found.articles:>8}{found.failed:>8}{rate:>10.1f}"
                        f"{found.early:>11.0f}{found.late:>11.0f}"
                    )
                same = len({found.digest for found in results.values()}) == 1
                different += not same
                print(f"{file.name}: both databases hold {'the same' if same else 'DIFFERENT'} rows")
    finally:
        server.stop()
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
