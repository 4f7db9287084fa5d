"""Read pages with what a reader says of them: a folder with ``pages.warc.gz`` and files of truth.

A line of ``truth.jsonl`` or ``text.jsonl`` is a page: ``url``, and any of ``text`` (the article's whole text), ``with``
and ``without`` (phrases that are and are not in it), ``page_type`` or ``kind``. A line of ``links.jsonl`` says with
``article`` whether the page is one. A line that names no page of the WARC file is skipped with a warning.
"""

import dataclasses
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.training.annotations import site_of
from pipelines.raw_page import RawPage
from pipelines.warc.read import read_warc

logger = logging.getLogger(__name__)

_FILES = ("truth.jsonl", "text.jsonl", "links.jsonl")


@dataclasses.dataclass(frozen=True, slots=True)
class TruePage:
    """A page with its truth.

    ``site`` is what must be kept apart in cross-validation. ``text`` is None where only phrases are known.
    ``page_type`` is the truth's own word, "" where it says only that there is a text; ``name`` is the folder's.
    ``language`` is the truth's, ``part`` the part of the folder that its ``set`` or ``news`` names, both perhaps "".
    """

    raw: RawPage
    site: str
    name: str
    text: str | None
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    page_type: str
    language: str = ""
    part: str = ""


def read_truths(folder: Path) -> Iterator[TruePage]:
    """Give the pages of a folder that its files of truth name, in the order of the WARC file, each address once."""
    rows: dict[str, dict[str, Any]] = {}
    for name in _FILES:
        path = folder / name
        for line in path.read_bytes().splitlines() if path.exists() else ():  # of bytes: at ends of lines alone
            row = json.loads(line)
            rows[row["url"]] = {**row, **rows.get(row["url"], {})}
    for record in read_warc(folder / "pages.warc.gz"):
        row = rows.pop(record.url, None) if isinstance(record, RawPage) else None
        if row is not None and isinstance(record, RawPage):
            yield _page(record, row, folder.name)
    for url in rows:
        logger.warning("%s: no page of %s in pages.warc.gz", folder, url)


def _page(raw: RawPage, row: dict[str, Any], name: str) -> TruePage:
    kind = row.get("page_type") or row.get("kind") or ("" if row.get("article", True) else "listing")
    is_text = isinstance(row.get("text"), str) and kind in ("", "article")
    return TruePage(
        raw,
        site_of(raw.url),
        name,
        row["text"] if is_text else None,
        tuple(row.get("with") or ()),
        tuple(row.get("without") or ()),
        kind,
        row.get("language") or "",
        row.get("set") or ("news" if row.get("news") else ""),
    )
