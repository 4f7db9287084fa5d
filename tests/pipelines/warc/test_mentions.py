"""Raw pages that still hold the address of something forgotten are found."""

import datetime
from pathlib import Path

from pipelines.raw_page import RawPage
from pipelines.warc.mentions import find_mentions
from pipelines.warc.place import ArchivePlace
from pipelines.warc.write import info_record, payload_digest, response_record

GONE = "https://news.example/n/7"
PAGES = {
    "https://news.example/a": '<a href="/n/7?utm_source=x">x</a>',
    "https://news.example/b": r'<script>{"url": "https:\/\/news.example\/n\/7"}</script>',
    "https://news.example/c": '<a href="/n/70">x</a> https://news.example/n/8',
    "https://news.example/d": "<img src=https://news.example/n/7>",
}


def test_links_attributes_and_data_are_looked_at(tmp_path: Path) -> None:
    data = info_record("kiji-1.warc.gz", {"software": "kiji"})
    for url, body in PAGES.items():
        now = datetime.datetime(2026, 11, 5, tzinfo=datetime.UTC)
        raw = RawPage(url, url, body.encode(), 200, now, (("content-type", "text/html"),))
        data += response_record(raw, payload_digest(raw.body))
    (tmp_path / "kiji-1.warc.gz").write_bytes(data)
    found = list(find_mentions(ArchivePlace(tmp_path), lambda address: address == GONE))
    assert [(mention.page[-1], mention.address) for mention in found] == [("a", GONE), ("b", GONE), ("d", GONE)]
    assert [mention.record for mention in found] == [2, 3, 5]
