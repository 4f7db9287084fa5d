"""Crawl or serve the sample news sites: ``kiji demo`` and ``kiji sample``."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.commands import purpose
from crawler.cli.options import example
from crawler.sample.content import SiteName
from crawler.sample.server import SampleSite
from storage.database.open import open_database
from storage.languages import language_name
from storage.monitoring.summary import Overview, count_contents

CONFIG = Path("kiji.toml")
FALLBACK = Path("kiji-sample.toml")
MARK = "# Written by `kiji demo`: the sample sites. Put your own sources here instead.\n"
PORTS: dict[SiteName, int] = {"mirai": 8701, "harbor": 8702}
"""Ports of the sample sites, if free: with the same addresses in every demo, rows stay the same."""

OwnDatabaseOption = Annotated[
    str | None, typer.Option("--db", metavar="URL", help="The database for the samples. Default: sqlite:///kiji.db.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "demo",
        help=example(
            f"{purpose('demo')} Uses kiji.db in this folder or --db, and ignores KIJI_DB and KIJI_CONFIG.",
            "kiji demo",
        ),
    )(demo_command)
    app.command(
        "sample",
        help=example(purpose("sample"), "kiji sample"),
    )(sample_command)


def demo_command(db: OwnDatabaseOption = None) -> int:
    """Crawl the sample sites twice; return the exit code of the worse crawl."""
    url = db or "sqlite:///kiji.db"
    with SampleSite(ports=PORTS) as site:
        config = _write_config(site, url)
        first = _crawl(config, "First crawl of the sample sites:")
        before = _overview(url)
        second = _crawl(config, "Second crawl, which stores nothing twice:")
        after = _overview(url)
    sys.stdout.write(summary(before, after, url, own_command(), _options(config, url)))
    return max(first, second)


def sample_command(db: OwnDatabaseOption = None) -> None:
    """Serve until interrupted."""
    with SampleSite(ports=PORTS) as site:
        config = _write_config(site, db or "sqlite:///kiji.db")
        sys.stdout.write(f"{site.main_url}\n{site.second_url}\ncrawl them with: kiji crawl --config {config} mirai\n")
        sys.stdout.flush()
        threading.Event().wait()


def _write_config(site: SampleSite, url: str) -> Path:
    """Write a config of the sample sites, unless the user has one of that name."""
    ours = not CONFIG.exists() or CONFIG.read_text(encoding="utf-8", errors="replace").startswith(MARK)
    path = CONFIG if ours else FALLBACK
    path.write_text(MARK + site.config(url), encoding="utf-8")
    return path


def _crawl(config: Path, heading: str) -> int:
    arguments = ["crawl", "mirai", "harbor", "--config", str(config)]
    sys.stdout.write(f"\n{heading}\n  $ kiji {' '.join(arguments)}\n")
    sys.stdout.flush()
    # Its own process, because it is the user's own command that is shown, and a reactor runs once a process.
    command = [sys.executable, "-m", "crawler", *arguments]
    # An operator's archive is no place for the samples.
    environment = {name: value for name, value in os.environ.items() if name not in ("KIJI_DB", "KIJI_CONFIG")}
    return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603 - our own command


def _overview(url: str) -> Overview:
    database = open_database(url)
    with database.reading() as connection:
        database_overview = count_contents(connection)
    database.close()
    return database_overview


def _options(config: Path, url: str) -> str:
    """Return the options by which commands find the samples from this shell."""
    options = "" if config == CONFIG and not os.environ.get("KIJI_CONFIG") else f" --config {config}"
    return f"{options} --db {url}" if os.environ.get("KIJI_DB") else options


def summary(before: Overview, after: Overview, url: str, kiji: str, options: str = "") -> str:
    """Summarize the database after the second crawl for an analyst, with next steps.

    ``kiji`` calls Kiji, with ``options`` so that it finds this config and database.
    """
    languages = ", ".join(f"{number} {language_name(code)}" for code, number in after.by_language.items())
    copies = ", ".join(f"{number} of kind {kind}" for kind, number in after.copies.items()) or "none"
    grown = {
        "articles": after.articles - before.articles,
        "copies": sum(after.copies.values()) - sum(before.copies.values()),
        "edges": after.edges - before.edges,
        "revisions": after.superseded_revisions - before.superseded_revisions,
    }
    again = ", ".join(f"{number} {name}" for name, number in grown.items())
    return f"""
The database {url} now holds:
  articles        {after.articles}: {languages}
  by source       {", ".join(f"{number} {name}" for name, number in after.by_source.items())}
  copies          {copies} (the same text at other addresses or sites; no second article)
  related links   {after.edges}, {after.edges_resolved} of them to stored articles, \
{after.edges_across_languages} to the other language
  stories         {after.stories} of more than one article, {after.stories_across_languages} of them in both languages
  second crawl    added {again}

Next:
{_next(kiji, options)}
"""


def _next(kiji: str, ours: str) -> str:
    """Return commands that can be run from this folder on this database."""
    commands = {
        f"{kiji} search 韓国{ours}": "search in both languages",
        f"{kiji} serve{ours}": "web pages: news, stories, sources, SQL",
        f"{kiji} report -o report.html{ours}": "the morning report: one file with charts",
        f"{kiji} runs{ours}": "the list of runs; runs show ID shows one of them",
        f"{kiji} inspect URL --verbose": "the text of any page, and the removed parts",
        f"{kiji} sample": f"serves the sites again; then, in another terminal: {kiji} crawl mirai{ours}",
    }
    # The one wide word takes two columns more than it has characters.
    widths = {command: len(command) + 2 * command.count("韓国") for command in commands}
    widest = max(widths.values())
    lines = [f"  {command}{' ' * (widest - widths[command])}  # {purpose}" for command, purpose in commands.items()]
    return "\n".join([*lines, "  More is in README.md."])


def own_command() -> str:
    """Return how to call this command here: by name if PATH has it, else by path."""
    own, on_path = Path(sys.executable).with_name("kiji"), shutil.which("kiji")
    if on_path is not None and Path(on_path).resolve() == own.resolve():
        return "kiji"
    here = Path.cwd()
    return str(own.relative_to(here)) if own.is_relative_to(here) else str(own)
