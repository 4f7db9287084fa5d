"""Sitemaps: indexes, the news extension, packed, plain, broken and hostile."""

import datetime
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.feeds.listing import (
    MAX_ENTRIES,
    MAX_UNPACKED,
    Listing,
    ListingError,
    looks_like_feed,
    looks_like_sitemap,
    read_sitemap,
    unpack,
)

URL = "https://news.example.jp/sitemap.xml"
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)
NEWS = f"""<?xml version="1.0" encoding="UTF-8"?><urlset {NAMESPACES}>
<url><loc>https://news.example.jp/about-this-paper</loc></url>
<url><loc>https://news.example.jp/n/1</loc><lastmod>2026-05-01</lastmod>
<xhtml:link rel="alternate" hreflang="en" href="https://news.example.jp/en/n/1"/></url>
<url><loc> https://news.example.jp/n/3?utm_source=sitemap </loc><lastmod>2026-05-03T09:00:00+09:00</lastmod></url>
<url><loc>https://news.example.jp/n/2</loc><news:news><news:publication_date>2026-05-02T09:30:00+09:00
</news:publication_date><news:title>港の橋が再開 &amp; 開通</news:title></news:news></url>
<url><loc>mailto:desk@example.jp</loc></url><url/></urlset>"""
INDEX = f"""<sitemapindex {NAMESPACES}>
<sitemap><loc>https://news.example.jp/old.xml.gz</loc><lastmod>2019-01-01</lastmod></sitemap>
<sitemap><loc>/new.xml</loc><lastmod>2026-05-10</lastmod></sitemap></sitemapindex>"""

ADDRESSES = [f"https://news.example/n/{number}" for number in range(1, 5)]
LONG = "https://news.example/" + "x" * 79


def read(body: bytes | str) -> Listing:
    listing = read_sitemap(body.encode() if isinstance(body, str) else body, URL)
    assert listing is not None
    return listing


def test_a_sitemap_gives_news_first_then_what_changed_last() -> None:
    entries = read(NEWS).entries
    assert [entry.url.rpartition("/")[2] for entry in entries] == ["2", "3", "1", "about-this-paper"]
    assert entries[0].title == "港の橋が再開 & 開通"
    assert entries[0].published_at == datetime.datetime(2026, 5, 2, 0, 30, tzinfo=datetime.UTC)
    assert entries[1].published_at is None
    assert not any(entry.is_listing for entry in entries)


def test_an_index_lists_its_newest_children_first_as_listings() -> None:
    listing = read(INDEX)
    assert [entry.url for entry in listing.entries] == [
        "https://news.example.jp/new.xml",
        "https://news.example.jp/old.xml.gz",
    ]
    assert all(entry.is_listing for entry in listing.entries)


def test_a_packed_sitemap_is_read_even_of_two_members() -> None:
    whole = NEWS.encode()
    assert looks_like_sitemap(gzip.compress(whole))
    assert read(gzip.compress(whole[:300]) + gzip.compress(whole[300:])) == read(NEWS)


def test_a_plain_list_of_addresses_is_a_sitemap() -> None:
    listing = read("\ufeffhttps://news.example.jp/n/1\r\n\r\nhttps://news.example.jp/n/2\n")
    assert [entry.url for entry in listing.entries] == ["https://news.example.jp/n/1", "https://news.example.jp/n/2"]
    assert not looks_like_sitemap(b"https://news.example.jp/n/1 is where it stands\n")
    assert not looks_like_feed(b"https://news.example.jp/n/1\n")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["# news", *ADDRESSES], "1 line is no address: line 1, # news"),
        ([*ADDRESSES, "", "/n/1", "ftp://x.example/"], "2 lines are no addresses, the first: line 6, /n/1"),
        ([ADDRESSES[0], "http://[bad]/x", *ADDRESSES[1:]], "1 line is no address: line 2, http://[bad]/x"),
        ([*ADDRESSES, "https://news.example/" + "x" * 3_000], f"1 line is no address: line 5, {LONG}"),
        (ADDRESSES, ""),
    ],
)
def test_a_bad_line_of_a_plain_list_is_named_and_the_others_count(lines: list[str], reason: str) -> None:
    sitemap = read_sitemap("\r\n".join(lines).encode(), "https://news.example/sitemap.txt")
    assert sitemap is not None
    assert [entry.url for entry in sitemap.entries] == ADDRESSES
    assert sitemap.reason == reason


