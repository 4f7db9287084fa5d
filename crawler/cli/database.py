"""Upgrade, reindex, copy and regroup the database: ``kiji db``."""

import contextlib
import sys
from typing import Annotated

import typer
from rich.console import Console

from crawler.cli import maintenance
from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, example
from crawler.plan import database_url, find_config
from storage.column_types import utc_now
from storage.database.copy import copy_database, count_rows_in
from storage.database.crawl_lock import crawl_lock
from storage.database.engine import connect, parse_url, read_schema_revision
from storage.database.open import open_database
from storage.errors import DatabaseUnreachable
from storage.migrations.history import HEAD
from storage.search.index import count_articles, rebuild_index


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help=example(purpose("db"), "kiji db upgrade"))
    group.callback()(lambda: None)
    group.command(
        "upgrade",
        help=example(
            "Upgrade the database to the newest schema. An SQLite file is backed up first. On PostgreSQL run"
            " kiji db backup before.",
            "kiji db upgrade --db sqlite:///kiji.db",
        ),
    )(upgrade_command)
    group.command(
        "copy",
        help=example(
            "Copy a whole archive into an empty database, SQLite to PostgreSQL or back, and compare every row.",
            "kiji db copy sqlite:///kiji.db postgresql://kiji@localhost/kiji",
        ),
    )(copy_command)
    group.command(
        "reindex",
        help=example(
            "Rebuild the search index from the articles. This is only needed after damage.",
            "kiji db reindex --db sqlite:///kiji.db",
        ),
    )(reindex_command)
    maintenance.register(group)
    group.command(
        "stories",
        help=example(
            "Group articles into stories: those without a story, or with one of an older version.",
            "kiji db stories",
        ),
    )(stories_command)
    app.add_typer(group, name="db")


def upgrade_command(config: ConfigOption = None, db: DatabaseOption = None) -> None:
    """Upgrade, alone on the database."""
    from storage.database.upgrade import upgrade  # Alembic, needed here alone

    database = connect(database_url(db, find_config(config)))
    before = read_schema_revision(database)  # beside another program's database no lock is made
    with crawl_lock(database):
        backup = upgrade(database)
    sys.stdout.write(f"{database.url} is at schema {HEAD}\n")
    if backup is not None:
        sys.stdout.write(f"backup of the former database: {backup}\n")
    elif not database.is_sqlite and before not in (None, HEAD):
        sys.stdout.write("no backup was made: on PostgreSQL run kiji db backup before an upgrade\n")


def reindex_command(config: ConfigOption = None, db: DatabaseOption = None) -> None:
    """Rebuild the search index, alone on the database."""
    from rich.progress import Progress  # needed here and for copies alone

    with contextlib.ExitStack() as opened:
        database = open_database(database_url(db, find_config(config)), create=False)
        opened.callback(database.close)
        opened.enter_context(crawl_lock(database))
        session = opened.enter_context(database.writing())
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
            task = bar.add_task("articles", total=count_articles(session.connection()))
            done = rebuild_index(session.connection(), lambda articles: bar.update(task, advance=articles))
    sys.stdout.write(f"{done} articles are in the search index of {database.url}\n")


def copy_command(
    source_url: Annotated[str, typer.Argument(metavar="FROM", help="The database to copy. It is only read.")],
    target_url: Annotated[str, typer.Argument(metavar="TO", help="An empty database.")],
) -> None:
    """Copy, alone on both databases."""
    from rich.progress import Progress  # needed by this command alone

    if parse_url(source_url) == parse_url(target_url):
        msg = "kiji db copy: FROM and TO are the same database"
        raise DatabaseUnreachable(msg)
    with contextlib.ExitStack() as opened:
        source = open_database(source_url, create=False)
        opened.callback(source.close)
        opened.enter_context(crawl_lock(source))
        target = open_database(target_url)
        opened.callback(target.close)
        opened.enter_context(crawl_lock(target))
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
            task = bar.add_task("", total=2 * count_rows_in(source))  # each row is copied, then read back
            copied = copy_database(
                source, target, lambda table, rows: bar.update(task, advance=rows, description=table)
            )
        sys.stdout.write(f"copied {copied} rows from {source.url} to {target.url}: counts and hashes agree\n")


def stories_command(
    config: ConfigOption = None,
    db: DatabaseOption = None,
    anew: Annotated[bool, typer.Option("--anew", help="Group all articles again.")] = False,
) -> None:
    """Group articles, alone on the database.

    Stopped, it goes on when it is called again without --anew.
    """
    from rich.progress import Progress  # needed by few commands

    from pipelines.text_rules import PipelineRules
    from storage.entities.store import find_missing
    from storage.stories.regroup import count_ungrouped, regroup

    rules = PipelineRules()
    console = Console(stderr=True)
    with contextlib.ExitStack() as opened:
        database = open_database(database_url(db, find_config(config)), create=False)
        opened.callback(database.close)
        opened.enter_context(crawl_lock(database))
        bar = opened.enter_context(Progress(console=console, disable=not console.is_terminal, transient=True))
        task = bar.add_task("articles", total=None if anew else count_ungrouped(database, rules))
        grouped = regroup(
            database, rules, utc_now(), anew=anew, progress=lambda number: bar.update(task, advance=number)
        )
        named = find_missing(database, rules)
    sys.stdout.write(f"grouped {grouped} articles; kiji stories lists the stories\n")
    if named:
        sys.stdout.write(f"found the names in {named} articles; kiji entities lists them\n")
