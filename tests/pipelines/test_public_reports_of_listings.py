"""Read feeds, sitemaps and robots.txt of the kinds that public reports name (docs/public-reports.md)."""

import datetime
import gzip
import json
import zoneinfo

import pytest

from pipelines.feeds.listing import listing_format

URL = "https://a.example/feed"
TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")


def rss(items: str, declaration: str = '<?xml version="1.0"?>', encoding: str = "utf-8") -> bytes:
    return f'{declaration}<rss version="2.0"><channel><title>s</title>{items}</channel></rss>'.encode(encoding)


def item(date: str = "", title: str = "t", link: str = "https://a.example/n/1") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{date}</item>"


def entries(body: bytes, content_type: str | None = None) -> list[tuple[str, str, datetime.datetime | None]]:
    form = listing_format(body)
    listing = form.read(body, content_type, URL, TOKYO) if form else None
    assert listing is not None
    return [(entry.url, entry.title, entry.published_at or entry.changed_at) for entry in listing.entries]


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("<pubDate>Wed, 01 Jul 15 00:00:00 +0200</pubDate>", "2015-06-30T22:00Z"),  # kurtmckee/feedparser#29
        ("<pubDate>Пн, 30 июл 2018 14:30:00 +0300</pubDate>", "2018-07-30T11:30Z"),  # luyuhuang/vscode-rss#29
        ("<pubDate>Qui, 11 Ago 2016 14:11:00 -0300</pubDate>", "2016-08-11T17:11Z"),  # datawookie/feedeR#3
        ("<pubDate>mer., 05 oct. 2016 14:11:00 +0200</pubDate>", "2016-10-05T12:11Z"),
        ("<pubDate>Wed, 05 Oct 2016 24:00:00 +0900</pubDate>", "2016-10-05T15:00Z"),
        ("<pubDate>October 5, 2016 2:11 PM</pubDate>", "2016-10-05T05:11Z"),
        ("<pubDate>1475676660</pubDate>", "2016-10-05T14:11Z"),
        ("<pubDate>1475676660000</pubDate>", "2016-10-05T14:11Z"),
        (  # RssBandit/RssBandit#30
            '<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2004-01-08T12:00:00-08:00</dc:date>',
            "2004-01-08T20:00Z",
        ),
    ],
)
def test_the_dates_of_feeds_are_read(date: str, moment: str) -> None:
    assert entries(rss(item(date)))[0][2] == datetime.datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (rss(item(title="Voilà à")), None, "Voilà à"),  # kurtmckee/feedparser#478: its last byte is a space of Latin-1
        (rss(item(title="Привет"), "<?xml version='1.0' encoding='windows-1251'?>", "cp1251"), "text/xml", "Привет"),
        (rss(item(title="Café")), "text/xml; charset=us-ascii", "Café"),  # m3nu/upodder#1
        (rss(item(title="港"), '<?xml version="1.0" encoding="utf-16"?>', "utf-16"), None, "港"),
        (b"\xef\xbb\xbf\n " + rss(item(title="港")), None, "港"),
        (rss(item(title="港")) + b"<script>cached</script>", None, "港"),
    ],
)
def test_titles_of_feeds_keep_their_letters(body: bytes, content_type: str | None, title: str) -> None:
    assert entries(body, content_type)[0][1] == title  # windows-1251: Athou/commafeed#681


def test_links_of_entries_are_joined_to_their_bases_and_told_apart() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/ongoing/">'
        '<entry xml:base="When/2013/"><title>t</title><link href="Tab-Sweep"/></entry></feed>'
    )
    assert entries(atom.encode())[0][0] == "https://a.example/ongoing/When/2013/Tab-Sweep"  # feedbin/support#110
    twins = "".join(item(link=f"https://a.example/n/{n}").replace("</item>", "<guid>x</guid></item>") for n in (1, 2))
    assert [url for url, *_ in entries(rss(twins))] == ["https://a.example/n/1", "https://a.example/n/2"]  # brief#428
    spaced = rss("<item><title>t</title><link><![CDATA[\n https://a.example/n/1 \n]]></link></item>")
    assert entries(spaced)[0][0] == "https://a.example/n/1"
    twice = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/n?a=1&amp;b=2"}]})
    assert entries(twice.encode())[0][0] == "https://a.example/n?a=1&b=2"


LOC = "<url><loc>{}</loc></url>"
SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"https://a.example/n/1\n"),  # crawler-commons#143
        gzip.compress(SITEMAP.format(LOC.format("https://a.example/n/1")).encode()),  # Pixep/crowlet#25
        SITEMAP.format(LOC.format("<![CDATA[ https://a.example/n/1 ]]>")).encode(),  # browsertrix-crawler#578
        b"\xef\xbb\xbf\n\n" + SITEMAP.format(LOC.format("\n https://a.example/n/1\n")).encode(),  # ukwa-heritrix#44
        b"<urlset>" + LOC.format("/n/1").encode() + b"</urlset>",
        b'<?xml-stylesheet href="/x.xsl"?><!-- made --><urlset>' + LOC.format("/n/1").encode() + b"</urlset>",
        SITEMAP.format(LOC.format("https://a.example/n/1")).encode()[:-9],
    ],
)
def test_sitemaps_are_read_however_they_are_packed(body: bytes) -> None:
    assert [url for url, *_ in entries(body)] == ["https://a.example/n/1"]
