"""Decode pages and read listings whose bytes public reports say are misread (docs/public-reports.md)."""

import codecs
import datetime
import gzip

import pytest

from pipelines.feeds.listing import listing_format
from pipelines.html.charset import decode
from storage.reading import Entry

SENTENCE = "港の工事は来年の春に始まる。市は三月までに計画をまとめ、住民の意見を聞く予定だ。"
CHINESE = "港口的工程将于明年春天开始，市政府将在三月之前完成计划，并听取居民的意见。"
TAIWANESE = "港口的工程將於明年春天開始，市政府將在三月之前完成計畫，並聽取居民的意見。"
URL = "https://a.example/sitemap.xml"
SITEMAPS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def html(text: str, charset: str = "", meta: str = "") -> bytes:
    head = f'<meta charset="{meta}">' if meta else ""
    return f"<html><head>{head}<title>t</title></head><body><p>{text}</p></body></html>".encode(charset or "utf-8")


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (html(SENTENCE + "10時〜12時", "shift_jis", "Shift_JIS"), None, "10時"),
        (
            html(SENTENCE, "shift_jis", "Shift_JIS").replace(b"</p>", b"\x81\x60\x87\x40</p>"),
            None,
            "①",
        ),  # iconv-lite#59
        (html(SENTENCE, "shift_jis", "Shift_JIS").replace(b"</p>", b"\x81\x7c</p>"), None, "－"),  # whatwg/encoding#270
        (html(SENTENCE + "髙﨑㈱", "cp932"), "text/html; charset=Shift_JIS", "髙﨑㈱"),
        (html(SENTENCE + "髙﨑㈱", "cp932"), "text/html; charset=x-sjis", "髙﨑㈱"),
        (html(SENTENCE + "髙﨑㈱", "cp932", "windows-31j"), None, "髙﨑㈱"),
        (html(SENTENCE * 3 + "①", "cp932"), None, "①"),  # jawah/charset_normalizer#605: no label at all
        (html(SENTENCE, "euc_jp", "EUC-JP"), "text/html", SENTENCE),
        (html(SENTENCE, "euc_jp", "x-euc-jp"), None, SENTENCE),
        (html(SENTENCE, "iso2022_jp", "iso-2022-jp"), None, SENTENCE),
        (html(SENTENCE * 2, "iso2022_jp"), "text/html; charset=utf-8", SENTENCE),
        (html("朱镕基总理说" + CHINESE, "gbk", "gb2312"), None, "朱镕基"),  # chardet/chardet#33, #94
        (html("㐂𠀀" + CHINESE, "gb18030", "gb2312"), None, "㐂𠀀"),  # chardet/chardet#168
        (html(CHINESE * 2, "gbk"), None, "居民的意见"),  # albfernandez/juniversalchardet#34: no label
        (html("港口工程明年开工", "gb2312", "GB2312"), None, "港口工程明年开工"),  # chardet/chardet#219: few letters
        (html(CHINESE, "gbk"), "text/html; charset=euc-jp", "居民的意见"),  # CharsetDetector/UTF-unknown#143
        (html(TAIWANESE, "big5", "big5"), None, "居民的意見"),
        (html("恒生銀行喺旺角開分行，佢哋話" + TAIWANESE, "big5hkscs", "big5-hkscs"), None, "喺旺角"),
        (html("恒生銀行喺旺角開分行，佢哋話" + TAIWANESE, "big5hkscs", "big5"), None, "喺旺角"),
        (codecs.BOM_UTF16_LE + html(SENTENCE, "utf-16-le"), None, SENTENCE),  # jhy/jsoup#695
        (codecs.BOM_UTF16_BE + html(SENTENCE, "utf-16-be"), "text/html; charset=utf-8", SENTENCE),
        (html(SENTENCE, "utf-16-le"), None, SENTENCE),  # lexmount/moli#159: neither mark nor label
        (html(SENTENCE, "utf-8", "utf-16"), None, SENTENCE),  # bengarrett/RetroTxt#65: the meta tag is no UTF-16
        (codecs.BOM_UTF8 + html(SENTENCE, "utf-8", "shift_jis"), "text/html; charset=euc-jp", SENTENCE),  # helium#1168
        (html(SENTENCE, "utf-8"), 'text/html; charset="utf8"', SENTENCE),
        (html(SENTENCE, "utf-8"), "text/html; charset=none", SENTENCE),
        (html(SENTENCE, "utf-8"), "text/html;charset=utf-8;charset=iso-8859-1", SENTENCE),
        (html("“Harbour” – 5 €", "cp1252", "iso-8859-1"), None, "“Harbour” – 5 €"),
    ],
)
def test_a_page_is_decoded_as_browsers_decode_it(body: bytes, content_type: str | None, words: str) -> None:
    assert words in decode(body, content_type).text


