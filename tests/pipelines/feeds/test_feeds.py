"""Feeds of every form that publishers serve, and those that nobody should read."""

import contextlib
import datetime
import gzip
import json
import time
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.feeds.listing import Listing, ListingError, looks_like_feed, looks_like_sitemap, read_feed

URL = "https://news.example.jp/feeds/all.xml"
TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")

RSS = """<?xml version="1.0" encoding="{encoding}"?>
<!-- <rss> made by a machine -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>港町新報</title>
<link>https://news.example.jp/</link>
<item><title>港の橋が&lt;b&gt;再開&lt;/b&gt; &amp;amp; 開通式</title><link>/n/7001?utm_source=rss</link>
<description><![CDATA[<p>市長は<b>「安全」</b>と話した。</p>]]></description>
<pubDate>Sun, 10 May 2026 09:30:00 +0900</pubDate></item>
<item><title>博物館</title><guid isPermaLink="true">https://news.example.jp/n/7002</guid>
<content:encoded>&lt;p&gt;展示が始まる&lt;/p&gt;</content:encoded>
<pubDate>Sun, 10 May 2026 10:00:00 JST</pubDate></item>
<item><title>二度目</title><link>https://news.example.jp/n/7001</link></item>
<item><title>どこにもない</title><link>javascript:void(0)</link></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.example.com/world/">
<title>Harbour News</title><link rel="next" href="?page=2"/>
<entry><title type="html">Bridge &amp;amp; &lt;i&gt;harbour&lt;/i&gt;</title><link rel="alternate" href="bridge-opens"/>
<id>tag:news.example.com,2026:1</id><published>2026-05-10T00:30:00Z</published><updated>2026-05-11T00:00:00Z</updated>
<summary>Cars &amp; ships</summary></entry>
<entry><title>Museum</title><link href="museum"/><updated>2026-05-09T12:00:00</updated></entry></feed>"""

RSS_1 = """<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>新報</title></channel>
<item rdf:about="https://news.example.jp/n/1"><title>橋</title><link>https://news.example.jp/n/1</link>
<dc:date>2026-05-10T09:30:00+09:00</dc:date></item></rdf:RDF>"""


def read(body: bytes | str, timezone: datetime.tzinfo = datetime.UTC) -> Listing:
    listing = read_feed(body.encode() if isinstance(body, str) else body, "text/html", URL, timezone)
    assert listing is not None
    return listing


@pytest.mark.parametrize(
    ("body", "most", "addresses", "reason"),
    [
        (RSS.format(encoding="UTF-8"), 1, ["/n/7001"], "only the first 1 entries were read"),
        (RSS.format(encoding="UTF-8"), 2, ["/n/7001", "/n/7002"], "only the first 2 entries were read"),
        (RSS.format(encoding="UTF-8"), 4, ["/n/7001", "/n/7002"], ""),
        (ATOM, 1, ["/world/bridge-opens", "/world/?page=2"], "only the first 1 entries were read"),
    ],
)
def test_of_a_long_feed_the_first_entries_are_read_whole(
    body: str, most: int, addresses: list[str], reason: str
) -> None:
    listing = read_feed(body.encode(), "text/xml", URL, most_entries=most)
    assert listing is not None
    paths = ["/" + entry.url.split("/", 3)[3] for entry in listing.entries]
    assert (paths, listing.reason) == (addresses, reason)
    assert listing.entries[0].published_at


@pytest.mark.parametrize("encoding", ["utf-8", "Shift_JIS", "EUC-JP", "ISO-2022-JP", "UTF-16"])
def test_an_rss_feed_is_read_in_the_encoding_it_is_written_in(encoding: str) -> None:
    first, second = read(RSS.format(encoding=encoding).encode(encoding)).entries
    assert first.url == "https://news.example.jp/n/7001"
    assert first.title == "港の橋が 再開 & 開通式"
    assert first.summary == "市長は 「安全」 と話した。"
    assert first.published_at == datetime.datetime(2026, 5, 10, 0, 30, tzinfo=datetime.UTC)
    assert (second.url, second.summary) == ("https://news.example.jp/n/7002", "展示が始まる")


