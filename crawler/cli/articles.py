"""Show an article with its copies, links and revisions: ``kiji article``."""

import contextlib
import datetime
import itertools
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from crawler.archive_place import kept_place
from crawler.cli.commands import purpose
from crawler.cli.options import HIGHEST, ConfigOption, DatabaseOption, JsonOption, example
from crawler.cli.output import check_output, size_of, tell_output
from crawler.config.errors import ConfigError
from crawler.config.models import Config
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line, sanitize_lines
from pipelines.addresses.place import place
from pipelines.warc.reread import record_bytes
from pipelines.warc.wacz import write_wacz
from storage.articles.show import article_revisions, find_article, read_article, read_similar
from storage.database.open import open_database
from storage.errors import DatabaseError
from storage.export.citations import STYLES, Style, cite
from storage.text_diff import Part, diff_texts, shorten
from storage.warc_index.index import article_locations

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
            "kiji article 7 --similar",
            "kiji article 7 --cite bibtex",
            "kiji article 7 --wacz page.wacz",
        ),
    )(article_command)


def article_command(
    article: Annotated[
        str, typer.Argument(metavar="ID|URL", help="An id from the view articles, or any address of the article.")
    ],
    config: ConfigOption = None,
    db: DatabaseOption = None,
    revisions: Annotated[bool, typer.Option("--revisions", help="Show the changes from revision to revision.")] = False,
    wacz: Annotated[
        Path | None,
        typer.Option("--wacz", metavar="FILE", help="Write its archived pages for ReplayWeb.page, and show nothing."),
    ] = None,
    citation: Annotated[
        str | None, typer.Option("--cite", metavar="|".join(STYLES), help="Print a citation, and nothing else.")
    ] = None,
    similar: Annotated[bool, typer.Option("--similar", help="List the articles that are most like it.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show one article."""
    style = _style(citation)
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
            alike = read_similar(connection, known, settings.crawl.timezone) if known is not None and similar else []
            versions = article_revisions(connection, known) if known is not None and revisions else []
    finally:
        database.close()
    if record is None:
        msg = f"no article {article} in {database.url}; kiji search finds articles by their words"
        raise DatabaseError(msg)
    if wacz is not None:
        _write_wacz(settings, db, record, wacz)
        return
    if style is not None:
        sys.stdout.write(cite(record, style))
        return
    if similar:
        sys.stdout.write(json.dumps(alike, ensure_ascii=False) + "\n" if as_json else _similar_lines(alike))
        return
    if as_json:
        content: Any = _changes(versions) if revisions else record
        sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
        return
    console = Console(soft_wrap=True, highlight=False)
    for line in _revision_lines(versions, record, console) if revisions else _article_lines(record):
        console.print(line)


def _similar_lines(alike: list[dict[str, Any]]) -> str:
    lines = []
    for each in alike:
        lines.append(f"{each['id']} {each['language']} {each['source']}: {each['title']}")
        lines.append(f"    {each['score']:.2f} {each['dated_at']} {each['url']}; shared: {', '.join(each['shared'])}")
    return "".join(f"{line}\n" for line in map(sanitize_line, lines or ["no article is like it"]))


def _style(name: str | None) -> Style | None:
    style = next((each for each in STYLES if each == name), None)
    if name is not None and style is None:
        raise ConfigError([f'--cite: "{name}" is no format; allowed: {", ".join(STYLES)}'])
    return style


def _write_wacz(settings: Config, db: str | None, record: dict[str, Any], target: Path) -> None:
    """Write the archived pages of an article. Raises DatabaseError where none is kept."""
    url = database_url(db, settings)
    check_output(target, None, url)
    database = open_database(url, create=False)
    with contextlib.closing(database), database.reading() as connection:
        locations = article_locations(connection, record["id"])
    place = kept_place(settings, url)
    try:
        records = [(location, record_bytes(place, location)) for location in locations]
        pages = write_wacz(target, record["title"], records, datetime.datetime.now(datetime.UTC))
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        msg = f"--wacz {target}: {reason}"
        raise DatabaseError(msg) from error
    if not pages:
        msg = f"article {record['id']} has no archived page in {place}; [archive] enabled keeps pages from then on"
        raise DatabaseError(msg)
    tell_output(target, f"{pages} pages, {size_of(target):.1f} MB; https://replayweb.page shows it")


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
        f"copy: {copy['kind']} {copy['similarity']:.2f} {copy['url']} ({copy['source']}, {_dated(copy)})"
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


def _dated(copy: dict[str, Any]) -> str:
    """Say when a copy was published by its own date, else when it was seen."""
    return f"published {copy['published_at']}" if copy["published_at"] else f"seen {copy['seen_at']}"


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