@pytest.mark.parametrize("charset", ["shift_jis", "euc_jp", "iso2022_jp"])
def test_a_wave_dash_is_one_character_in_each_encoding(charset: str) -> None:
    """pillarjs/iconv-lite#145: which of two look-alikes it is differs by table, so words compare alike."""
    body = html(f"{SENTENCE}10時〜12時", charset, charset.replace("_", "-"))
    text = decode(body, None).text
    assert "10時〜12時" in text or "10時～12時" in text


def listed(body: bytes, content_type: str | None = "text/xml") -> list[Entry]:
    form = listing_format(body)
    listing = form.read(body, content_type, URL, datetime.UTC) if form else None
    return list(listing.entries) if listing else []


def sitemap(entry: str, root: str = f"urlset {SITEMAPS}") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}><url>{entry}</url></{root.split()[0]}>'.encode()


LOC = "<loc>https://a.example/n/1</loc>"


@pytest.mark.parametrize(
    "body",
    [
        sitemap(f"{LOC}<lastmod></lastmod>"),  # Yoast/wordpress-seo#883
        sitemap(f"{LOC}<lastmod>-0001-11-30T00:00:00+00:00</lastmod>"),  # Yoast/wordpress-seo#930
        sitemap(f"{LOC}<lastmod>garbage2024-01-15T09:30:00Zjunk</lastmod>"),  # nuxt-modules/sitemap#637
        sitemap("<loc>\nhttps://a.example/n/1\n</loc>"),  # nuxt-modules/sitemap#208
        sitemap(LOC, "urlset"),  # ThePixelDeveloper/Sitemap#58
        gzip.compress(sitemap(LOC)),  # nuxt-modules/sitemap#637: raw gzip at an address without .gz
        gzip.compress(gzip.compress(sitemap(LOC))),  # mdn/kuma#8092: packed twice
        codecs.BOM_UTF8 + sitemap(LOC),
        sitemap(LOC).decode().replace("UTF-8", "UTF-16").encode("utf-16"),  # isaacs/sax-js#283
        sitemap(LOC).decode().replace("UTF-8", "UTF-16").encode("utf-16-le"),
        codecs.BOM_UTF8 + sitemap(LOC).replace(b"UTF-8", b"iso-8859-1"),  # lestrrat-go/helium#1168
        b"\n \n" + sitemap(LOC),
    ],
)
def test_a_sitemap_is_read_whatever_its_bytes_are(body: bytes) -> None:
    assert [entry.url for entry in listed(body)] == ["https://a.example/n/1"]


@pytest.mark.parametrize(
    ("lastmod", "moment"),
    [
        ("2024-01-08T00:00:00", "2024-01-08T00:00Z"),  # nuxt-modules/sitemap#208: no zone
        ("2024-01-08T00:00:00+0000", "2024-01-08T00:00Z"),  # mdn/kuma#869
        ("2015-10-08T07:18:53.846344Z", "2015-10-08T07:18:53.846344Z"),
        ("2024-02-30", None),  # nuxt-modules/sitemap#637: no such day
        ("-0001-11-30T00:00:00+00:00", None),
    ],
)
def test_the_date_of_a_sitemap_is_read_or_left_out(lastmod: str, moment: str | None) -> None:
    (entry,) = listed(sitemap(f"{LOC}<lastmod>{lastmod}</lastmod>"))
    wanted = datetime.datetime.fromisoformat(moment) if moment else None
    assert (entry.changed_at.replace(microsecond=0) if entry.changed_at else None) == (
        wanted.replace(microsecond=0) if wanted else None
    )


def rss(link: str, guid: str = "", title: str = "t", declaration: str = "utf-8") -> bytes:
    return (
        f'<?xml version="1.0" encoding="{declaration}"?><rss version="2.0"><channel><item><title>{title}</title>'
        f"<link>{link}</link>{guid}</item></channel></rss>"
    ).encode(declaration)


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (rss("https://a.example/1", title="髙島屋①", declaration="cp932"), "text/xml", "髙島屋①"),
        (
            rss("https://a.example/1", title="髙島屋①", declaration="cp932").replace(b"cp932", b"Shift_JIS"),
            None,
            "髙島屋①",
        ),
        (
            rss("https://a.example/1", title="港の話", declaration="euc_jp").replace(b"euc_jp", b"EUC-JP"),
            None,
            "港の話",
        ),
        (
            rss("https://a.example/1", title="港の話", declaration="iso2022_jp").replace(b"iso2022_jp", b"ISO-2022-JP"),
            None,
            "港の話",
        ),
        (rss("https://a.example/1", title="朱镕基", declaration="gbk").replace(b'"gbk"', b'"GB2312"'), None, "朱镕基"),
        (rss("https://a.example/1", title="港口", declaration="big5"), None, "港口"),
    ],
)  # QuiteRSS/quiterss#383
def test_a_feed_in_an_east_asian_encoding_is_read(body: bytes, content_type: str | None, title: str) -> None:
    assert [entry.title for entry in listed(body, content_type)] == [title]
