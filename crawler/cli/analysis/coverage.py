"""Compare what the languages and sources report: ``kiji coverage``."""

import contextlib
import dataclasses
import datetime
import json
import sys
from typing import Annotated

import typer

from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.cli.output import counted
from crawler.cli.stories import parse_moment
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line
from storage.database.open import open_database
from storage.stories.coverage import (
    Coverage,
    Taking,
    active_stories,
    compare_coverage,
    in_words,
    story_coverage,
    takings,
)

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "coverage",
        help=example(purpose("coverage"), "kiji coverage --since 2026-10-01", "kiji coverage --json"),
    )(coverage_command)


def coverage_command(
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Only stories with an article since this day or time.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Only stories that began before this day or time.")
    ] = None,
    config: ConfigOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare."""
    settings = find_config(config)
    begin, end = (parse_moment(when, settings.crawl.timezone) if when else None for when in (since, until))
    database = open_database(database_url(db, settings), create=False)
    with contextlib.closing(database), database.reading() as connection:
        coverage = compare_coverage(story_coverage(connection, active_stories(connection, begin, end)))
        taken = takings(connection, begin, end)
    if as_json:
        whole = {**dataclasses.asdict(coverage), "takings": [dataclasses.asdict(each) for each in taken]}
        sys.stdout.write(json.dumps(whole, ensure_ascii=False, default=_seconds) + "\n")
        return
    sys.stdout.write("".join(f"{line}\n" for line in map(sanitize_line, _lines(coverage, taken))))


def _seconds(delay: datetime.timedelta) -> float:
    return delay.total_seconds()


def _lines(coverage: Coverage, taken: list[Taking]) -> list[str]:
    lines = [
        f"stories with several articles: {coverage.in_both} in both languages,"
        f" {coverage.only_japanese} in Japanese only, {coverage.only_english} in English only",
        f"Japanese was first with {coverage.japanese_first} of both"
        + (f", by {in_words(coverage.japanese_lead)} (median)" if coverage.japanese_lead else "")
        + f"; English with {coverage.english_first}"
        + (f", by {in_words(coverage.english_lead)}" if coverage.english_lead else ""),
    ]
    lines += [
        f"first with {counted(number, 'story', 'stories')}: {name}" for name, number in coverage.first_sources[:SHOWN]
    ]
    for each in taken[:SHOWN]:
        delay = f", {in_words(each.delay)} later (median)" if each.delay is not None else ""
        lines.append(f"{each.taker} has {counted(each.texts, 'text')} of {each.giver}{delay}")
    return lines
