"""List, try, add, enable and disable sources: ``kiji sources``."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.ad_hoc import ad_hoc_source
from crawler.cli.commands import purpose
from crawler.cli.moving_in import commands as moving_in
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.config.edit import add_source, set_enabled
from crawler.config.errors import ConfigError
from crawler.config.models import Config
from crawler.plan import database_url, find_config, named_source
from crawler.sanitize import sanitize_line, sanitize_lines
from storage.database.open import open_database
from storage.errors import DatabaseUnreachable
from storage.monitoring.source_health import read_health
from storage.reading import Reading, iso_utc

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The source's name.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        no_args_is_help=True,
        help=example(purpose("sources"), "kiji sources list", "kiji sources test mirai"),
    )
    group.callback()(lambda: None)
    group.command("list", help=example("List the sources with their last known states.", "kiji sources list"))(
        list_command
    )
    group.command(
        "add",
        help=example(
            "Add a source to the config. Its comments stay. For an address alone, look for feeds, sitemaps and"
            " sections of the site first, and propose the best; --yes writes it.",
            "kiji sources add https://news.example/ --yes",
            "kiji sources add mirai https://news.example/ja/feed.xml --follow site",
        ),
    )(add_command)
    group.command(
        "test",
        help=example(
            "Try a source or an address: fetch its start pages and a few more, store nothing, and show the "
            "result. The exit code is 1 if no article is found.",
            "kiji sources test mirai --pages 10",
            "kiji sources test https://news.example/ja/feed.xml",
        ),
    )(try_command)
    group.command("enable", help=example("Include a source in crawls again.", "kiji sources enable mirai"))(
        enable_command
    )
    group.command(
        "disable",
        help=example(
            "Exclude a source from crawls that do not name it. Stored articles stay.", "kiji sources disable x"
        ),
    )(disable_command)
    moving_in.register(group)
    app.add_typer(group, name="sources")


def list_command(config: ConfigOption = None, db: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the sources."""
    settings = find_config(config)
    health = _health(database_url(db, settings))
    rows: list[dict[str, Any]] = [
        {
            "name": source.name,
            "enabled": source.enabled,
            "state": (known := health.get(source.name, {})).get("state"),
            "since": iso_utc(known.get("since")),
            "follow": source.follow,
            "start": list(source.start),
        }
        for source in settings.sources
    ]
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
        return
    if not rows:
        sys.stdout.write("no source is configured: kiji sources add NAME URL\n")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("source", "crawled", "state", "follow", "start"):
        table.add_column(title, no_wrap=title != "start")
    for row in rows:
        crawled = "yes" if row["enabled"] else "disabled"
        table.add_row(Text(row["name"]), crawled, row["state"] or "", row["follow"], Text(" ".join(row["start"])))
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=200)).print(table)


def _health(url: str) -> Any:
    """Return the stored health of each source; nothing if there is no database yet."""
    try:
        database = open_database(url, create=False)
    except DatabaseUnreachable:
        return {}
    try:
        with database.reading() as connection:
            return read_health(connection)
    finally:
        database.close()


