"""Show an article with its copies, links and revisions: ``kiji article``."""

import itertools
import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from crawler.cli.commands import purpose
from crawler.cli.options import HIGHEST, ConfigOption, DatabaseOption, JsonOption, example
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_lines
from pipelines.addresses.place import place
from storage.articles.show import article_revisions, find_article, read_article
from storage.database.open import open_database
from storage.errors import DatabaseError
from storage.text_diff import Part, diff_texts, shorten

_STYLES = {"same": "", "gone": "red strike", "come": "green"}
_MARKS = {"same": ("", ""), "gone": ("[-", "-]"), "come": ("{+", "+}")}
"""What a plain reader sees, as ``git diff --word-diff`` and ``wdiff`` write it."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "article",
        help=example(
            purpose("article"),
            "kiji article 7",
            "kiji article https://news.example/ja/n/7000 --revisions",
        ),
    )(article_command)


def article_command(
    article: Annotated[
        str, typer.Argument(metavar="ID|URL", help="An id from the view articles, or any address of the article.")
    ],
    config: ConfigOption = None,
    db: DatabaseOption = None,
    revisions: Annotated[bool, typer.Option("--revisions", help="Show the changes from revision to revision.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show one article."""
    settings = find_config(config)
    database = open_database(database_url(db, settings), create=False)
    try:
        with database.reading() as connection:
            key = place(article, settings.parameter_rules).key
            known = (
                int(article)
                if article.isdecimal() and len(article) < len(str(HIGHEST))
                else find_article(connection, key)
            )
            record = None if known is None else read_article(connection, known)
            versions = article_revisions(connection, known) if known is not None and revisions else []
    finally:
        database.close()
    if record is None:
        msg = f"no article {article} in {database.url}; kiji search finds articles by their words"
        raise DatabaseError(msg)
    if as_json:
        content: Any = _changes(versions) if revisions else record
        sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
        return
    console = Console(soft_wrap=True, highlight=False)
    for line in _revision_lines(versions, record, console) if revisions else _article_lines(record):
        console.print(line)


def _article_lines(record: dict[str, Any]) -> list[Text]:
    published = record["published_at"] or "no date"
    lines = [
        f"{record['title']}",
        f"  {record['url']}",
        f"  article {record['id']}, {record['source']}, {record['language']}, published {published},"
        f" seen {record['first_seen_at']} to {record['last_seen_at']}, revision {record['revision']}",
    ]
    lines += [f"  by {record['authors']}"] if record["authors"] else []
    lines += ["", record["text"], ""]
    lines += [
        f"copy: {copy['kind']} {copy['similarity']:.2f} {copy['url']} ({copy['source']}, {copy['seen_at']})"
        for copy in record["copies"]
    ]
    lines += [
        f"alike: article {other['id']} {other['similarity']:.2f} {other['url']}: {other['reason']}"
        for other in record["alike"]
    ]
    lines += [f"links to: {link['url']} {link['title']}" for link in record["related"]]
    lines += [f"linked from: article {other['id']} {other['url']} {other['title']}" for other in record["linked_from"]]
    lines += [f"canonical address not believed: {one['url']}: {one['reason']}" for one in record["canonical_refused"]]
    return [Text(sanitize_lines(line)) for line in lines]


def _changes(versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every revision with the changes from the one before."""
    with_changes = []
    for number, wording in enumerate(versions):
        before = versions[number - 1] if number else None
        changes = {
            name: []
            if before is None
            else [
                {"kind": part.kind, "text": part.text}
                for part in diff_texts(before[name], wording[name])
                if part.kind != "same"
            ]
            for name in ("title", "text")
        }
        with_changes.append(wording | {"changes": changes})
    return with_changes


def _revision_lines(versions: list[dict[str, Any]], record: dict[str, Any], console: Console) -> list[Text]:
    lines = [Text(sanitize_lines(f"{record['title']}\n  {record['url']}"))]
    if len(versions) == 1:
        return [*lines, Text(f"one revision, seen since {versions[0]['seen_at']}")]
    for before, after in itertools.pairwise(versions):
        lines.append(Text(f"\nrevision {before['revision']} to {after['revision']}, seen {after['seen_at']}"))
        for name in ("title", "text"):
            parts = diff_texts(before[name], after[name])
            if any(part.kind != "same" for part in parts):
                lines.append(_drawn(name, shorten(parts), coloured=console.is_terminal and not console.no_color))
    return lines


def _drawn(name: str, parts: list[Part], *, coloured: bool) -> Text:
    drawn = Text(f"{name}: ")
    for part in parts:
        opening, closing = ("", "") if coloured else _MARKS[part.kind]
        drawn.append(f"{opening}{sanitize_lines(part.text)}{closing}", style=_STYLES[part.kind] if coloured else "")
    return drawn
