"""List persons, organisations and places, and the articles that name them: ``kiji entities``."""

import contextlib
import json
import sys
from typing import Annotated, Any

import typer

from crawler.cli.commands import purpose
from crawler.cli.options import HIGHEST, ConfigOption, DatabaseOption, JsonOption, example
from crawler.cli.output import counted
from crawler.cli.stories import parse_moment
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line
from storage.database.open import open_database
from storage.entities.queries import entity_record, list_entities
from storage.entity_rules import EntityKind
from storage.errors import DatabaseError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "entities",
        help=example(purpose("entities"), "kiji entities --kind person --since 2026-10-05", "kiji entities 李在明"),
    )(entities_command)


def entities_command(
    name: Annotated[str, typer.Argument(metavar="[NAME|ID]", help="A part of a name in either script, or an id.")] = "",
    kind: Annotated[EntityKind | None, typer.Option("--kind", help="Only this kind.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Count only articles since this day or time.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=HIGHEST, help="Number of entities, or of articles.")] = 20,
    config: ConfigOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List entities, or show the one with an id."""
    settings = find_config(config)
    moment = parse_moment(since, settings.crawl.timezone) if since else None
    database = open_database(database_url(db, settings), create=False)
    with contextlib.closing(database), database.reading() as connection:
        if name.isascii() and name.isdigit():
            record = entity_record(connection, int(name[:18]), limit=limit)
            if record is None:
                msg = f"no entity {name}; kiji entities lists them"
                raise DatabaseError(msg)
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n" if as_json else _shown(record))
            return
        found = list_entities(connection, name=name, kind=kind or "", since=moment, limit=limit)
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        return
    for row in found:
        counts = f"{counted(row['articles'], 'article')} ({row['articles_ja']} ja, {row['articles_en']} en)"
        sys.stdout.write(sanitize_line(f"{row['id']}  {row['kind']}  {_names(row)}  {counts}") + "\n")
    if not found:
        sys.stdout.write("no entity; kiji db stories finds those of articles that are stored already\n")


def _names(row: dict[str, Any]) -> str:
    return " / ".join(dict.fromkeys(name for name in (row["name_ja"], row["name_en"]) if name))


def _shown(record: dict[str, Any]) -> str:
    lines = [f"{record['kind']} {record['id']}: {_names(record)}, {counted(record['articles'], 'article')}"]
    lines.append("  as " + ", ".join(f"{form['form']} ({form['articles']})" for form in record["forms"]))
    days: dict[str, list[str]] = {}
    for row in record["days"]:
        days.setdefault(row["day"], []).append(f"{row['articles']} {row['language']}")
    lines += [f"  {day}  {', '.join(counts)}" for day, counts in list(days.items())[:14]]
    for article in record["newest"]:
        lines.append(f"  {article['id']} {article['language']} {article['source']}: {article['title']}")
        lines.append(f"    {article['published_at'] or article['first_seen_at']} {article['url']}")
    return "\n".join(map(sanitize_line, lines)) + "\n"
