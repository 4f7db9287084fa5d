"""Show the health of sources: ``kiji health``."""

import datetime
import json
import socket
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.archive_place import archive_place
from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.config.errors import ConfigError
from crawler.config.models import Config
from crawler.console import logs
from crawler.monitoring.after_crawl import judge_sources, store_and_alert
from crawler.monitoring.alerts import Message, send
from crawler.monitoring.doctor import waiting_finding
from crawler.monitoring.health import Verdict
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line
from storage.column_types import utc_now
from storage.database.open import open_database
from storage.reading import iso_utc

HELP = example(
    f"{purpose('health')} The exit code is 1 if one needs a look.",
    "kiji health",
    "kiji health --json | jq 'map(select(.state != \"ok\"))'",
    "kiji health --test-alert",
    "kiji health --alert     in a crontab: sends alerts even if no crawl runs",
)
STYLES = {"ok": "green", "new": "dim"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("health", help=HELP)(health_command)


def health_command(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE ...]", help="Sources. Default: all.")] = None,
    config: ConfigOption = None,
    db: DatabaseOption = None,
    alert: Annotated[bool, typer.Option("--alert", help="Send changes to the [alerts] addresses.")] = False,
    test_alert: Annotated[
        bool, typer.Option("--test-alert", help="Send a test to each [alerts] address, and do nothing else.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Judge and show; return 1 where a source needs a look."""
    settings = find_config(config)
    if test_alert:
        return _test_alert(settings)
    known = [source.name for source in settings.enabled_sources]
    unknown = [name for name in names or () if settings.source(name) is None]
    if unknown or not known:
        problem = f"no source is named {unknown[0]!r}" if unknown else "no source is configured; kiji sources add"
        raise ConfigError([problem])
    database = open_database(database_url(db, settings), create=False)
    try:
        now = utc_now()
        verdicts = judge_sources(database, names or known, now, settings)
        problems = store_and_alert(database, verdicts, settings.alerts.urls if alert else (), now) if alert else []
    finally:
        database.close()
    if as_json:
        sys.stdout.write(
            json.dumps([_as_json(name, verdict) for name, verdict in verdicts.items()], ensure_ascii=False)
        )
        sys.stdout.write("\n")
    else:
        _show(verdicts, now)
    if late := _late_files(settings, database_url(db, settings), now):
        problems = [*problems, late]
    for problem in problems:
        logs.write_line(problem)
    return 1 if late or any(verdict.is_trouble for verdict in verdicts.values()) else 0


def _late_files(settings: Config, url: str, now: datetime.datetime) -> str:
    """Return a line about files of the raw archive that the object store should have by now, "" for none."""
    place = archive_place(settings, url)
    finding = waiting_finding(place, now) if place is not None and place.store is not None else None
    return f"object store: {finding.text}; see kiji doctor" if finding is not None and finding.level != "ok" else ""


def _test_alert(config: Config) -> int:
    """Send a test; return 1 where an address did not take it."""
    urls = config.alerts.urls
    if not urls:
        raise ConfigError(["kiji health --test-alert: no [alerts] urls are configured"])
    problems = send(Message("Kiji: a test", f"Alerts from {socket.gethostname()} arrive here.", "success"), urls)
    for problem in problems:
        logs.write_line(problem)
    sys.stdout.write(f"{len(urls) - len(problems)} of {len(urls)} addresses took the test\n")
    return 1 if problems else 0


def _as_json(name: str, verdict: Verdict) -> dict[str, Any]:
    figures = verdict.figures
    return {
        "source": name,
        "state": verdict.state,
        "since": iso_utc(verdict.since),
        "detail": verdict.detail,
        "hint": verdict.hint,
        "moved": verdict.moved,
        "last_success": iso_utc(figures.last_success),
        "last_new_article": iso_utc(figures.last_new),
        "usual_articles_a_day": round(figures.usual_a_day, 2),
        "days_silent": _rounded(figures.days_silent),
        "share_without_article": _rounded(figures.empty_share),
        "usual_share_without_article": _rounded(figures.usual_empty_share),
        "mean_characters": _rounded(figures.mean_characters),
        "usual_characters": _rounded(figures.usual_characters),
        "robots_refusals": figures.robots_refusals,
        "made_for_crawlers": figures.made_for_crawlers,
        "parser_failures": figures.parser_failures,
        "errors": dict(figures.errors),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _show(verdicts: Mapping[str, Verdict], now: datetime.datetime) -> None:
    terminal = Console()
    console = terminal if terminal.is_terminal else Console(width=200)
    table = Table(box=None, pad_edge=False)
    rows = [_cells(name, verdict, now) for name, verdict in verdicts.items()]
    for title in rows[0]:
        table.add_column(title, no_wrap=True)
    for row in rows:
        table.add_row(*row.values())
    console.print(table)
    for name, verdict in verdicts.items():
        for line in _lines(name, verdict):
            console.print(Text(sanitize_line(line)), soft_wrap=True)


def _cells(name: str, verdict: Verdict, now: datetime.datetime) -> dict[str, Text | str]:
    """Return a source's row, by column title."""
    figures = verdict.figures
    return {
        "source": Text(name),
        "state": Text(verdict.state, style=STYLES.get(verdict.state, "bold red")),
        "since": _ago(verdict.since, now),
        "last success": _ago(figures.last_success, now),
        "last new": _ago(figures.last_new, now),
        "a day": f"{figures.usual_a_day:.1f}",
        "silent": "" if figures.days_silent is None else f"{figures.days_silent:.1f} d",
        "no article": _share(figures.empty_share, figures.usual_empty_share),
        "robots": str(figures.robots_refusals or ""),
        "parser": str(figures.parser_failures or ""),
    }


def _lines(name: str, verdict: Verdict) -> list[str]:
    hint = [f"{name}: led nowhere: {verdict.hint}"] if verdict.hint else []
    if verdict.moved:
        hint.append(f"{name}: {verdict.moved}; change start in the config")
    if made_up := verdict.figures.made_for_crawlers:
        hint.append(f"{name}: {made_up} addresses were not asked for: pages made for crawlers; exclude leaves them out")
    if not verdict.is_trouble:
        return hint
    lines = [f"{name}: {verdict.state}: {verdict.detail}"]
    errors = ", ".join(f"{why} ({number})" for why, number in verdict.figures.errors)
    return [*lines, f"  lately: {errors}", *hint] if errors and errors not in verdict.detail else [*lines, *hint]


def _ago(moment: datetime.datetime | None, now: datetime.datetime) -> str:
    if moment is None:
        return "never"
    minutes = max((now - moment).total_seconds() / 60, 0)
    return (
        f"{minutes:.0f} min"
        if minutes < 100
        else f"{minutes / 60:.0f} h"
        if minutes < 2_880
        else f"{minutes / 1_440:.0f} d"
    )


def _share(recent: float | None, usual: float | None) -> str:
    if recent is None:
        return ""
    return f"{recent:.0%}" + (f" (usually {usual:.0%})" if usual is not None else "")
