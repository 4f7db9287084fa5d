"""Files that are damaged, imports that are killed, and databases that somebody else holds."""

import contextlib
import json
import os
import secrets
import signal
import sqlite3
import subprocess
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from storage.database.open import open_database
from tests.support.commands import end_fork_server, kiji, query, record_of, start_group, start_kiji
from tests.support.import_files import PARAGRAPHS, Record, line, page, write_warc
from tests.support.warm_python import Running

LINES = 80 + 16 * (os.cpu_count() or 1)
"""More than is under way at any time: three transactions of 20 lines, and 16 for each reading process."""
SMALL_BATCHES = """
import crawler.imports.reader, pipelines.workers.fork_server
pipelines.workers.fork_server.preload_workers()
crawler.imports.reader.BATCH = 20
import crawler.cli
raise SystemExit(crawler.cli.run())
"""
IMPORT = ("-c", SMALL_BATCHES, "import", "articles.jsonl")


def records(number: int) -> list[Record]:
    return [
        Record(f"https://news.example/a/{i}", page(f"Ferry {i} returns", (*PARAGRAPHS, f"It was ferry {i * 7919}.")))
        for i in range(number)
    ]


@pytest.mark.parametrize("name", ["pages.warc.gz", "pages.warc"])
def test_a_damaged_record_costs_no_other(tmp_path: Path, name: str) -> None:
    ends = write_warc(tmp_path / name, records(6))
    damaged = bytearray((tmp_path / name).read_bytes()[: ends[-1] - 40])
    if name.endswith(".gz"):
        damaged[ends[1] + 40 : ends[1] + 60] = bytes(20)
    else:
        damaged[ends[1] : ends[1] + 4] = b"????"
    (tmp_path / name).write_bytes(damaged)
    done = kiji("import", name, "--json", folder=tmp_path)
    assert done.returncode == 1
    assert [told.partition(":")[2].partition(":")[0] for told in done.stderr.splitlines() if "record " in told] == [
        f" {name}, record 3",
        f" {name}, record 6",
    ]
    assert record_of(done)["articles_new"] == 4


def test_a_record_whose_address_is_too_long_costs_no_other(tmp_path: Path) -> None:
    long = f"https://news.example/a/1?return={'x' * 2_500}"
    write_warc(tmp_path / "pages.warc", [Record(long, page("Ferry returns")), *records(1)])
    done = kiji("import", "pages.warc", folder=tmp_path)
    assert done.returncode == 1
    assert "record 1: an address of more than 2,000 characters" in done.stderr
    assert query(tmp_path, "SELECT outcome FROM fetches ORDER BY id") == [("failed",), ("new",)]


def position(folder: Path) -> int:
    """How many lines have been imported so far."""
    try:
        rows = query(folder, "SELECT records FROM import_file")
    except sqlite3.OperationalError:  # the tables are not there yet
        return 0
    return int(rows[0][0]) if rows else 0


def start(folder: Path, lines: int) -> Running:
    """Start an import, and wait until it has stored so many lines."""
    running = start_kiji(*IMPORT, folder=folder)
    while running.poll() is None and position(folder) < lines:
        try:
            running.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
    return running


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    texts = (" ".join(f"word{number}x{place}" for place in range(25)) for number in range(LINES))
    (tmp_path / "articles.jsonl").write_text("\n".join(line(number, text=text) for number, text in enumerate(texts)))
    return tmp_path


def test_a_killed_import_goes_on_where_it_was(lines: Path) -> None:
    running = start(lines, 1)
    children = psutil.Process(running.pid).children(recursive=True)
    running.kill()
    running.wait()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    before = position(lines)
    assert 0 < before < LINES
    last = kiji(*IMPORT, "--json", folder=lines)
    assert last.returncode == 0
    assert record_of(last)["articles_new"] == LINES - before
    assert query(lines, "SELECT count(*), count(DISTINCT url) FROM articles") == [(LINES, LINES)]
    assert query(lines, "SELECT count(*), count(DISTINCT url) FROM fetches") == [(LINES, LINES)]
    assert query(lines, "SELECT status FROM runs ORDER BY id") == [("killed",), ("done",)]
    again = record_of(kiji(*IMPORT, "--json", folder=lines))
    assert (again["articles_unchanged"], again["articles_new"]) == (LINES, 0)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_stops_the_import_and_a_second_one_meanwhile_is_turned_away(
    lines: Path, number: signal.Signals, code: int
) -> None:
    running = start(lines, 1)
    running.send_signal(signal.SIGSTOP)  # it holds the database, and does not end meanwhile
    second = kiji(*IMPORT, folder=lines)
    running.send_signal(number)
    running.send_signal(signal.SIGCONT)
    assert running.wait(60) == code
    assert second.returncode == 3
    assert f"process {running.pid}" in second.stderr
    assert query(lines, "SELECT status FROM runs") == [("stopped",)]
    before = position(lines)
    assert 0 < before < LINES
    assert query(lines, "SELECT count(*) FROM articles") == [(before,)]
    last = record_of(kiji(*IMPORT, "--json", folder=lines))
    assert last["articles_new"] == LINES - before