def test_a_date_in_japan_standard_time_is_not_taken_for_greenwichs() -> None:
    assert read(RSS.format(encoding="utf-8")).entries[1].published_at == datetime.datetime(
        2026, 5, 10, 1, 0, tzinfo=datetime.UTC
    )


def test_a_date_in_minus_0000_is_utc_whatever_the_source_s_zone() -> None:
    feed = read(RSS.format(encoding="utf-8").replace("+0900", "-0000"), TOKYO)
    assert feed.entries[0].published_at == datetime.datetime(2026, 5, 10, 9, 30, tzinfo=datetime.UTC)


def test_an_atom_feed_gives_joined_links_its_own_dates_and_its_next_page() -> None:
    bridge, museum, following = read(ATOM, TOKYO).entries
    assert (bridge.url, bridge.title) == ("https://news.example.com/world/bridge-opens", "Bridge & harbour")
    assert bridge.summary == "Cars & ships"
    assert bridge.published_at == datetime.datetime(2026, 5, 10, 0, 30, tzinfo=datetime.UTC)
    assert museum.published_at == datetime.datetime(2026, 5, 9, 3, 0, tzinfo=datetime.UTC)
    assert following.is_listing
    assert not bridge.is_listing


def test_links_are_joined_to_a_base_that_is_relative_itself() -> None:
    body = '<feed xmlns="http://www.w3.org/2005/Atom"><entry xml:base="/world/"><link href="bridge"/></entry></feed>'
    assert [entry.url for entry in read(body).entries] == ["https://news.example.jp/world/bridge"]


def test_control_characters_do_not_break_a_feed() -> None:
    listing = read(RSS.format(encoding="utf-8").replace("博物館", "博\x08物\x00館"))
    assert listing.entries[1].title == "博物館"
    assert listing.reason == ""


def test_an_rss_1_feed_is_read() -> None:
    (entry,) = read(RSS_1).entries
    assert entry.title == "橋"
    assert entry.published_at == datetime.datetime(2026, 5, 10, 0, 30, tzinfo=datetime.UTC)


def test_a_json_feed_is_read() -> None:
    item = {"id": "7", "url": "/n/7", "title": "橋 & 港", "content_html": "<p>開通</p>", "date_published": "2026-05-10"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [item, "x", {}], "next_url": "?p=2"}
    entry, following = read(json.dumps(feed), TOKYO).entries
    assert (entry.url, entry.title, entry.summary) == ("https://news.example.jp/n/7", "橋 & 港", "開通")
    assert entry.published_at == datetime.datetime(2026, 5, 9, 15, 0, tzinfo=datetime.UTC)
    assert following.is_listing


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff\xfe",
        b"<!DOCTYPE html><html><body><rss></rss></body></html>",
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"></html>',
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>',
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><x/></rdf:RDF>',
        b'{"items": []}',
        b"<!-- never closed <rss>",
        b"\x1f\x8b\x08 no gzip",
    ],
)
def test_what_is_no_feed_is_not_taken_for_one_whatever_its_header_says(body: bytes) -> None:
    assert not looks_like_feed(body)
    assert read_feed(body, "application/rss+xml", URL) is None


def test_a_feed_is_told_by_its_root_and_not_by_its_header() -> None:
    assert looks_like_feed(b"\xef\xbb\xbf\n <?xml version='1.0'?><!-- x --><?xsl y?><rss/>")
    assert looks_like_feed(gzip.compress(ATOM.encode()))
    assert not looks_like_sitemap(ATOM.encode())
    assert len(read(gzip.compress(ATOM.encode())).entries) == 3


