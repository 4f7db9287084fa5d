"""Read lists of feeds and start addresses: OPML, CSV, text, news-please's site list, a Scrapy spider. Write OPML."""

import csv
import dataclasses
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

from crawler.config.errors import ConfigError, shown
from crawler.config.models import Source
from crawler.config.validators import check_web_address
from crawler.hosts import hostname_of
from pipelines.addresses.normalize import address_key

MAX_BYTES, MOST = 20_000_000, 10_000
"""The size of a list, and its number of addresses: more is a mistake, or an attack."""

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s\"'<>,\]})]{1,2000}", re.IGNORECASE)
_START_URLS = re.compile(r"start_urls\s*[:=][^\[(]{0,40}[\[(](.*?)[\])]", re.DOTALL)
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|opml|!doctype)", re.IGNORECASE)
_UNNAMED = re.compile(r"[^\w.-]+")


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """An address of a list, with its title, "" where it has none."""

    url: str
    title: str = ""


def read_list(path: Path) -> list[Listed]:
    """Read a list, in its order. Its content decides what it is. Raises ConfigError for one without any address."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror or error}"]) from None
    if len(content) > MAX_BYTES:
        raise ConfigError([f"{path}: larger than {MAX_BYTES:,} bytes; a list of addresses is expected"])
    if _MARKUP.match(content):
        listed = list(_from_opml(content))
    else:
        text = content.decode("utf-8-sig", "replace")
        listed = list(_from_csv(text) if path.suffix.lower() == ".csv" else _from_text(text))
    if not listed:
        raise ConfigError([f"{path}: no address in it; allowed: OPML, CSV, or text with addresses"])
    if len(listed) > MOST:
        raise ConfigError([f"{path}: {len(listed):,} addresses; allowed: {MOST:,} at once"])
    return listed


def _from_opml(content: bytes) -> Iterator[Listed]:
    """Read the outlines of OPML (http://opml.org/spec2.opml), nested or broken as it is; nothing in it is expanded."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return
    for outline in root.iter("{*}outline") if root is not None else ():
        values = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        url = values.get("xmlurl") or (values.get("url") if values.get("type", "").lower() != "link" else "")
        if url:
            yield Listed(url, values.get("title") or values.get("text") or "")


def _from_csv(text: str) -> Iterator[Listed]:
    """Read rows: the first address of a row, and the first other value with letters as its title."""
    for row in csv.reader(io.StringIO(text.replace("\0", ""))):
        urls = [value.strip() for value in row if _ADDRESS.fullmatch(value.strip())]
        titles = [value.strip() for value in row if value.strip() and not _ADDRESS.fullmatch(value.strip())]
        if urls:
            yield Listed(urls[0], titles[0] if titles else "")


def _from_text(text: str) -> Iterator[Listed]:
    """Read the addresses of a text: of ``start_urls``, if it is a spider, else all that is no comment."""
    if match := _START_URLS.search(text):
        text = match[1]
    for line in text.splitlines():
        if line.lstrip().startswith(("#", "//")):
            continue
        for address in _ADDRESS.findall(line):
            yield Listed(address)


@dataclasses.dataclass(frozen=True, slots=True)
class Sorted:
    """A list after the checks that need no network.

    ``wanted`` are values of ``[[source]]``. ``doubled`` are in the list twice, or in the config. ``refused`` are lines.
    """

    wanted: list[dict[str, object]]
    doubled: list[str]
    refused: list[str]


def sort_list(listed: Sequence[Listed], sources: Iterable[Source]) -> Sorted:
    """Check addresses, and name a source for each."""
    sources = list(sources)
    known = {address_key(url) for source in sources for url in source.start}
    names = {source.name for source in sources}
    result = Sorted([], [], [])
    for one in listed:
        try:
            check_web_address(one.url)
        except ValueError as error:
            result.refused.append(f"{shown(one.url)}: {error}")
            continue
        if (key := address_key(one.url)) in known:
            result.doubled.append(one.url)
            continue
        known.add(key)
        name = source_name(one, names)
        names.add(name)
        result.wanted.append({"name": name, "start": (one.url,)})
    return result


def source_name(listed: Listed, taken: Iterable[str]) -> str:
    """Make a name of the title, else of the host, that is none of those taken."""
    title = _UNNAMED.sub("-", unicodedata.normalize("NFKC", listed.title).strip().lower()).strip("-.")[:60].strip("-.")
    name = title if title[:1].isalnum() else hostname_of(listed.url).removeprefix("www.").replace(":", "-") or "source"
    taken = set(taken)
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name}-{number}", number + 1
    return unique


def as_opml(sources: Iterable[Source]) -> str:
    """Write the start pages of sources as OPML 2.0."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "<head><title>Kiji</title></head>",
        "<body>",
    ]
    for source in sources:
        name = quoteattr(source.name)
        lines += [f'<outline type="rss" text={name} title={name} xmlUrl={quoteattr(url)}/>' for url in source.start]
    return "\n".join([*lines, "</body>", "</opml>", ""])
