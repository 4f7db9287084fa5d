"""Set up a crawl: ``kiji init``, ``kiji doctor`` and ``kiji schedule``."""

import contextlib
import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, example
from crawler.config.edit import add_source, new_config
from crawler.config.errors import ConfigError
from crawler.config.models import Config
from crawler.monitoring.crontab import Schedule, crontab_line
from crawler.monitoring.doctor import Finding, examine_place, examine_sources, examine_store
from crawler.plan import DEFAULT_CONFIG, config_file, database_url, find_config
from crawler.sanitize import sanitize_line
from storage.column_types import utc_now
from storage.credentials import remove_credentials
from storage.database.engine import parse_url
from storage.database.open import open_database

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "init",
        help=example(
            purpose("init"),
            "kiji init --contact https://example.com/bot --name mirai https://news.example/ja/feed.xml",
        ),
    )(init_command)
    app.command(
        "doctor",
        help=example(
            f"{purpose('doctor')} The exit code is 1 if a check fails.",
            "kiji doctor",
            "kiji doctor --offline",
        ),
    )(doctor_command)
    app.command(
        "schedule",
        help=example(
            purpose("schedule"),
            "(crontab -l; kiji schedule) | crontab -",
        ),
    )(schedule_command)
    app.command(
        "signature",
        help=example(
            f"{purpose('signature')} The key is made by openssl and named in [signatures] key.",
            "openssl genpkey -algorithm ed25519 -out bot-key.pem",
            "kiji signature > /srv/www/.well-known/http-message-signatures-directory",
        ),
    )(signature_command)


def init_command(
    start: Annotated[
        list[str] | None, typer.Argument(metavar="[URL ...]", help="A first source's start pages.")
    ] = None,
    config: ConfigOption = None,
    db: DatabaseOption = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="The first source's name.")] = None,
    contact: Annotated[
        str, typer.Option("--contact", metavar="ADDRESS", help="Contact for site operators: a page or mailto:.")
    ] = "",
    allow_private_addresses: Annotated[
        bool, typer.Option("--allow-private-addresses", help="Allow private addresses for the source's start hosts.")
    ] = False,
) -> None:
    """Create what a crawl needs; change nothing that exists."""
    path = config or Path(os.environ.get("KIJI_CONFIG") or DEFAULT_CONFIG)
    if path.exists():
        raise ConfigError([f"{path}: exists already; add sources with: kiji sources add NAME URL"])
    if bool(start) != bool(name):
        raise ConfigError(["kiji init: a first source needs both --name and its start pages"])
    url = db or os.environ.get("KIJI_DB") or "sqlite:///kiji.db"
    parse_url(url)
    _write_config(path, new_config(url, contact))
    try:
        if start and name:
            private = {"allow_private_addresses": True} if allow_private_addresses else {}
            add_source(path, {"name": name, "start": tuple(start)} | private)
        find_config(path)
        database = open_database(url)
    except Exception:
        path.unlink()  # so that a second try starts afresh
        raise
    database.close()
    sys.stdout.write(f"made {path} and {database.url}. Next:\n")
    if not contact:
        sys.stdout.write(f"  edit user_agent in {path}: your name and contact\n")
    if not start:
        sys.stdout.write("  kiji sources add NAME URL   a first source\n")
    sys.stdout.write("  kiji doctor                 check the set-up\n  kiji crawl                  the first crawl\n")


def _write_config(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)  # it may come to hold passwords
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()  # on a full disk an empty one is made
        raise ConfigError([f"{path}: cannot be written: {error.strerror or error}"]) from None


def doctor_command(
    config: ConfigOption = None,
    db: DatabaseOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Fetch nothing.")] = False,
) -> int:
    """Examine; return 1 where something fails."""
    settings = find_config(config)
    findings = []
    for finding in examine_place(settings, config_file(config), database_url(db, settings), utc_now()):
        _show(finding)
        findings.append(finding)
    for finding in () if offline else examine_store(settings, database_url(db, settings)):
        _show(finding)
        findings.append(finding)
    if not offline and settings.enabled_sources:
        for finding in _fetched(settings):
            _show(finding)
            findings.append(finding)
    return 1 if any(finding.level == "fail" for finding in findings) else 0


def _fetched(settings: Config) -> list[Finding]:
    from crawler.preview.trial import try_sources  # Scrapy, which the other commands need not wait for

    return list(examine_sources(try_sources(settings.enabled_sources, settings, 0), settings))


def _show(finding: Finding) -> None:
    line = Text(f"{finding.level:<5}", style=STYLES[finding.level])
    line.append(sanitize_line(remove_credentials(f"{finding.what}: {finding.text}")), style="default")
    Console().print(line, soft_wrap=True)


def schedule_command(
    config: ConfigOption = None,
    db: DatabaseOption = None,
    every: Annotated[
        int, typer.Option("--every", metavar="MINUTES", min=1, max=1440, help="Minutes between crawls.")
    ] = 15,
    log: Annotated[Path | None, typer.Option("--log", metavar="FILE", help="The log file.")] = None,
) -> None:
    """Print the line."""
    path = config_file(config)
    if path is None:
        raise ConfigError([f"no config: there is no {DEFAULT_CONFIG} here; kiji init makes one"])
    find_config(path)
    folder = Path.cwd()
    given = db or os.environ.get("KIJI_DB")
    schedule = Schedule(
        folder=folder,
        program=_program(),
        path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        log=(log or Path("kiji.log")).absolute(),
        minutes=every,
        config=path.absolute(),
        database=given,
    )
    sys.stdout.write(crontab_line(schedule) + "\n")


def _program() -> tuple[str, ...]:
    """Return the command of this installation, whatever the PATH."""
    beside = Path(sys.executable).parent / "kiji"
    command = str(beside) if beside.exists() else shutil.which("kiji")
    return (str(Path(command).absolute()),) if command else (sys.executable, "-m", "crawler")


def signature_command(config: ConfigOption = None) -> None:
    """Print the directory of keys."""
    from crawler.request_signatures import SignatureProblem, key_directory

    settings = find_config(config).signatures
    if not settings.key:
        raise ConfigError(["kiji signature: no [signatures] key is configured"])
    try:
        sys.stdout.write(f"{key_directory(settings)}\n")
    except SignatureProblem as problem:
        raise ConfigError([str(problem)]) from None