@pytest.mark.parametrize(
    "dtd",
    [
        "<!DOCTYPE rss>",
        "<!DOCTYPE html>",
        '<!doctype rss SYSTEM "file:///etc/passwd">',
        '<!-- <a> --><!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://example.com/rss.dtd">',
        '<!DOCTYPE rss [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;"> <!-- ]> <rss> --> <?x ]> ?> ] >',
        "<!DOCTYPE rss [<!ENTITY b '<rss><channel/></rss>'>",
    ],
)
def test_a_document_type_declaration_is_left_out_and_none_of_its_entities_expanded(dtd: str) -> None:
    item = "<item><title>Tide &b; turns</title><link>https://news.example.jp/n/1</link></item>"
    body = f"<?xml version='1.0'?>{dtd}<rss version='2.0'><channel>{item}</channel></rss>"
    assert looks_like_feed(body.encode())
    assert [entry.url for entry in read(body).entries][:1] == ["https://news.example.jp/n/1"] or dtd.endswith("'>")
    assert "haha" not in str([entry.title for entry in read(body).entries])


def test_a_billion_laughs_are_not_laughed() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{levels}]>'
    [entry] = read(
        f"{dtd}<rss version='2.0'><channel><item><title>&l9;</title><link>/n/1</link></item></channel></rss>"
    ).entries
    assert len(entry.title) < 10


@pytest.mark.parametrize(
    ("title", "read_as"),
    [
        ("Rain &#55357;&#56832; floods", "Rain 😀 floods"),
        ("Rain &#xD83D;&#xDE00; floods", "Rain 😀 floods"),
        ("Rain &#55357; floods", "Rain \ufffd floods"),
        ("Rain &#1114112; floods", "Rain \ufffd floods"),
        ("Rain &#99999999999999999999; floods", "Rain \ufffd floods"),
        ("Rain &#0;&#8;floods", "Rain floods"),
        ("Rain &nbsp;&eacute;&hellip; floods", "Rain é… floods"),
        ("Rain &unknown; & floods", "Rain &unknown; & floods"),
        ("<![CDATA[Rain & floods]]>", "Rain & floods"),
    ],
)
def test_a_reference_that_means_no_character_costs_no_entry(title: str, read_as: str) -> None:
    items = f"<item><title>{title}</title><link>/n/1</link></item><item><title>Next</title><link>/n/2</link></item>"
    listing = read(f"<rss version='2.0'><channel>{items}</channel></rss>")
    assert [entry.title for entry in listing.entries] == [read_as, "Next"]


@pytest.mark.parametrize(
    ("links", "chosen"),
    [
        (
            '<link rel="alternate" hreflang="en" href="/n/5"/><link rel="alternate" hreflang="ja" href="/ja/n/5"/>',
            "/n/5",
        ),
        ('<link rel="alternate" media="handheld" href="/amp/n/6"/><link rel="alternate" href="/n/6"/>', "/n/6"),
        ('<link rel="http://www.iana.org/assignments/relation/alternate" href="/n/4"/>', "/n/4"),
        ('<link rel="alternate" type="application/pdf" href="/n/7.pdf"/><link href="/n/7"/>', "/n/7"),
        ('<link rel="enclosure" href="/sound.mp3"/><link rel="alternate" type="text/html" href="/n/8"/>', "/n/8"),
    ],
)
def test_of_several_links_the_page_for_any_screen_is_taken(links: str, chosen: str) -> None:
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Bridge</title>{links}</entry></feed>'
    [entry] = read(body).entries
    assert entry.url == f"https://news.example.jp{chosen}"


