"""Show stories and why their articles belong together: ``kiji stories``."""

import contextlib
import datetime
import json
import sys
import zoneinfo
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.cli.commands import purpose
from crawler.cli.filters import age
from crawler.cli.options import HIGHEST, ConfigOption, DatabaseOption, JsonOption, example
from crawler.cli.output import counted
from crawler.config.errors import ConfigError
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line
from pipelines.dates.parse import parse_date
from storage.database.open import open_database
from storage.errors import DatabaseError
from storage.stories.queries import list_stories, story_record

COLUMNS = {
    "id": "story",
    "last_at": "last article, UTC",
    "articles": "articles",
    "articles_ja": "ja",
    "articles_en": "en",
    "copies": "copies",
    "sources": "sources",
    "title": "title",
}

WIDTH = 200
"""Of the table where nobody looks at it in a terminal."""
SHORTEST_TITLE = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "stories",
        help=example(
            purpose("stories"),
            "kiji stories --since 2026-10-05 --biggest",
            "kiji stories 7",
        ),
    )(stories_command)


def stories_command(
    story: Annotated[int | None, typer.Argument(metavar="[ID]", min=1, max=HIGHEST, help="The id of a story.")] = None,
    config: ConfigOption = None,
    db: DatabaseOption = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Only stories with an article since this day or time.")
    ] = None,
    biggest: Annotated[bool, typer.Option("--biggest", help="Sort by size instead of date.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=HIGHEST, help="Number of stories.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List stories or show one."""
    found_config = find_config(config)
    moment = parse_moment(since, found_config.crawl.timezone) if since else None
    url = database_url(db, found_config)
    with contextlib.closing(open_database(url, create=False)) as database, database.reading() as connection:
        if story is None:
            stories = list_stories(connection, since=moment, order="biggest" if biggest else "newest", limit=limit)
            sys.stdout.write(json.dumps(stories, ensure_ascii=False) + "\n") if as_json else _print_table(stories)
            return
        record = story_record(connection, story)
    if record is None:
        msg = f"no story {story} in {database.url}; kiji stories lists them"
        raise DatabaseError(msg)
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n" if as_json else _shown(record))


def parse_moment(since: str, timezone: str) -> datetime.datetime:
    """Parse the value of ``--since``. Raises ConfigError for what is neither a date nor an age."""
    now = datetime.datetime.now(datetime.UTC)
    if ago := age(since):
        return now - ago
    date = parse_date(since, now, zoneinfo.ZoneInfo(timezone))
    if date is None:
        allowed = "a day such as 2026-10-05, a time such as 2026-10-05T06:00+09:00, an age such as 7d or 12h"
        raise ConfigError([f"--since: {since!r} is no date; allowed: {allowed}"])
    return date.moment


def _print_table(stories: list[dict[str, Any]]) -> None:
    if not stories:
        sys.stdout.write("no story with several articles\n")
        return
    console = Console(soft_wrap=True)
    width = console.width if console.is_terminal else WIDTH
    table = Table(box=None, pad_edge=False)
    rows = [[sanitize_line(_cell(name, story[name])) for name in COLUMNS] for story in stories]
    widths = [max(len(title), *(len(row[place]) for row in rows)) for place, title in enumerate(COLUMNS.values())]
    # Titles are cut where the terminal is narrow, and nothing else.
    widths[-1] = max(SHORTEST_TITLE, width - sum(widths[:-1]) - 2 * len(widths))
    for title, most in zip(COLUMNS.values(), widths, strict=True):
        table.add_column(title, no_wrap=True, overflow="ellipsis", max_width=most)
    for row in rows:
        table.add_row(*map(Text, row))
    console.width = max(width, sum(widths) + 2 * len(widths))
    console.print(table)


def _cell(name: str, value: object) -> str:
    return str(value)[:16].replace("T", " ") if name == "last_at" else str(value)


def _shown(story: dict[str, Any]) -> str:
    lines = [
        f"story {story['id']}: {story['title']}",
        f"  {story['first_at']} to {story['last_at']}; {counted(story['articles'], 'article')} "
        f"({story['articles_ja']} ja, {story['articles_en']} en), {counted(story['copies'], 'copy', 'copies')}, "
        f"{counted(story['sources'], 'source')}",
    ]
    for member in story["members"]:
        lines.append(f"  {member['id']} {member['language']} {member['source']}: {member['title']}")
        lines.append(f"    {member['published_at'] or member['first_seen_at']} {member['url']}")
        for tie in member["evidence"]:
            other = f"article {tie['other_article_id']}" if tie["other_article_id"] else tie["other_url"]
            lines.append(f"    {tie['kind']} {tie['weight']:.2f} with {other}: {tie['detail']}")
    return "\n".join(map(sanitize_line, lines)) + "\n"
