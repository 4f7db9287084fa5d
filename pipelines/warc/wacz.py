"""Write archived pages as a WACZ file, which ReplayWeb.page shows as they were fetched.

The format is WACZ 1.1.1 (https://specs.webrecorder.net/wacz/1.1.1/): a ZIP file with the WARC records, an index of them
(CDXJ), a list of pages, and the digest of each of these files.
"""

import datetime
import hashlib
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.raw_page import RawPage
from pipelines.warc.records import page_in_member
from storage.atomic_file import replace_file
from storage.visit import WarcLocation

_WARC = "archive/data.warc.gz"


def write_wacz(target: Path, title: str, records: Sequence[tuple[WarcLocation, bytes]], now: datetime.datetime) -> int:
    """Write the records, each one gzip member, into ``target``; return how many pages they hold.

    A record that cannot be read is left out. Raises OSError.
    """
    warc = b""
    index: list[str] = []
    pages: list[dict[str, str]] = []
    for location, member in records:
        page = page_in_member(member)
        if isinstance(page, str):
            continue
        index.append(_index_line(page, location, len(warc), len(member)))
        stamp = page.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        pages.append({"id": str(len(pages) + 1), "url": page.final_url, "title": title, "ts": stamp})
        warc += member
    if not pages:
        return 0
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    files = {
        _WARC: warc,
        "indexes/index.cdx": "".join(sorted(index)).encode(),
        "pages/pages.jsonl": "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in [head, *pages]).encode(),
    }
    package: dict[str, Any] = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": title,
        "software": "Kiji",
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "mainPageUrl": pages[-1]["url"],
        "mainPageDate": pages[-1]["ts"],
        "resources": [
            {"name": path.rpartition("/")[2], "path": path, "hash": _hash(content), "bytes": len(content)}
            for path, content in files.items()
        ],
    }
    described = json.dumps(package, ensure_ascii=False, indent=2).encode()
    digest = json.dumps({"path": "datapackage.json", "hash": _hash(described)}).encode()
    with replace_file(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        for path, content in (*files.items(), ("datapackage.json", described), ("datapackage-digest.json", digest)):
            # WARC and index are stored as they are, so that a reader can seek in them.
            how = zipfile.ZIP_STORED if path.startswith(("archive/", "indexes/")) else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(path, now.timetuple()[:6]), content, how)
    return len(pages)


def _index_line(page: RawPage, location: WarcLocation, offset: int, length: int) -> str:
    fields = {
        "url": page.url,
        "mime": (page.content_type or "").partition(";")[0].strip(),
        "status": str(page.status),
        "digest": location.digest,
        "length": str(length),
        "offset": str(offset),
        "filename": _WARC.rpartition("/")[2],
    }
    return f"{_sort_key(page.url)} {page.fetched_at:%Y%m%d%H%M%S} {json.dumps(fields, ensure_ascii=False)}\n"


def _sort_key(url: str) -> str:
    """Write an address by SURT, with its host reversed: ``example,news)/ja/1``."""
    parts = urlsplit(url)
    host = ",".join(reversed((parts.hostname or "").removeprefix("www.").split(".")))
    port = f":{parts.port}" if parts.port else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}){parts.path or '/'}{query}".lower()


def _hash(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