def add_command(
    name: Annotated[str, typer.Argument(metavar="NAME|ADDRESS", help="The source's name, or a site's address.")],
    start: Annotated[
        list[str] | None, typer.Argument(metavar="[URL ...]", help="Articles, sections, feeds or sitemaps.")
    ] = None,
    config: ConfigOption = None,
    follow: Annotated[str | None, typer.Option("--follow", help="related, site or none.")] = None,
    depth: Annotated[int | None, typer.Option("--depth", help="Links away from an entry.")] = None,
    max_pages: Annotated[int | None, typer.Option("--max-pages", help="Maximum number of pages in one run.")] = None,
    delay: Annotated[float | None, typer.Option("--delay", help="Seconds between requests to one host.")] = None,
    allow_private_addresses: Annotated[
        bool, typer.Option("--allow-private-addresses", help="Allow private addresses for its start hosts.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With an address: write the best offer into the config.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Add a source, or find one."""
    path = moving_in.writable_config(config)
    options = {"follow": follow, "depth": depth, "max_pages": max_pages, "delay": delay}
    given: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    if allow_private_addresses:
        given[moving_in.PRIVATE] = True
    if "://" in name and not start:
        return moving_in.add_discovered(name, path, given, yes=yes, as_json=as_json)
    if not start:
        raise ConfigError([f"kiji sources add {name}: its start pages are missing; or give an address alone"])
    add_source(path, {"name": name, "start": tuple(start)} | given)
    sys.stdout.write(f"{name} is in {path}; try it: kiji sources test {name}\n")
    return 0


def enable_command(name: NameArgument, config: ConfigOption = None) -> None:
    """Switch on."""
    set_enabled(moving_in.writable_config(config), name, enabled=True)
    sys.stdout.write(f"{name} is crawled again\n")


def disable_command(name: NameArgument, config: ConfigOption = None) -> None:
    """Switch off."""
    set_enabled(moving_in.writable_config(config), name, enabled=False)
    sys.stdout.write(f"{name} is left out of crawls; kiji sources enable {name} brings it back\n")


def try_command(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A source's name, or an address.")],
    config: ConfigOption = None,
    pages: Annotated[int, typer.Option("--pages", min=0, max=100, help="Number of pages besides the start pages.")] = 5,
    as_json: JsonOption = False,
) -> int:
    """Try one; return 1 where it gives no article."""
    from crawler.preview.hints import trial_hints
    from crawler.preview.trial import try_sources  # Scrapy, which the other commands need not wait for

    settings: Config = find_config(config)
    source = ad_hoc_source(target, settings) if "://" in target else named_source(target, settings)
    tried = try_sources([source], settings, pages)
    articles = sum(page.reading is not None and page.reading.is_article for page in tried)
    for page in tried:
        if as_json:
            entry = dict(page.reading.inspection_fields()) if page.reading is not None else {"url": page.url}
            line = json.dumps(entry | {"fetched": page.reading is not None, "why_not": page.reason}, ensure_ascii=False)
        elif page.reading is None:
            line = sanitize_line(f"not fetched: {page.url}: {page.reason}")
        else:
            line = _as_text(page.reading)
        sys.stdout.write((line if as_json else sanitize_lines(line)).encode("utf-8", "replace").decode("utf-8") + "\n")
    if not as_json:
        sys.stdout.write(f"{len(tried)} pages tried, {articles} would be stored as articles; nothing was stored\n")
    for hint in trial_hints(source, tried):
        (sys.stderr if as_json else sys.stdout).write(f"hint: {sanitize_line(hint)}\n")
    return 0 if articles else 1


def _as_text(reading: Reading) -> str:
    """Return as text what would be stored of a page, with its related links."""
    if not reading.is_article:
        listed = f", {len(reading.entries)} addresses listed" if reading.entries and reading.kind == "section" else ""
        return sanitize_line(f"{reading.kind}: {reading.url}: {reading.reason}{listed}")
    published = iso_utc(reading.published_at) or "no date"
    facts = f"{reading.language}, {published}, {len(reading.text):,} characters"
    by = f", by {'; '.join(reading.authors)}" if reading.authors else ""
    rules = [f"  rules: {', '.join(reading.site_rules)}"] if reading.site_rules else []
    rules += [f"  no match: {', '.join(reading.rules_without_match)}"] if reading.rules_without_match else []
    lines = [f"article: {reading.canonical_url}", f"  {sanitize_line(reading.title)}", f"  {facts}{by}", *rules]
    lines += [f"  {sanitize_line(reading.text[:120])}…", f"  {len(reading.related)} related links"]
    lines += [f"    [{card.language}] {sanitize_line(card.title)[:80]} {card.url}" for card in reading.related[:10]]
    return "\n".join(lines)
