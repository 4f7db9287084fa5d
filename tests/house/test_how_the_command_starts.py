"""Every start of the command pays for what it imports: cron starts it every few minutes."""

import datetime
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from sqlalchemy import update

from crawler.cli.application import build_app
from crawler.cli.commands import COMMANDS, format_help
from storage.column_types import utc_now
from storage.database.open import open_database
from storage.distribution import kiji_version
from storage.tables.core import Source
from tests.support.commands import cold_kiji, environment_of, kiji, query, record_of
from tests.support.planted_sources import GIVES, plant

HEAVY = (
    *("scrapy", "twisted", "trafilatura", "numpy", "langdetect", "feedparser", "pebble", "warcio", "requests"),
    *("alembic", "pandas", "polars", "xlsxwriter", "datasette", "procrastinate", "apprise", "psycopg", "tldextract"),
    *("jinja2", "http.client", "tomlkit", "lxml", "multiprocessing"),
)
"""What some commands need, and all would wait for."""

IMPORTED = """
import atexit, sys
from crawler.__main__ import main
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
sys.argv = ["kiji", *{arguments}]
main()
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    """Run the command; return what it had imported at its end."""
    program = IMPORTED.format(arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment_of(), check=True, capture_output=True, text=True
    )
    return set(done.stderr.split("\n")[-2].split())


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a source that is not due."""
    folder = tmp_path_factory.mktemp("crawled")
    config = '[[source]]\nname = "harbor"\nstart = ["https://harbor.example/feed"]\n'
    (folder / "kiji.toml").write_text(config, encoding="utf-8")
    database = open_database(f"sqlite:///{folder}/kiji.db")
    now = utc_now()
    plant(database, now, {"harbor": GIVES})
    with database.writing() as session:
        session.execute(update(Source).values(polled_at=now, due_at=now + datetime.timedelta(hours=1)))
    database.close()
    return folder


@pytest.mark.parametrize("arguments", [("runs",), ("search", "ferry"), ("crawl",)], ids=" ".join)
def test_a_command_starts_without_what_only_others_need(crawled: Path, arguments: Sequence[str]) -> None:
    assert set(HEAVY) & imported(crawled, *arguments) == set()


def test_the_help_is_printed_before_anything_is_imported(tmp_path: Path) -> None:
    bare = subprocess.run(
        [sys.executable, "-c", "import sys, signal; print(*sys.modules)"], check=True, capture_output=True, text=True
    )
    more = imported(tmp_path, "--help") - set(bare.stdout.split())
    ours = {"crawler", "crawler.__main__", "crawler.cli", "storage", "storage.plugins"}
    assert more <= ours | {f"crawler.cli.{name}" for name in ("commands", "streams")} | {"atexit"}


def test_the_help_and_the_version_are_printed_by_the_command(tmp_path: Path) -> None:
    help_text = cold_kiji("--help", folder=tmp_path)
    assert (help_text.returncode, help_text.stdout, help_text.stderr) == (0, format_help(80, {}), "")
    version = cold_kiji("--version", folder=tmp_path)
    assert (version.returncode, version.stdout, version.stderr) == (0, f"kiji {kiji_version()}\n", "")
    nothing = cold_kiji(folder=tmp_path)
    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (2, "", format_help(80, {}))


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_help_lists_every_command_with_its_purpose_within_the_width(width: int) -> None:
    text = format_help(width, {"sections": "Count the articles of each section."})
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    assert all(f"{name} {purpose}" in words for name, (_, purpose) in COMMANDS.items())
    assert "sections Count the articles of each section." in words


def test_the_table_of_commands_has_what_their_modules_register() -> None:
    registered = {}
    for module in dict.fromkeys(module for module, _ in COMMANDS.values()):
        group = typer.main.get_command(build_app([module]))
        for name, command in getattr(group, "commands", {}).items():
            first, end, _ = command.help.partition("\n\n")[0].partition(". ")
            registered[name] = (module, first + end.rstrip())
    assert registered == COMMANDS


def test_a_crawl_with_nothing_due_is_a_run_of_its_own(crawled: Path) -> None:
    record = record_of(kiji("crawl", "--json", folder=crawled))
    assert (record["status"], record["requests"], record["command"]) == ("done", 0, "kiji crawl")
    rows = query(crawled, "SELECT status, requests, finished_at >= started_at FROM runs WHERE id = ?", record["id"])
    assert rows == [("done", 0, 1)]
    assert query(crawled, "SELECT count(*) FROM fetches WHERE run_id = ?", record["id"]) == [(0,)]


INTERRUPTED = """
import os, signal, sys
from crawler.__main__ import main

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            os.killpg(0, signal.SIGINT)

sys.meta_path.insert(0, Finder())
sys.argv = ["kiji", "crawl", "https://news.example/"]
main()
"""


@pytest.mark.parametrize(
    "module", ["crawler.cli", "crawler.cli.application", "crawler.idle_crawl", "pipelines.workers.fork_server"]
)
def test_ctrl_c_while_the_command_starts_ends_it_without_a_word(tmp_path: Path, module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(module=module)],
        cwd=tmp_path,
        env=environment_of(),
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
