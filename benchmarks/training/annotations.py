"""Read annotated pages: a folder with ``links.jsonl`` and ``pages.warc.gz``.

A line of ``links.jsonl`` is a page: ``url``, ``article`` (false where the page is none), and ``links``, each with
``url``, ``title``, ``kind`` and ``heading``. A broken line is skipped with a warning that names it.
"""

import dataclasses
import json
import logging
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.addresses.normalize import address_key, clean_url, registered_domain
from pipelines.raw_page import RawPage
from pipelines.warc.read import read_warc

logger = logging.getLogger(__name__)

KINDS = ("related", "recommended", "ranking", "latest", "ad", "other", "inline", "none")
NOT_RELATED = frozenset({"ranking", "latest", "ad", "none"})
_ARCHIVED = re.compile(r"https?://web\.archive\.org/web/\w+/(.+)")
# Blog hosts whose pages have one template under many domains: one site when sites are kept apart.
_TEMPLATES = {"hateblo.jp": "hatena", "hatenablog.jp": "hatena", "hatenablog.com": "hatena", "takuros.net": "hatena"}

AddressKey = str


@dataclasses.dataclass(frozen=True, slots=True)
class AnnotatedLink:
    """One link of a content list, with the kind of its list (one of ``KINDS``, never ``none``)."""

    url: str
    title: str
    kind: str
    heading: str


@dataclasses.dataclass(frozen=True, slots=True)
class AnnotatedPage:
    """A page with its links as a reader saw them; ``site`` is what must be kept apart in cross-validation."""

    raw: RawPage
    site: str
    is_article: bool
    links: tuple[AnnotatedLink, ...]
    folder: str

    def kinds(self) -> dict[AddressKey, set[str]]:
        """The kinds of the lists that each address stands in."""
        kinds: dict[AddressKey, set[str]] = {}
        for link in self.links:
            kinds.setdefault(address_key_of(link.url), set()).add(link.kind)
        return kinds

    def first_kinds(self) -> dict[AddressKey, str]:
        """The kind of the first list that each address stands in."""
        kinds: dict[AddressKey, str] = {}
        for link in self.links:
            kinds.setdefault(address_key_of(link.url), link.kind)
        return kinds


def address_key_of(url: str) -> AddressKey:
    """An address as annotations compare it: one string for all spellings of it, trackers left out."""
    return address_key(clean_url(url) or url)


def site_of(url: str) -> str:
    """The registered domain of an address, of archived pages that of their own; one name for a blog host's domains."""
    archived = _ARCHIVED.match(url)
    address = archived[1] if archived else url
    host = urlsplit(address).netloc.lower()
    for suffix, template in _TEMPLATES.items():
        if host == suffix or host.endswith("." + suffix):
            return template
    return registered_domain(address) or host


def read_annotations(folder: Path) -> list[AnnotatedPage]:
    """The annotated pages of a folder, in the order of its lines; the first record of each address counts."""
    records: dict[str, RawPage] = {}
    for record in read_warc(folder / "pages.warc.gz"):
        if isinstance(record, RawPage):
            records.setdefault(record.url, record)
    pages = []
    path = folder / "links.jsonl"
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            pages.append(_page(json.loads(line), records, folder.name))
        except (ValueError, KeyError, TypeError) as error:
            logger.warning("%s, line %d is skipped: %s: %s", path, number, type(error).__name__, error)
    return pages


def _page(row: dict[str, Any], records: dict[str, RawPage], folder: str) -> AnnotatedPage:
    url = row["url"]
    if url not in records:
        raise ValueError(f"no page of {url} in pages.warc.gz")
    links = []
    for link in row["links"]:
        if link["kind"] not in KINDS[:-1]:
            raise ValueError(f"kind {link['kind']!r} of {link['url']}; allowed: {', '.join(KINDS[:-1])}")
        links.append(AnnotatedLink(link["url"], link.get("title") or "", link["kind"], link.get("heading") or ""))
    return AnnotatedPage(records[url], site_of(url), bool(row.get("article", True)), tuple(links), folder)