@pytest.mark.parametrize(
    "link", ["https://news.example.jp/", "https://news.example.jp", "https://news.example.jp/?from=rss"]
)
@pytest.mark.parametrize("attribute", [' isPermaLink="true"', "", " ispermalink='TRUE'"])
def test_entries_that_share_one_link_are_told_apart_by_their_permalinks(link: str, attribute: str) -> None:
    items = "".join(
        f"<item><title>Story {n}</title><link>{link}</link><guid{attribute}>https://news.example.jp/n/{n}</guid></item>"
        for n in (1, 2, 3)
    )
    listing = read(f"<rss version='2.0'><channel><link>https://news.example.jp/</link>{items}</channel></rss>")
    assert [entry.url for entry in listing.entries] == [f"https://news.example.jp/n/{n}" for n in (1, 2, 3)]


def test_ids_that_are_no_addresses_leave_a_shared_link_one_entry() -> None:
    items = "".join(f"<item><link>https://news.example.jp/</link><guid>{n}</guid></item>" for n in (1, 2))
    listing = read(f"<rss version='2.0'><channel>{items}</channel></rss>")
    assert [entry.url for entry in listing.entries] == ["https://news.example.jp/"]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026/11/29 08:00:00", "2026-11-28T23:00:00+00:00"),
        ("2026.11.29", "2026-11-28T15:00:00+00:00"),
        ("2026年11月29日", "2026-11-28T15:00:00+00:00"),
        ("2026年11月29日 8時05分", "2026-11-28T23:05:00+00:00"),
        ("令和8年11月29日", "2026-11-28T15:00:00+00:00"),
        ("2026-11-29 8:00", "2026-11-28T23:00:00+00:00"),
        ("Sun, 29 Nov 2026 08:00:00 -0000", "2026-11-29T08:00:00+00:00"),
        ("Sun, 29 Nov 2026 08:00:00", "2026-11-28T23:00:00+00:00"),
        ("29 November 2026 08:00", "2026-11-28T23:00:00+00:00"),
    ],
)
def test_a_date_is_read_in_whatever_form_the_feed_writes_it(written: str, moment: str) -> None:
    item = f"<item><title>Tide</title><link>/n/1</link><pubDate>{written}</pubDate></item>"
    [entry] = read(f"<rss version='2.0'><channel>{item}</channel></rss>", TOKYO).entries
    assert entry.published_at == datetime.datetime.fromisoformat(moment)


def test_a_feed_that_breaks_off_gives_what_stands_before_the_break_and_says_so() -> None:
    listing = read(RSS.format(encoding="utf-8").partition("<title>二度目")[0] + "\x00\x08")
    assert [entry.url[-4:] for entry in listing.entries] == ["7001", "7002"]
    assert listing.reason.startswith("broken feed")


def test_broken_json_is_an_error_that_says_so() -> None:
    with pytest.raises(ListingError, match="JSON"):
        read('{"version": "https://jsonfeed.org/version/1", "items": [')
    with pytest.raises(ListingError, match="JSON"):
        read('{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 100_000)


def test_a_title_of_half_a_million_characters_is_cut() -> None:
    (entry,) = read(
        f"<rss><channel><item><link>/n/1</link><title>{'橋' * 500_000}</title></item></channel></rss>"
    ).entries
    assert len(entry.title) == 500


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text("<rsfed>!-?\"'&;: xml\x00/", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for start in (b"", b"<rss>", b"<feed><entry>"):
        try:
            read_feed(start + body, None, URL)
        except ListingError as error:
            assert str(error)  # noqa: PT017 - any of the three ways out is right


@pytest.mark.parametrize(
    "part",
    ["<![CDATA[", "<id>" + " " * 20_000, "<!DOCTYPE rss [<!A '", "&#55357;", "<!-- ", "<id", "<guid>http://", "&"],
)
def test_a_part_that_comes_very_often_is_read_in_a_time_that_grows_with_the_feed(part: str) -> None:
    def seconds(size: int) -> float:
        body = "<rss version='2.0'><channel>" + part * (size // len(part))
        before = time.process_time()
        with contextlib.suppress(ListingError):
            read(body)
        return time.process_time() - before

    assert seconds(240_000) < 8 * seconds(60_000) + 0.5  # quadratic time would be 16 times as much
