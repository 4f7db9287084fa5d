"""Keep collections of articles with notes and tags: ``kiji collect``."""

import contextlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.cli.output import OutputOption, check_output, counted, tell_output
from crawler.config.errors import ConfigError
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line
from pipelines.addresses.place import place
from storage.atomic_file import replace_file
from storage.collections.collect import (
    article_ids,
    collect,
    collected_articles,
    list_collections,
    remove_collection,
    take_out,
)
from storage.column_types import utc_now
from storage.database.open import open_database
from storage.export.collection_files import FORMATS, collection_text

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The collection's name.")]
ArticlesArgument = Annotated[list[str], typer.Argument(metavar="ID|URL ...", help="Articles: ids or addresses.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help=example(
            f"{purpose('collect')} They stay through crawls and re-readings, until an article is forgotten.",
            "kiji collect add tariffs 7 12 --note 'first reports' --tag lead",
            "kiji collect export tariffs -o tariffs.csv",
        ),
    )
    app.add_typer(group, name="collect")
    group.command("add", help=example("Add articles.", "kiji collect add tariffs 7 --tag lead --tag check"))(
        add_command
    )
    group.command("take-out", help=example("Take articles out.", "kiji collect take-out tariffs 7"))(take_out_command)
    group.command("list", help=example("List the collections.", "kiji collect list --json"))(list_command)
    group.command("show", help=example("Show a collection.", "kiji collect show tariffs"))(show_command)
    group.command(
        "export",
        help=example(
            "Write the articles with notes and tags: .csv, .json, .bib or .ris.", "kiji collect export tariffs -o t.bib"
        ),
    )(export_command)
    group.command("remove", help=example("Remove a collection; the articles stay.", "kiji collect remove tariffs"))(
        remove_command
    )


def add_command(
    name: NameArgument,
    articles: ArticlesArgument,
    note: Annotated[
        str | None, typer.Option("--note", help="A note on these articles, in place of the former.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag, in place of the former; repeatable.")
    ] = None,
    config: ConfigOption = None,
    db: DatabaseOption = None,
) -> None:
    """Add articles."""
    settings = find_config(config)
    database = open_database(database_url(db, settings), create=False)
    with contextlib.closing(database), database.writing() as session:
        ids = article_ids(session, articles, lambda url: place(url, settings.parameter_rules).key)
        new = collect(session, name, ids, utc_now(), note=note, tags=tag or None)
    sys.stdout.write(f"{name}: {new} added, {len(set(ids)) - new} in it already\n")


def take_out_command(
    name: NameArgument, articles: ArticlesArgument, config: ConfigOption = None, db: DatabaseOption = None
) -> None:
    """Take articles out."""
    settings = find_config(config)
    database = open_database(database_url(db, settings), create=False)
    with contextlib.closing(database), database.writing() as session:
        number = take_out(
            session, name, article_ids(session, articles, lambda url: place(url, settings.parameter_rules).key)
        )
    sys.stdout.write(f"{name}: {number} taken out\n")


def list_command(config: ConfigOption = None, db: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the collections."""
    database = open_database(database_url(db, find_config(config)), create=False)
    with contextlib.closing(database), database.reading() as connection:
        collections = list_collections(connection)
    if as_json:
        sys.stdout.write(json.dumps(collections, ensure_ascii=False) + "\n")
        return
    for each in collections:
        sys.stdout.write(f"{each['name']}: {counted(each['articles'], 'article')}\n")
    if not collections:
        sys.stdout.write("no collection yet; kiji collect add NAME ID makes one\n")


def show_command(
    name: NameArgument, config: ConfigOption = None, db: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Show a collection."""
    articles = _read(name, config, db)
    if as_json:
        sys.stdout.write(json.dumps(articles, ensure_ascii=False) + "\n")
        return
    for each in articles:
        tags = f"  [{each['tags']}]" if each["tags"] else ""
        sys.stdout.write(
            sanitize_line(f"{each['id']} {each['language']} {each['source']}: {each['title']}{tags}") + "\n"
        )
        sys.stdout.write(sanitize_line(f"    {each['published_at'] or each['first_seen_at']} {each['url']}") + "\n")
        sys.stdout.write(sanitize_line(f"    {each['note']}") + "\n" if each["note"] else "")
    sys.stdout.write(f"{counted(len(articles), 'article')}\n")


def export_command(
    name: NameArgument, output: OutputOption, config: ConfigOption = None, db: DatabaseOption = None
) -> None:
    """Write a collection."""
    given = output.suffix.lstrip(".").lower()
    kind = next((each for each in FORMATS if each == given), None)
    if kind is None:
        raise ConfigError([f'-o {output}: "{given}" is no format; allowed: {", ".join(FORMATS)}'])
    check_output(output, config, database_url(db, find_config(config)))
    articles = _read(name, config, db)
    try:
        with replace_file(output) as partial:
            partial.write_text(collection_text(articles, kind), encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigError([f"-o {output}: {error.strerror or error}"]) from None
    tell_output(output, counted(len(articles), "article"))


def _read(name: str, config: Path | None, db: str | None) -> list[dict[str, Any]]:
    database = open_database(database_url(db, find_config(config)), create=False)
    with contextlib.closing(database), database.reading() as connection:
        return collected_articles(connection, name)


def remove_command(name: NameArgument, config: ConfigOption = None, db: DatabaseOption = None) -> None:
    """Remove a collection."""
    database = open_database(database_url(db, find_config(config)), create=False)
    with contextlib.closing(database), database.writing() as session:
        remove_collection(session, name)
    sys.stdout.write(f"collection {name} removed\n")
