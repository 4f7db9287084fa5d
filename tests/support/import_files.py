"""Files as others write them: WARC by warcio, JSONL by json, and the command that takes them in."""

import dataclasses
import datetime
import io
import json
from collections.abc import Iterable
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

DAY = datetime.datetime(2026, 10, 5, 6, 0, tzinfo=datetime.UTC)
PARAGRAPHS = (
    "The harbour authority said on Monday that the ferry would return to service after repairs to its engine, "
    "two weeks after it had been taken out of the timetable without notice.",
    "Passengers had waited at the pier in long queues, and the replacement boat carried only forty people at a "
    "time, so that many of them gave up and drove around the bay instead.",
    "Officials expect more than a thousand travellers on the first day, and have asked the crew of the replacement "
    "boat to stay on until the end of the month in case that the engine fails again.",
)

CARDS = (
    "Ferry timetable changes again as autumn begins on the bay",
    "Harbour authority looks for a second replacement boat",
)


@dataclasses.dataclass(frozen=True)
class Record:
    """One answer for a WARC file; ``kind`` is the record's type."""

    url: str
    body: bytes
    day: int = 0
    status: str = "200 OK"
    content_type: str = "text/html; charset=utf-8"
    kind: str = "response"


def page(title: str, paragraphs: Iterable[str] = PARAGRAPHS, related: Iterable[str] = ()) -> bytes:
    """An article's page with a block of related links."""
    cards = "".join(f'<li><a href="{url}">{card}</a></li>' for url, card in zip(related, CARDS, strict=False))
    block = f"<aside><h2>Related articles</h2><ul>{cards}</ul></aside>" if cards else ""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f'<title>{title}</title><meta property="og:type" content="article">'
    return f"<html><head>{head}</head><body><article><h1>{title}</h1>{text}</article>{block}</body></html>".encode()


def write_warc(path: Path, records: Iterable[Record]) -> list[int]:
    """Write a WARC file, gzipped by the record where its name says so; return where each record ends."""
    ends = []
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=path.suffix == ".gz")
        for record in records:
            http = StatusAndHeaders(record.status, [("Content-Type", record.content_type)], protocol="HTTP/1.1")
            date = (DAY + datetime.timedelta(days=record.day)).strftime("%Y-%m-%dT%H:%M:%SZ")
            written = writer.create_warc_record(
                record.url,
                record.kind,
                payload=io.BytesIO(record.body),
                http_headers=http,
                warc_headers_dict={"WARC-Date": date},
            )
            writer.write_record(written)
            for stream_left in (written.raw_stream, getattr(written, "_orig_stream", None)):
                if stream_left is not None:
                    stream_left.close()  # warcio leaves a revisit's temporary files open
            ends.append(stream.tell())
    return ends


def line(number: int, **fields: object) -> str:
    """A good line of a JSONL file, with fields put in or (None) left out."""
    article: dict[str, object] = {
        "url": f"https://wire.example/story/{number}",
        "title": f"Ferry number {number} returns",
        "text": "\n".join(PARAGRAPHS) + f"\nIt was the ferry's journey number {number * 7919}.",
        "published_at": "2026-10-05T06:00:00+09:00",
        "authors": ["Hanako Sato", "Alice Smith"],
        "source": "wire",
    } | fields
    return json.dumps({name: value for name, value in article.items() if value is not None}, ensure_ascii=False)