@pytest.mark.parametrize("loses_its_fork_server", [False, True])
def test_a_signal_to_the_whole_process_group_stops_the_import_as_one_to_it_alone(
    lines: Path, *, loses_its_fork_server: bool
) -> None:
    with start_group(*IMPORT, "--json", folder=lines) as running:
        while running.poll() is None and position(lines) < 1:
            psutil.wait_procs([], timeout=0.01)
        os.killpg(running.pid, signal.SIGSTOP)  # it does not end meanwhile
        if loses_its_fork_server:
            end_fork_server(running.pid)
        os.killpg(running.pid, signal.SIGTERM)
        os.killpg(running.pid, signal.SIGCONT)
        out, err = running.communicate(timeout=120)
    assert running.returncode == 143
    record = json.loads(out)
    assert record["status"] == "stopped"
    assert 0 < record["articles_new"] == position(lines) < LINES
    assert "has died" not in err


def test_an_import_that_loses_its_fork_server_goes_on(lines: Path) -> None:
    with start_group(*IMPORT, "--json", folder=lines) as running:
        while running.poll() is None and position(lines) < 1:
            psutil.wait_procs([], timeout=0.01)
        end_fork_server(running.pid)
        out, _ = running.communicate(timeout=120)
    assert running.returncode == 0
    assert json.loads(out)["articles_new"] == LINES


FULL_DISK = """
from sqlalchemy import event
from sqlalchemy.engine import Engine
import crawler.cli, crawler.imports.reader
crawler.imports.reader.BATCH = 20
event.listen(Engine, "connect", lambda connection, _record: connection.execute("PRAGMA max_page_count = {pages}"))
raise SystemExit(crawler.cli.run())
"""


def test_a_disk_that_fills_up_ends_the_import_with_1_in_one_line_and_the_next_one_goes_on(lines: Path) -> None:
    assert kiji("db", "upgrade", folder=lines).returncode == 0
    open_database(f"sqlite:///{lines}/kiji.db").close()
    [(pages,)] = query(lines, "PRAGMA page_count")
    done = kiji("-c", FULL_DISK.format(pages=pages + 25), "import", "articles.jsonl", "--quiet", folder=lines)
    assert done.returncode == 1
    [told] = done.stderr.splitlines()
    assert "has no room left to grow" in told
    assert told.endswith("free space on its disk, and start again")
    before = position(lines)
    assert 0 < before < LINES
    assert query(lines, "SELECT count(*) FROM articles") == [(before,)]
    assert query(lines, "SELECT status, articles_new FROM runs") == [("failed", before)]
    last = record_of(kiji(*IMPORT, "--json", folder=lines))
    assert (last["status"], last["articles_new"]) == ("done", LINES - before)


def test_what_cannot_be_imported_is_said_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "articles.csv").touch()
    long = "n" * 300 + ".warc"
    done = kiji("import", "nothing.warc", "articles.csv", long, folder=tmp_path)
    assert done.returncode == 2
    assert "nothing.warc: no such file" in done.stderr
    assert f"{long}: no such file" in done.stderr
    assert "articles.csv" in done.stderr
    assert not (tmp_path / "kiji.db").exists()


def test_a_path_may_be_as_long_as_the_system_allows(archive_url: str, tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*(secrets.token_hex(100) for _ in range(18)))  # no database packs such names
    folder.mkdir(parents=True)
    for number in (1, 2):
        (folder / f"{number}.jsonl").write_text(line(number))
    paths = [str(folder / f"{number}.jsonl") for number in (1, 2)]
    assert record_of(kiji("import", *paths, "--json", "--db", archive_url, folder=tmp_path))["articles_new"] == 2
    again = record_of(kiji("import", *paths, "--json", "--db", archive_url, folder=tmp_path))
    assert again["articles_unchanged"] == 2
    with contextlib.closing(open_database(archive_url)) as database, database.reading() as connection:
        stored = connection.execute(text("SELECT path FROM import_file ORDER BY id")).scalars().all()
    assert [path[-8:] for path in stored] == ["/1.jsonl", "/2.jsonl"]


def test_a_file_that_gives_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    done = kiji("import", "empty.jsonl", folder=tmp_path)
    assert done.returncode == 1
    assert "empty.jsonl gave no article" in done.stderr