def test_a_text_that_names_its_sources_is_no_sitemap() -> None:
    text = (
        "The ferry is back.\nhttps://news.example/n/1\nhttps://news.example/n/2\nSo is the bus.\nhttps://news.example/3"
    )
    assert not looks_like_sitemap(text.encode())


@pytest.mark.parametrize("encoding", ["Shift_JIS", "EUC-JP", "UTF-16"])
def test_a_sitemap_is_read_in_the_encoding_it_is_written_in(encoding: str) -> None:
    body = NEWS.replace("UTF-8", encoding).encode(encoding)
    assert read(body).entries[0].title == "港の橋が再開 & 開通"


def test_a_broken_sitemap_gives_what_can_be_had_and_says_so() -> None:
    listing = read(NEWS.partition("<url><loc>mailto")[0] + "<url><loc>mailto:")
    assert len(listing.entries) == 4
    assert listing.reason.startswith("broken XML")
    assert read(NEWS).reason == ""


def test_no_more_than_the_protocols_number_of_addresses_is_read() -> None:
    lines = (f"https://news.example.jp/n/{number}" for number in range(MAX_ENTRIES + 10))
    listing = read("\n".join(lines))
    assert len(listing.entries) == MAX_ENTRIES
    assert "50,000" in listing.reason


@pytest.mark.parametrize("dtd", ['<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "<!DOCTYPE urlset>"])
def test_a_document_type_declaration_is_left_out_and_none_of_its_entities_expanded(dtd: str) -> None:
    body = f"<?xml version='1.0'?>{dtd}<urlset><url><loc>https://news.example.jp/a&x;b</loc></url></urlset>"
    assert [entry.url for entry in read(body).entries] == ["https://news.example.jp/a&x;b"]


@pytest.mark.parametrize(
    "address",
    [
        "https://news.example.jp/article?id=7001&lang=ja",
        "https://news.example.jp/terms&policies-of-the-port",
        "https://news.example.jp/a?copy=1&copy=2&amp",
    ],
)
def test_an_address_with_a_bare_ampersand_is_the_one_that_is_listed(address: str) -> None:
    [entry] = read(f"<urlset><url><loc>{address}</loc></url></urlset>").entries
    assert entry.url == address


def test_a_small_file_that_unpacks_to_gigabytes_is_refused() -> None:
    start = gzip.compress(b"<urlset>" + b" " * 1_000)
    bomb = start + gzip.compress(b" " * MAX_UNPACKED)
    assert len(bomb) < 100_000
    with pytest.raises(ListingError, match="unpacks to more"):
        read(bomb)


def test_damaged_packing_is_an_error_and_a_cut_one_gives_its_start() -> None:
    packed = gzip.compress(NEWS.encode())
    assert unpack(packed[:-20]).startswith(b"<?xml")
    with pytest.raises(ListingError, match="damaged gzip"):
        unpack(packed[:40] + b"\x00" * 40 + packed[80:])
    assert unpack(b"as it is") == b"as it is"


@pytest.mark.parametrize("body", [b"", b"<html/>", b"<rss/>", b"\xff" * 100, b"\x1f\x8b\x08\x00"])
def test_what_is_no_sitemap_is_not_taken_for_one(body: bytes) -> None:
    assert read_sitemap(body, URL) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text("<urlset>oc!-?\"'&;: \x00/", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for start in (b"", b"<urlset>", b"<urlset><url><loc>", b"\x1f\x8b\x08"):
        try:
            read_sitemap(start + body, URL)
        except ListingError as error:
            assert str(error)  # noqa: PT017 - any of the three ways out is right
