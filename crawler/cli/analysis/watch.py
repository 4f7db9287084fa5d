"""Keep saved searches and tell of what they match: ``kiji watch``."""

import contextlib
import json
import sys
from typing import Annotated, Any

import typer

from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.cli.output import counted
from crawler.monitoring.watch_notices import tell_watches
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line
from storage.column_types import utc_now
from storage.database.open import open_database
from storage.watches.saved import PER_DAY, add_watch, list_watches, remove_watch, watch_matches

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The watch's name.")]
MOST_SHOWN = 200


def register(app: typer.Typer) -> None:
    """Add the commands."""
    watch = typer.Typer(
        no_args_is_help=True,
        help=example(
            f"{purpose('watch')} It goes to the addresses of [alerts] urls, and into a feed.",
            "kiji watch add tariffs '関税 OR tariff*'",
            "kiji watch list",
        ),
    )
    app.add_typer(watch, name="watch")
    watch.command("add", help=example("Save a search.", "kiji watch add korea '韓国 -title:天気' --digest"))(
        add_command
    )
    watch.command("list", help=example("List the watches.", "kiji watch list --json"))(list_command)
    watch.command("show", help=example("List what a watch matched.", "kiji watch show korea"))(show_command)
    watch.command("remove", help=example("Remove a watch.", "kiji watch remove korea"))(remove_command)
    watch.command("run", help=example("Match and send now, without a crawl.", "kiji watch run"))(run_command)


def add_command(
    name: NameArgument,
    query: Annotated[list[str], typer.Argument(metavar="QUERY ...", help="As in kiji search.")],
    digest: Annotated[
        bool, typer.Option("--digest", help="One message a day instead of one for each article.")
    ] = False,
    per_day: Annotated[
        int, typer.Option("--per-day", min=1, max=1_000, help="Notices a day at most, or articles of a digest.")
    ] = PER_DAY,
    config: ConfigOption = None,
    db: DatabaseOption = None,
) -> None:
    """Add a watch."""
    settings = find_config(config)
    mode = "digest" if digest else "article"
    database = open_database(database_url(db, settings), create=False)
    with contextlib.closing(database), database.writing() as session:
        timezone = settings.crawl.timezone
        add_watch(session, name, " ".join(query), timezone, mode=mode, per_day=per_day, now=utc_now())
    where = "the addresses of [alerts] urls" if settings.alerts.urls else "its feed only: [alerts] urls is empty"
    sys.stdout.write(f"watch {name} added; what it matches from now on goes to {where}\n")


def list_command(config: ConfigOption = None, db: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Print a line for each watch."""
    database = open_database(database_url(db, find_config(config)), create=False)
    with contextlib.closing(database), database.reading() as connection:
        watches = list_watches(connection)
    if as_json:
        sys.stdout.write(json.dumps(watches, ensure_ascii=False) + "\n")
        return
    for watch in watches:
        often = f"a digest of {watch['per_day']}" if watch["mode"] == "digest" else f"{watch['per_day']} notices"
        counts = f"{counted(watch['matches'], 'match', 'matches')}, {watch['waiting']} waiting, at most {often} a day"
        sys.stdout.write(f"{watch['name']}: {sanitize_line(watch['query'])}\n    {counts}\n")
    if not watches:
        sys.stdout.write("no watch yet; kiji watch add NAME QUERY adds one\n")


def show_command(
    name: NameArgument,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Number of matches.")] = MOST_SHOWN,
    config: ConfigOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what a watch matched, the newest first."""
    database = open_database(database_url(db, find_config(config)), create=False)
    with contextlib.closing(database), database.reading() as connection:
        matches: list[dict[str, Any]] = watch_matches(connection, name, limit)
    if as_json:
        sys.stdout.write(json.dumps(matches, ensure_ascii=False) + "\n")
        return
    for match in matches:
        changed = f", revision {match['revision']}" if match["revision"] > 1 else ""
        head = f"{match['matched_at']}  {match['outcome']}{changed}  {sanitize_line(match['title'])}"
        sys.stdout.write(f"{head}\n    {sanitize_line(match['url'])}\n")
    more = "; --limit shows more" if len(matches) == limit else ""
    sys.stdout.write(f"{counted(len(matches), 'match', 'matches')}{more}\n")


def remove_command(name: NameArgument, config: ConfigOption = None, db: DatabaseOption = None) -> None:
    """Remove a watch with what it matched."""
    database = open_database(database_url(db, find_config(config)), create=False)
    with contextlib.closing(database), database.writing() as session:
        remove_watch(session, name)
    sys.stdout.write(f"watch {name} removed\n")


def run_command(config: ConfigOption = None, db: DatabaseOption = None) -> int:
    """Match and send; exit code 1 where a service did not take a notice."""
    settings = find_config(config)
    database = open_database(database_url(db, settings), create=False)
    with contextlib.closing(database):
        problems = tell_watches(database, settings.alerts.urls, settings.crawl.timezone, utc_now())
        with database.reading() as connection:
            watches = list_watches(connection)
    for problem in problems:
        sys.stderr.write(f"kiji: {problem}\n")
    waiting = sum(watch["waiting"] for watch in watches)
    sys.stdout.write(
        f"{counted(len(watches), 'watch', 'watches')}, {counted(waiting, 'match', 'matches')} still to be sent\n"
    )
    return 1 if problems else 0
