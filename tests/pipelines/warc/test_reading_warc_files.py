"""WARC archives give raw pages, and name the records that they cannot give."""

import datetime
import gzip
import sys
import uuid
from pathlib import Path

import brotli
import pytest
from warcio.bufferedreaders import BufferedReader

from pipelines.raw_page import RawPage
from pipelines.warc.read import MAX_BODY, BadRecord, read_html_file, read_warc
from pipelines.warc.records import warc_records

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACKED = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstd.compress}
HTML = "<html><title>記事</title></html>".encode()


def record(url: str, body: bytes, headers: dict[str, str], status: str, date: str) -> bytes:
    """One response record as ISO 28500 (WARC 1.0) has it."""
    http = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    block = http.encode() + body if url.startswith("http") else body
    kind = "application/http; msgtype=response" if url.startswith("http") else "text/dns"
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\n"
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, url)}>\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Date: {date}\r\nContent-Type: {kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def write(
    path: Path,
    records: list[tuple[str, bytes, dict[str, str]]],
    *,
    status: str = "200 OK",
    date: str = "2026-08-14T03:00:00Z",
) -> Path:
    pack = gzip.compress if path.suffix == ".gz" else bytes
    path.write_bytes(b"".join(pack(record(*one, status, date)) for one in records))
    return path


def test_of_headers_sent_twice_the_last_counts_but_all_links_and_robots_do(tmp_path: Path) -> None:
    headers = {"ETag": "1", "Link": "</1>; rel=next", "etag": "2", "link": "</2>; rel=canonical"}
    headers |= {"X-Robots-Tag": "noarchive", "x-robots-tag": "nosnippet"}
    [page] = read_warc(write(tmp_path / "pages.warc", [("https://news.example/1", HTML, headers)]))
    assert isinstance(page, RawPage)
    assert sorted(page.headers) == [
        ("etag", "2"),
        ("link", "</1>; rel=next, </2>; rel=canonical"),
        ("x-robots-tag", "noarchive"),
        ("x-robots-tag", "nosnippet"),
    ]


@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz"])
def test_every_response_of_an_archive_is_a_page_in_its_order(tmp_path: Path, name: str) -> None:
    urls = ["https://news.example/1?utm_source=x#top", "http://news.example/2"]
    path = write(tmp_path / name, [(url, HTML, {"Content-Type": "text/html; charset=utf-8"}) for url in urls])
    pages = list(read_warc(path))
    assert pages == [
        RawPage(
            url=url,
            final_url=url,
            body=HTML,
            status=200,
            fetched_at=datetime.datetime(2026, 8, 14, 3, tzinfo=datetime.UTC),
            headers=(("content-type", "text/html; charset=utf-8"),),
        )
        for url in urls
    ]


@pytest.mark.parametrize("encoding", PACKED)
def test_a_packed_body_is_unpacked_and_the_status_kept(tmp_path: Path, encoding: str) -> None:
    long = HTML + b"".join(
        b"%x" % (n * n) for n in range(40_000)
    )  # packed, more than one block of what warcio reads at a time
    records = [("https://news.example/1", PACKED[encoding](long), {"Content-Encoding": encoding.upper()})]
    path = write(tmp_path / "a.warc", records, status="404 Not Found")
    (page,) = read_warc(path)
    assert isinstance(page, RawPage)
    assert (page.body, page.status) == (long, 404)
    assert [record.item for record in warc_records(path)] == [page]


@pytest.mark.parametrize("encoding", PACKED)
def test_a_body_that_is_not_packed_as_it_says_is_left_as_it_is(tmp_path: Path, encoding: str) -> None:
    (page,) = read_warc(write(tmp_path / "a.warc", [("https://news.example/1", HTML, {"Content-Encoding": encoding})]))
    assert isinstance(page, RawPage)
    assert page.body == HTML


@pytest.mark.parametrize("encoding", PACKED)
def test_a_body_is_cut_at_the_cap_even_if_it_unpacks_to_ten_times_that(tmp_path: Path, encoding: str) -> None:
    bomb = PACKED[encoding](b"a" * (10 * MAX_BODY))
    (page,) = read_warc(write(tmp_path / "a.warc", [("https://news.example/1", bomb, {"Content-Encoding": encoding})]))
    assert isinstance(page, RawPage)
    assert (len(page.body), page.truncated) == (MAX_BODY, True)


def test_a_decompressor_that_fails_costs_its_own_record_alone(tmp_path: Path) -> None:
    packed = {"Content-Encoding": "broken"}
    records = [(f"https://news.example/{n}", HTML, packed if n == 2 else {}) for n in (1, 2, 3)]
    path = write(tmp_path / "a.warc", records)
    BufferedReader.DECOMPRESSORS["broken"] = _RefusesToBegin
    try:
        first, bad, last = read_warc(path)
    finally:
        del BufferedReader.DECOMPRESSORS["broken"]
    assert bad == BadRecord("https://news.example/2", "the answer in the record is damaged: no such attribute")
    assert [isinstance(one, RawPage) and one.body for one in (first, last)] == [HTML, HTML]


class _RefusesToBegin:
    def __init__(self) -> None:
        raise AttributeError("no such attribute")


def test_records_that_are_no_page_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    good = ("https://news.example/1", HTML, {"Content-Type": "text/html"})
    path = write(tmp_path / "a.warc", [("dns:news.example", b"", {}), good])
    bad, page = read_warc(path)
    assert bad == BadRecord("dns:news.example", "not an answer over HTTP")
    assert isinstance(page, RawPage)
    assert page.url == "https://news.example/1"


def test_a_record_without_a_time_is_named(tmp_path: Path) -> None:
    (bad,) = read_warc(write(tmp_path / "a.warc", [("https://news.example/1", HTML, {})], date="yesterday"))
    assert bad == BadRecord("https://news.example/1", "the record's WARC-Date is no time: 'yesterday'")


@pytest.mark.parametrize("status", ["9223372036854775808 Odd", "-1 Odd", "20 Odd"])
def test_a_record_whose_status_is_none_of_https_is_named(tmp_path: Path, status: str) -> None:
    (bad,) = read_warc(write(tmp_path / "a.warc", [("https://news.example/1", HTML, {})], status=status))
    said = status.removesuffix(" Odd")
    assert bad == BadRecord("https://news.example/1", f"the server sent the status {said}, which HTTP does not have")


def test_an_archive_that_breaks_off_gives_what_was_whole_and_says_where_it_ends(tmp_path: Path) -> None:
    records = [(f"https://news.example/{n}", HTML * 50, {"Content-Type": "text/html"}) for n in range(3)]
    whole = write(tmp_path / "a.warc", records).read_bytes()
    (tmp_path / "cut.warc").write_bytes(whole[: len(whole) // 2])
    read = list(read_warc(tmp_path / "cut.warc"))
    assert isinstance(read[0], RawPage)
    assert len(read[0].body) == len(HTML) * 50
    assert len(read) <= 3


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"<html>no archive</html>", b"WARC/1.0\r\n\r\n", b"\x1f\x8b\x08\x00bad"]
)
def test_a_file_that_is_no_archive_raises_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.warc").write_bytes(content)
    assert all(isinstance(one, BadRecord) for one in read_warc(tmp_path / "a.warc"))


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_warc(tmp_path / "none.warc"))


def test_an_html_file_is_read_as_if_it_had_been_fetched(tmp_path: Path) -> None:
    now = datetime.datetime(2026, 8, 14, tzinfo=datetime.UTC)
    (tmp_path / "page.html").write_bytes(HTML)
    page = read_html_file(tmp_path / "page.html", "https://news.example/1", now)
    assert (page.url, page.body, page.status, page.fetched_at) == ("https://news.example/1", HTML, 200, now)
