"""Show what pages would become, without storing them: ``kiji inspect``."""

import dataclasses
import datetime
import itertools
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, JsonOption, example
from crawler.config.errors import ConfigError
from crawler.config.models import Config, Source
from crawler.console import logs
from crawler.plan import find_config, named_source
from crawler.sanitize import sanitize_lines
from pipelines.boilerplate.site_lines import remove_site_boilerplate
from pipelines.related.pagination import join_pages
from storage.body.markdown import body_markdown, escape
from storage.reading import Reading, iso_utc

if TYPE_CHECKING:
    from pipelines.raw_page import RawPage

HELP = example(
    purpose("inspect"),
    "kiji inspect https://news.example/ja/n/7000 --verbose",
    "kiji inspect --source mirai https://news.example/ja/n/7000",
    "kiji inspect https://news.example/ja/n/7000 --markdown",
    "kiji inspect --json pages.warc.gz > readings.jsonl",
)


TOGETHER = 1_000
"""Pages read before the first is printed: other pages of a host show which lines are boilerplate."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inspect", help=HELP)(inspect_command)


def inspect_command(
    targets: Annotated[list[str], typer.Argument(metavar="TARGET ...", help="URLs, HTML files, WARC files.")],
    config: ConfigOption = None,
    url: Annotated[str | None, typer.Option("--url", help="The address of an HTML file.")] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="NAME", help="Fetch and read the pages as those of this source."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the removed parts, each with its rule.")] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print title and body as Markdown, with its links and pictures.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Read and print every page, in order; return 1 where one could not be had."""
    from pipelines.workers.pool import (  # with their libraries, which other commands do not need
        ReadingPool,
        read_in_order,
    )

    settings = find_config(config)
    missing: list[str] = []
    raw_pages: dict[str, RawPage] = {}
    owner = named_source(source, settings) if source is not None else None
    pages = _pages(_checked(targets), settings, owner, url, missing)
    if owner is not None:
        pages = (dataclasses.replace(page, source=owner.name) for page in pages)
    if verbose and not as_json and not markdown:
        pages = _noted(pages, raw_pages)
    with ReadingPool(timezone=settings.crawl.timezone, rules=settings.parameter_rules) as pool:
        for reading in _without_site_lines(read_in_order(pages, pool)):
            if as_json:
                text = json.dumps(reading.inspection_fields(), ensure_ascii=False)
            elif markdown:
                text = sanitize_lines(_as_markdown(reading))
            else:
                text = sanitize_lines(_as_text(reading, verbose) + _lists_as_text(raw_pages.pop(reading.url, None)))
            sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")
    for line in missing:
        logs.write_line(line)
    return 1 if missing else 0


def _noted(pages: Iterator["RawPage"], raw_pages: "dict[str, RawPage]") -> Iterator["RawPage"]:
    """Keep the pages until they are printed."""
    for page in pages:
        raw_pages[page.url] = page
        yield page


def _lists_as_text(page: "RawPage | None") -> str:
    from pipelines.related.explain import explain_lists  # with its model, which other output does not need

    lines = explain_lists(page) if page is not None and page.status < 400 else ()
    return "".join(f"{line}\n" for line in lines)


def _without_site_lines(readings: Iterator[Reading]) -> Iterator[Reading]:
    """Remove lines that pages of one host share, which needs several of them before the first is printed."""
    while together := list(itertools.islice(readings, TOGETHER)):
        yield from join_pages(remove_site_boilerplate(together))


def _checked(targets: list[str]) -> list[str]:
    for target in targets:
        # Path.is_file raises where a name is too long or a folder is closed.
        if "://" not in target and not os.path.isfile(target):  # noqa: PTH113
            raise ConfigError([f"{target}: neither a file nor an http(s) address"])
    return targets


def _pages(
    targets: list[str], config: Config, source: Source | None, url: str | None, missing: list[str]
) -> Iterator["RawPage"]:
    from crawler.preview.fetch_one import FetchFailure, fetch_pages  # Scrapy, which files do not need

    addresses = [target for target in targets if "://" in target]
    fetched = fetch_pages(addresses, config, source) if addresses else {}
    for target in targets:
        if target in fetched:
            page = fetched[target]
            if isinstance(page, FetchFailure):
                missing.append(f"{target}: {page.reason}")
            else:
                yield page
        else:
            try:
                yield from _read(Path(target), url, missing)
            except OSError as error:
                missing.append(f"{target}: it cannot be read: {error.strerror or error}")


def _read(path: Path, url: str | None, missing: list[str]) -> Iterator["RawPage"]:
    from pipelines.warc.read import read_html_file

    if path.name.endswith((".warc", ".warc.gz")):
        yield from _records(path, missing)
    else:
        yield read_html_file(path, url or path.absolute().as_uri(), datetime.datetime.now(datetime.UTC))


def _records(path: Path, missing: list[str]) -> Iterator["RawPage"]:
    """Yield the page of each response record; note those that are damaged, and a file without any."""
    from pipelines.raw_page import RawPage
    from pipelines.warc.read import BadRecord
    from pipelines.warc.records import warc_records

    number = 0
    for record in warc_records(path):
        number, item = record.number, record.item
        if isinstance(item, BadRecord):
            missing.append(f"{path}, record {number}: {item.reason}")
        elif isinstance(item, RawPage) and (item.status != 304 or item.headers):  # a revisit has none
            yield item
    if not number:
        missing.append(f"{path}: there is no response in it")


def _as_markdown(reading: Reading) -> str:
    """Return title and body, pages parted by a rule."""
    title = escape(reading.title)
    return f"# {title}\n\n{body_markdown(reading.text, reading.body)}\n\n---\n"


def _as_text(reading: Reading, verbose: bool) -> str:
    """Return a reading as text for a person."""
    published = iso_utc(reading.published_at)
    facts = {
        "url": reading.url,
        "canonical": reading.canonical_url,
        "is": "an article" if reading.is_article else f"no article: {reading.reason}",
        "language": f"{reading.language} ({reading.language_confidence:.2f}; declared: {reading.declared_language})",
        "title": reading.title,
        "authors": "; ".join(reading.authors),
        "published": f"{published} ({reading.published_precision})" if published else "",
        "modified": iso_utc(reading.modified_at) or "",
        "picture": reading.image_url or "",
        "machine-made": "yes" if reading.machine_generated else "",
        "encoding": reading.encoding,
        "site extractor": " failed: ".join(filter(None, (reading.site_extractor, reading.extractor_error))),
        "rules": ", ".join(reading.site_rules),
        "no match": ", ".join(reading.rules_without_match),
        "summary": reading.summary,
    }
    lines = [f"{name + ':':<13} {value}" for name, value in facts.items() if value]
    lines += ["", reading.text, ""]
    for position, card in enumerate(reading.related, 1):
        lines.append(f"related {position} [{card.language}] {card.title or card.summary[:80]}")
        lines.append(f"          {card.url}")
    lines += [f"entry {entry.title} {entry.url}" for entry in reading.entries]
    if verbose:
        lines += [f"cut [{cut.rule}] {cut.detail}: {' '.join(cut.text.split())[:120]}" for cut in reading.cuts]
    return "\n".join(lines) + "\n"
