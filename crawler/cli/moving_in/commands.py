"""Find, import and export sources: ``kiji sources add ADDRESS``, ``import`` and ``export``."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.ad_hoc import ad_hoc_source
from crawler.cli.options import ConfigOption, JsonOption, example
from crawler.config.edit import add_sources
from crawler.config.errors import ConfigError
from crawler.config.feed_lists import Listed, as_opml, read_list, sort_list, source_name
from crawler.config.models import Config, Source
from crawler.console import logs
from crawler.plan import DEFAULT_CONFIG, config_file, find_config
from crawler.sanitize import sanitize_line
from pipelines.addresses.normalize import address_key
from storage.reading import iso_utc

if TYPE_CHECKING:
    from crawler.preview.discover import Offer

PRIVATE = "allow_private_addresses"
PrivateOption = Annotated[
    bool, typer.Option("--allow-private-addresses", help="Allow private addresses for the start hosts.")
]


def register(group: typer.Typer) -> None:
    """Add the commands to ``kiji sources``."""
    group.command(
        "import",
        help=example(
            "Add sources from a list: OPML, CSV, text, news-please's site list, a Scrapy spider. Each address is"
            " fetched once. Dead and doubled ones are left out, moved ones get their new address.",
            "kiji sources import feeds.opml",
            "kiji sources import sitelist.hjson --no-check",
        ),
    )(import_command)
    group.command("export", help=example("Write the start pages as OPML.", "kiji sources export --opml > feeds.opml"))(
        export_command
    )


def writable_config(option: Path | None) -> Path:
    """Return the config's file. Raises ConfigError if there is none."""
    path = config_file(option)
    if path is None:
        raise ConfigError([f"no config: there is no {DEFAULT_CONFIG} here; kiji init makes one"])
    return path


def add_discovered(address: str, path: Path, given: dict[str, Any], *, yes: bool, as_json: bool) -> int:
    """Show what a site offers; with ``yes`` write the best offer into the config. Return 1 if there is none."""
    from crawler.preview.discover import best_offer, discover  # Scrapy, which other commands need not wait for

    settings = find_config(path)
    source = ad_hoc_source(address, settings)
    if given.get(PRIVATE):
        source = source.model_copy(update={PRIVATE: True})
    offers = discover(source, settings)
    best = best_offer(offers)
    values = None if best is None else _values_of(best, settings) | given
    if as_json:
        rows = [_as_row(offer) for offer in offers]
        sys.stdout.write(json.dumps({"offers": rows, "source": values}, ensure_ascii=False) + "\n")
    else:
        _show(offers)
    if values is None:
        logs.write_line(f"{address}: no feed, sitemap or section with entries was found")
        return 1
    if yes:
        add_sources(path, [values])
    if not as_json:
        sys.stdout.write(_proposal(values, path, is_written=yes))
    return 0


def _values_of(best: "Offer", settings: Config) -> dict[str, Any]:
    host = Listed(best.url)
    values: dict[str, Any] = {"name": source_name(host, [source.name for source in settings.sources])}
    values["start"] = (best.url,)
    return values | ({"max_age": "30d"} if best.kind == "sitemap" else {})  # it may list a whole archive


def _proposal(values: dict[str, Any], path: Path, *, is_written: bool) -> str:
    lines = ["[[source]]"]
    for name, value in values.items():
        lines.append(f"{name} = {json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)}")
    name = values["name"]
    end = f"{name} is in {path}; try it: kiji sources test {name}" if is_written else f"--yes writes this into {path}"
    return "\n".join(["", *lines, "", end, ""])


def _as_row(offer: "Offer") -> dict[str, Any]:
    return {
        "url": offer.url,
        "kind": offer.kind,
        "title": offer.title,
        "entries": offer.entries,
        "fresh": offer.fresh,
        "newest": iso_utc(offer.newest),
        "language": offer.language,
        "reason": offer.reason,
    }


def _show(offers: Sequence["Offer"]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("kind", "entries", "newest", "language", "address"):
        table.add_column(title, no_wrap=True)
    for offer in offers:
        if offer.entries:
            cells = (offer.kind, str(offer.entries), iso_utc(offer.newest) or "", offer.language)
            table.add_row(*cells, Text(sanitize_line(offer.url)))
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=200)).print(table)
    failed = [offer for offer in offers if not offer.entries and offer.kind == "home"]
    for offer in failed:
        sys.stdout.write(sanitize_line(f"{offer.url}: {offer.reason or 'lists nothing by itself'}") + "\n")


def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="OPML, CSV or text.")],
    config: ConfigOption = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Fetch each address once.")] = True,
    allow_private_addresses: PrivateOption = False,
    as_json: JsonOption = False,
) -> int:
    """Add the sources of a list; return 1 where none could be added."""
    path = writable_config(config)
    settings = find_config(path)
    result = sort_list(read_list(file), settings.sources)
    wanted = [values | ({PRIVATE: True} if allow_private_addresses else {}) for values in result.wanted]
    dead: list[str] = []
    moved: list[str] = []
    if check and wanted:
        wanted = _checked(wanted, settings, dead, moved, result.doubled)
    if wanted:
        add_sources(path, wanted)
    report: dict[str, list[str]] = {"added": [str(values["name"]) for values in wanted], "dead": dead, "moved": moved}
    report |= {"doubled": result.doubled, "refused": result.refused}
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    else:
        lines = [f"{word}: {line}" for word in ("refused", "doubled", "moved", "dead") for line in report[word]]
        counts = ", ".join(f"{len(lines)} {word}" for word, lines in report.items())
        sys.stdout.write(
            "\n".join(map(sanitize_line, [*map(str, lines), f"{counts}; the sources are in {path}"])) + "\n"
        )
    return 0 if wanted else 1


def _checked(
    wanted: Sequence[dict[str, Any]], settings: Config, dead: list[str], moved: list[str], doubled: list[str]
) -> list[dict[str, Any]]:
    """Fetch each address once; fill the lists, and return what is left to be added."""
    from crawler.preview.trial import try_sources  # Scrapy, which other commands need not wait for

    sources = [Source(**values).inheriting(settings.crawl, settings.parameter_rules) for values in wanted]
    pages = {page.source: page for page in try_sources(sources, settings, 0)}
    known = {address_key(url) for source in settings.sources for url in source.start}
    left = []
    for values in wanted:
        page, [url] = pages.get(values["name"]), values["start"]
        if page is None or page.reading is None:
            dead.append(f"{url}: {page.reason if page is not None else 'no answer'}")
            continue
        if not page.reading.is_article and not page.reading.entries:
            dead.append(f"{url}: {page.reading.reason}: no article, and lists none")
            continue
        if page.moved_to:
            moved.append(f"{url}: to {page.moved_to}")
            url = page.moved_to
        if (key := address_key(url)) in known:
            doubled.append(url)
            continue
        known.add(key)
        left.append(values | {"start": (url,)})
    return left


def export_command(
    config: ConfigOption = None,
    opml: Annotated[bool, typer.Option("--opml", help="Write OPML 2.0, which feed readers import.")] = True,
) -> None:
    """Write the list to stdout."""
    if not opml:
        raise ConfigError(["kiji sources export: --opml is the only format"])
    sys.stdout.write(as_opml(find_config(config).sources))
