"""Search articles by words, in Japanese and English: ``kiji search``."""

import json
import sys
import zoneinfo
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

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
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line
from storage.column_types import utc_now
from storage.database.open import open_database
from storage.reading import iso_utc
from storage.search.query import Filters, Hit, count_candidates, has_exact_count, search
from storage.search.snippets import MarkedText

HELP = example(
    'Find articles with all words and "phrases", and without -excluded words. Japanese from one '
    "character, English by word stem.",
    "kiji search 韓国 関税",
    "kiji search '\"interest rates\" -housing' --lang en --since 7d",
    "kiji search 首相 --newest --json",
)
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
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Maximum number of articles.")] = 20,
    newest: Annotated[bool, typer.Option("--newest", help="Sort by date instead of relevance.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Search and print; nothing found is no error."""
    settings = find_config(config)
    timezone, now = settings.crawl.timezone, utc_now()
    asked = " ".join(words)
    filters = Filters(language(lang), source, since(since_when, timezone, now), until(until_when, timezone, now))
    database = open_database(database_url(db, settings), create=False)
    with database.reading() as connection:
        hits = search(connection, asked, filters, limit=limit, newest=newest, now=now)
        total, exact = len(hits), len(hits) < limit or has_exact_count(asked)
        if total == limit:
            total = max(total, count_candidates(connection, asked, filters))
    database.close()
    if as_json:
        answer = {"query": asked, "total": total, "total_is_exact": exact, "hits": [_as_json(hit) for hit in hits]}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        return 0
    console = Console(highlight=False, soft_wrap=True)
    for number, hit in enumerate(hits, 1):
        console.print(_as_text(number, hit, zoneinfo.ZoneInfo(timezone)))
    shown = (
        f"{len(hits)} of {'' if exact else 'at most '}{total} articles" if total > len(hits) else count_in_words(total)
    )
    sys.stdout.write(f"{shown}\n" if hits else f"no article has {sanitize_line(asked)}\n")
    return 0


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
