"""The zone of dates that name none: the source's, else the page's own dates', its country's or its language's."""

import datetime
import zoneinfo
from collections.abc import Iterator

import pytest

from pipelines.additions import Additions, SiteRules, set_additions
from pipelines.dates.zones import zone_of_page
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from pipelines.rules.load import load_rules

TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
NOW = datetime.datetime(2026, 11, 24, 3, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("url", "languages", "zone"),
    [
        ("https://a.example.co.uk/x", ["en-US"], "Europe/London"),
        ("https://a.example.de/x", ["en"], "Europe/Berlin"),
        ("https://english.example.jp/x", ["en-US"], "Asia/Tokyo"),
        ("https://a.example.com.tr/x", [], "Europe/Istanbul"),
        ("https://a.example.com/x", ["en-US"], "America/New_York"),
        ("https://a.example.com/x", ["en_GB"], "Europe/London"),
        ("https://a.example.com/x", ["zh-Hant-TW"], "Asia/Taipei"),
        ("https://a.example.com/x", ["ko"], "Asia/Seoul"),
        ("https://a.example.com/x", ["ja"], "Asia/Tokyo"),
        ("https://a.example.com/x", ["en"], "UTC"),
        ("https://a.example.com/x", [], "Asia/Tokyo"),
        ("https://a.example.io/x", ["es"], "UTC"),
        ("http://192.0.2.1/x", ["ja-JP"], "Asia/Tokyo"),
        ("not an address", ["xx", "-", ""], "UTC"),
    ],
)
def test_the_country_decides_then_the_region_then_the_language(url: str, languages: list[str], zone: str) -> None:
    assert zone_of_page(url, languages, TOKYO).key == zone


def test_a_zone_of_no_single_language_is_the_operators_for_any_page() -> None:
    new_york = zoneinfo.ZoneInfo("America/New_York")
    assert zone_of_page("https://a.example.com/x", ["en"], new_york) is new_york


def test_all_zones_of_the_table_exist() -> None:
    tables = load_rules("time_zones")
    assert {*tables["countries"].values(), *tables["languages"].values()} <= zoneinfo.available_timezones()


def article(url: str, language: str, published: str, more: str = "") -> RawPage:
    body = "".join(f"<p>The {word} of the harbour was opened again on Monday, the council said.</p>" for word in WORDS)
    html = (
        f'<html lang="{language}"><head><title>The harbour was opened again</title><meta property="og:type" content='
        f'"article"><meta property="article:published_time" content="{published}">{more}</head>'
        f"<body><article><h1>The harbour was opened again</h1>{body}</article></body></html>"
    )
    return RawPage(url, url, html.encode(), 200, NOW, (("content-type", "text/html; charset=utf-8"),))


WORDS = ("gate", "bridge", "mill", "tower", "market", "quay", "library", "pier")
MODIFIED = '<meta property="article:modified_time" content="2026-11-21T10:00:00{}">'


@pytest.mark.parametrize(
    ("url", "language", "published", "more", "moment", "is_assumed"),
    [
        ("https://a.example.de/n/1", "de", "2026-11-20T09:00:00", "", "2026-11-20T08:00Z", True),
        ("https://a.example.com/n/1", "en-US", "2026-11-20 09:30", "", "2026-11-20T14:30Z", True),
        ("https://a.example.com/n/1", "en", "2026-11-20T09:00:00", "", "2026-11-20T09:00Z", True),
        ("https://a.example.com/n/1", "ja", "2026-11-20T09:00:00", "", "2026-11-20T00:00Z", True),
        ("https://a.example.com/n/1", "en", "2026-11-20T09:00:00+01:00", "", "2026-11-20T08:00Z", False),
        (
            "https://a.example.com/n/1",
            "en",
            "2026-11-20T09:00:00",
            MODIFIED.format("-08:00"),
            "2026-11-20T17:00Z",
            False,
        ),
        (
            "https://a.example.com/n/1",
            "ja",
            "2026-11-20T09:00:00",
            MODIFIED.format("+01:00"),
            "2026-11-20T08:00Z",
            False,
        ),
        ("https://a.example.com/n/1", "ja", "2026-11-20T09:00:00", MODIFIED.format("Z"), "2026-11-20T00:00Z", True),
        # Summer time: the modified date's offset is that of the country's zone then, so the zone is right.
        (
            "https://a.example.de/n/1",
            "de",
            "2026-10-20T09:00:00",
            MODIFIED.format("+01:00"),
            "2026-10-20T07:00Z",
            False,
        ),
        # The order of day and month is the country's, too.
        ("https://a.example.com/n/1", "en-US", "10/07/2026 09:00", "", "2026-10-07T13:00Z", True),
        ("https://a.example.co.uk/n/1", "en", "10/07/2026 09:00", "", "2026-07-10T08:00Z", True),
    ],
)
def test_a_page_is_read_in_its_own_zone(
    url: str, language: str, published: str, more: str, moment: str, is_assumed: bool
) -> None:
    reading = read_page(article(url, language, published, more))
    assert (reading.published_at, reading.zone_assumed) == (datetime.datetime.fromisoformat(moment), is_assumed)


@pytest.fixture
def stated() -> Iterator[None]:
    """A config that states the zone of one host."""
    set_additions(Additions(sites={"s": SiteRules("s", "Australia/Sydney")}, site_hosts={"example.com": "s"}))
    yield
    set_additions(Additions())


@pytest.mark.usefixtures("stated")
def test_the_zone_that_the_sources_config_states_is_not_assumed() -> None:
    reading = read_page(article("https://news.example.com/n/1", "en-US", "2026-11-20T09:00:00"))
    assert reading.published_at == datetime.datetime(2026, 11, 19, 22, tzinfo=datetime.UTC)
    assert not reading.zone_assumed
    item = b"<item><title>t</title><link>/n/2</link><pubDate>20 Nov 2026 09:00:00</pubDate></item>"
    feed = b'<rss version="2.0"><channel>' + item + b"</channel></rss>"
    listing = read_page(RawPage("https://example.com/rss", "https://example.com/rss", feed, 200, NOW))
    assert listing.entries[0].published_at == datetime.datetime(2026, 11, 19, 22, tzinfo=datetime.UTC)
