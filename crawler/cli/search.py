"""Search articles by words, in Japanese and English: ``kiji search``."""

import contextlib
import dataclasses
import json
import sys
import zoneinfo
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from crawler.cli.analysis.timeline import period, print_timeline
from crawler.cli.commands import purpose
from crawler.cli.filters import (
    LanguageOption,
    SinceOption,
    SourceOption,
    UntilOption,
    language,
    since,
    until,
)
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.config.errors import ConfigError
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line
from storage.api import timeline
from storage.column_types import utc_now
from storage.database.open import open_database
from storage.reading import iso_utc
from storage.search.across import other_words
from storage.search.finder import Filters
from storage.search.names import check_names
from storage.search.parse import parse_query
from storage.search.query import SORTS, Hit, Sort, count_candidates, has_exact_count, search
from storage.search.snippets import MarkedText

HELP = example(
    f"{purpose('search')} Japanese from one character, English by word stem. Also: a OR b, prefix*, a NEAR/5 b, "
    "title:, site:, source:, lang:, author:, after:, before:.",
    "kiji search 韓国 関税",
    "kiji search '\"interest rates\" -housing' --lang en --since 7d",
    "kiji search '(関税 OR tariff*) title:米国 -source:wire' --sort newest --page 2",
    "kiji search 首相 --newest --json",
    "kiji search '関税 OR tariff*' --by day",
)
MOST = 1_000_000
"""Articles that a page of results may have, and pages."""
MARK, FAINT = "bold yellow", "dim"
# -housing is a word to exclude, not short options beginning with -h for help.
_EXCLUSIONS_ARE_WORDS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("search", help=HELP, context_settings=_EXCLUSIONS_ARE_WORDS)(search_command)


def search_command(
    words: Annotated[list[str], typer.Argument(metavar="WORDS ...", help="The words to find. Any text is allowed.")],
    config: ConfigOption = None,
    db: DatabaseOption = None,
    lang: LanguageOption = None,
    source: SourceOption = None,
    since_when: SinceOption = None,
    until_when: UntilOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST, help="Maximum number of articles.")] = 20,
    page: Annotated[int, typer.Option("--page", min=1, max=MOST, help="Which page of so many articles.")] = 1,
    sort: Annotated[
        str | None, typer.Option("--sort", metavar="|".join(SORTS), help="The order.", show_default=SORTS[0])
    ] = None,
    newest: Annotated[bool, typer.Option("--newest", help="Short for --sort newest.")] = False,
    by: Annotated[
        str | None, typer.Option("--by", metavar="day|month|year", help="Count the articles by local day and language.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Search and print; nothing found is no error."""
    grouped_by = period(by)
    settings = find_config(config)
    timezone, now = settings.crawl.timezone, utc_now()
    asked, order = " ".join(words), _sort(sort, newest=newest)
    filters = Filters(
        language(lang), tuple(source or ()), since(since_when, timezone, now), until(until_when, timezone, now)
    )
    query = parse_query(asked, timezone, now)
    database = open_database(database_url(db, settings), create=False)
    first = (page - 1) * limit
    with contextlib.closing(database), database.reading() as connection:
        check_names(connection, query, filters.sources, filters.language)
        if grouped_by is not None:
            counts = timeline(connection, query, filters, timezone, grouped_by)
            print_timeline(asked, counts, grouped_by, as_json=as_json)
            return 0
        hits = search(connection, query, filters, limit=limit, offset=first, sort=order, now=now)
        total, exact = first + len(hits), 0 < len(hits) < limit or has_exact_count(query)
        if len(hits) == limit or not hits:
            total = max(total if hits else 0, count_candidates(connection, query, filters))
        also = other_words(connection, query, timezone) if page == 1 else []
    if as_json:
        shown = [_as_json(hit) for hit in hits]
        answer = {"query": asked, "total": total, "total_is_exact": exact, "first": first + 1, "hits": shown}
        answer["also"] = [dataclasses.asdict(word) for word in also]
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        return 0
    console = Console(highlight=False, soft_wrap=True)
    for number, hit in enumerate(hits, first + 1):
        console.print(_as_text(number, hit, zoneinfo.ZoneInfo(timezone)))
    sys.stdout.write(_summary(asked, first, len(hits), total, exact))
    if also:
        sys.stdout.write("also: " + ", ".join(f"{word.words} ({word.articles})" for word in also) + "\n")
    return 0


def _sort(name: str | None, *, newest: bool) -> Sort:
    order = next((each for each in SORTS if each == (name or SORTS[0])), None)
    if order is None:
        raise ConfigError([f'--sort: "{name}" is no order; allowed: {", ".join(SORTS)}'])
    if newest and name and order != "newest":
        raise ConfigError([f"--newest is short for --sort newest, and not to be given with --sort {order}"])
    return "newest" if newest else order


def _summary(asked: str, first: int, shown: int, total: int, exact: bool) -> str:
    """Say how many articles there are, and how to see those that are not shown."""
    if not shown:
        before = (
            f"; there are {'' if exact else 'at most '}{count_in_words(total)} before this page"
            if first and total
            else ""
        )
        return f"no article has {sanitize_line(asked)}{before}\n"
    if total == shown:
        return f"{count_in_words(total)}\n"
    bound = "" if exact else "at most "
    if not first:
        return f"{shown} of {bound}{total} articles; the next: --page 2\n"
    return f"{first + 1} to {first + shown} of {bound}{total} articles\n"


def count_in_words(articles: int) -> str:
    """Return a number of articles in words."""
    return f"{articles} article{'' if articles == 1 else 's'}"


def _as_json(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "url": hit.url,
        "source": hit.source,
        "site": hit.site,
        "language": hit.language,
        "title": hit.title.text,
        "published_at": iso_utc(hit.published_at),
        "dated_at": iso_utc(hit.dated_at),
        "story_id": hit.story_id,
        "score": round(hit.score, 4),
        "snippet": hit.snippet.text,
        "title_matches": hit.title.marks,
        "snippet_matches": hit.snippet.marks,
        "copies": [
            {"url": copy.url, "site": copy.site, "source": copy.source, "kind": copy.kind} for copy in hit.copies
        ],
    }


def _as_text(number: int, hit: Hit, zone: zoneinfo.ZoneInfo) -> Text:
    """Return a hit as text for a person, with local times."""
    head = f"  {hit.dated_at.astimezone(zone):%Y-%m-%d %H:%M}  {hit.language}  {sanitize_line(hit.source)}"
    text_of_hit = Text(f"{number:>2}. ").append_text(_marked(hit.title, "bold")).append(head, FAINT)
    text_of_hit.append("\n    ").append_text(_marked(hit.snippet, ""))
    text_of_hit.append(f"\n    {sanitize_line(hit.url)}", FAINT)
    for copy in hit.copies[:3]:
        text_of_hit.append(f"\n    also ({copy.kind}) {sanitize_line(copy.url)}", FAINT)
    if len(hit.copies) > 3:
        text_of_hit.append(f"\n    and {len(hit.copies) - 3} more copies", FAINT)
    return text_of_hit.append("\n")


def _marked(marked: MarkedText, style: str) -> Text:
    text = Text(sanitize_line(marked.text), style)
    for start, end in marked.marks:
        text.stylize(MARK, start, end)
    return text
