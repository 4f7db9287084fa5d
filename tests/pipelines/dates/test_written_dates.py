"""Dates as pages write them: the same moment in many spellings, and what is no date at all."""

import datetime
import zoneinfo

import pytest

from pipelines.dates.parse import ParsedDate, parse_date

TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
NOW = datetime.datetime(2026, 11, 24, 3, 0, tzinfo=datetime.UTC)  # noon in Tokyo
HALF_PAST_TWO = datetime.datetime(2026, 10, 5, 14, 30, tzinfo=TOKYO)
THE_DAY = datetime.datetime(2026, 10, 5, tzinfo=TOKYO)


def parsed(text: str) -> ParsedDate:
    date = parse_date(text, NOW, TOKYO)
    assert date is not None, text
    assert date.moment.tzinfo is datetime.UTC
    return date


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-05T14:30:00+0900",
        "2026-10-05T14:30+09:00",
        "2026-10-05T14:30:00+09",
        "2026-10-05T05:30Z",
        "2026-10-05T05:30:00.000000000Z",
        "2026-10-05 14:30:00 +09:00",
        "2026-10-05T14:30:00.000+09:00[Asia/Tokyo]",
        "20261005T053000Z",
        "Mon, 05 Oct 2026 14:30:00 +0900",
        "Mon, 05 Oct 2026 05:30:00 GMT",
        "Mon Oct 05 2026 14:30:00 GMT+0900 (JST)",
        "1791178200",
        "1791178200000",
        "Oct. 5, 2026 1:30 a.m. EDT",
        "Oct 5, 2026 at 1:30 AM ET",
        "1:30 a.m. ET, Mon October 5, 2026",
        "October 5, 2026 6.30am BST",
        "Mon 5 Oct 2026 06.30 BST",
        "5 October 2026 14:30 JST",
        "2026年10月5日 14:30（日本時間）",
        "Mon Oct 5 05:30:00 UTC 2026",
        "Oct 5, 1:30 a.m. U.S. Eastern Time 2026",
        "Oct 4, 2026, 10:30 p.m. Pacific Daylight Time",
        "5 October 2026, 7:30 (Central European Summer Time)",
        "Oct 5, 2026 14:30 Japan Standard Time",
        "2026-10-05 07:30:00 Europe/Berlin",
        "2026-10-05T02:30:00[America/Argentina/Buenos_Aires]",
    ],
)
def test_an_instant_with_its_zone_is_the_same_in_every_spelling(text: str) -> None:
    date = parsed(text)
    assert date.moment == HALF_PAST_TWO
    assert date.precision == "instant"
    assert date.has_zone


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-05T14:30",
        "2026-10-05 14:30:00",
        "2026/10/05 14:30",
        "2026/10/5(月) 14:30",
        "2026.10.5 14:30",
        "2026年10月5日 14時30分",
        "2026年10月5日（月）午後2時30分",
        "2026年10月5日14時半",
        "２０２６年１０月５日　１４：３０",
        "令和8年10月5日（月曜日） 午後２時３０分",
        "10月5日 14時30分",
        "（10/5 14:30）",
        "14:30, 5 October 2026",
        "Mon 5th October 2026, 2:30 PM",
        "05.10.26 | 14:30 Uhr",
        "5 de octubre de 2026 14:30",
        "2026년 10월 5일 14:30",
        "2026.10.05 MON 14:30",
        "2026年10月5日 月曜日 14:30",
        "Monday, 5 October 2026, Mon. at 14:30",
        "2026년 10월 5일 월요일 오후 2:30",
        "2026.10.05. (월) 오후2:30",
        "2026년 10월 5일 오후 2시 30분",
    ],
)
def test_an_instant_without_a_zone_is_in_the_configured_one(text: str) -> None:
    date = parsed(text)
    assert date.moment == HALF_PAST_TWO
    assert date.precision == "instant"
    assert not date.has_zone


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-05",
        "20261005",
        "2026年10月5日",
        "令和8年10月5日",
        "２０２６／１０／０５",
        "2026. 10. 5.",
        "10月5日(月・祝)",
        "Oct. 5, 2026",
        "5 October 2026",
        "5-Oct-2026",
        "5 Okt 2026",
        "October 5th, 2026",
        "05.10.2026",
    ],
)
def test_a_bare_day_stands_at_midnight_of_the_pages_zone(text: str) -> None:
    date = parsed(text)
    assert date.moment == THE_DAY
    assert date.precision == "day"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("平成31年4月30日", (2019, 4, 30)),
        ("令和元年5月1日", (2019, 5, 1)),
        ("平成２年１月８日", (1990, 1, 8)),
        ("㋿7年1月2日", (2025, 1, 2)),
    ],
)
def test_era_years_are_counted_from_the_first(text: str, day: tuple[int, int, int]) -> None:
    assert parsed(text).moment == datetime.datetime(*day, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("text", "before", "precision"),
    [
        ("5分前", datetime.timedelta(minutes=5), "instant"),
        ("3時間前", datetime.timedelta(hours=3), "instant"),
        ("３時間前に更新", datetime.timedelta(hours=3), "instant"),
        ("an hour ago", datetime.timedelta(hours=1), "instant"),
        ("3 hours ago", datetime.timedelta(hours=3), "instant"),
        ("2h ago", datetime.timedelta(hours=2), "instant"),
        ("たった今", datetime.timedelta(0), "instant"),
        ("昨日", datetime.timedelta(days=1, hours=12), "day"),
        ("2日前", datetime.timedelta(days=2, hours=12), "day"),
        ("yesterday", datetime.timedelta(days=1, hours=12), "day"),
        ("昨日 14:30", datetime.timedelta(hours=21, minutes=30), "instant"),
    ],
)
def test_relative_times_are_told_against_the_fetch(text: str, before: datetime.timedelta, precision: str) -> None:
    date = parsed(text)
    assert date.moment == NOW - before
    assert date.precision == precision


def test_a_day_without_its_year_is_never_in_the_future() -> None:
    assert parsed("12月5日").moment == datetime.datetime(2025, 12, 5, tzinfo=TOKYO)
    assert parsed("11月25日").moment == datetime.datetime(2026, 11, 25, tzinfo=TOKYO)  # tomorrow: a zone further east
    assert parsed("2月29日").moment == datetime.datetime(2024, 2, 29, tzinfo=TOKYO)
    assert not parsed("12月5日").has_year


def test_hours_past_midnight_belong_to_the_next_day() -> None:
    assert parsed("2026年10月5日 25時30分").moment == datetime.datetime(2026, 10, 6, 1, 30, tzinfo=TOKYO)


def test_noon_and_midnight_of_the_twelve_hour_clock_are_not_swapped() -> None:
    assert parsed("Oct 5, 2026 12:10 a.m.").moment == datetime.datetime(2026, 10, 5, 0, 10, tzinfo=TOKYO)
    assert parsed("Oct 5, 2026 12:10 p.m.").moment == datetime.datetime(2026, 10, 5, 12, 10, tzinfo=TOKYO)
    assert parsed("2026年10月5日午後0時10分").moment == datetime.datetime(2026, 10, 5, 12, 10, tzinfo=TOKYO)


def test_a_named_zone_follows_its_summer_time() -> None:
    assert parsed("Jan. 5, 2026 1:30 p.m. ET").moment == datetime.datetime(2026, 1, 5, 18, 30, tzinfo=datetime.UTC)
    assert parsed("July 5, 2026 1:30 p.m. ET").moment == datetime.datetime(2026, 7, 5, 17, 30, tzinfo=datetime.UTC)


def test_numbers_that_can_be_read_two_ways_are_read_as_the_zones_people_do() -> None:
    text = "10/07/2026"
    assert parse_date(text, NOW, TOKYO) is None
    american = parse_date(text, NOW, zoneinfo.ZoneInfo("America/New_York"))
    british = parse_date(text, NOW, zoneinfo.ZoneInfo("Europe/London"))
    assert american is not None
    assert british is not None
    assert (american.moment.month, british.moment.month) == (10, 7)
    assert parsed("13/07/2026").moment == parsed("07/13/2026").moment == datetime.datetime(2026, 7, 13, tzinfo=TOKYO)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1970-01-01T00:00:00Z",
        "0",
        "1985年3月1日",
        "2026-11-27",
        "2030-01-01",
        "2026年2月30日",
        "13月5日",
        "記事一覧",
        "may be",
        "10:30",
        "0001-01-01T00:00+09:00",
        "9999-12-31T23:59:59-09:00",
        "\x00\ud800",
        "平成99年1月1日",
        "March",
    ],
)
def test_what_is_no_believable_date_is_none(text: str) -> None:
    assert parse_date(text, NOW, TOKYO) is None


@pytest.mark.parametrize("text", ["Fri Feb 18 10:27:24 2022", "Feb 18 10:27 2022", "February 18 at 10:27 a.m., 2022"])
def test_a_year_behind_the_time_is_the_dates_year(text: str) -> None:
    date = parsed(text)
    assert date.moment.astimezone(TOKYO).date() == datetime.date(2022, 2, 18)
    assert (date.precision, date.has_year, date.has_zone) == ("instant", True, False)


@pytest.mark.parametrize(("zone", "hours"), [("CEST", 2), ("JST", 9), ("EST", -5), ("GMT", 0)])
def test_a_zone_by_name_between_time_and_year_is_read(zone: str, hours: int) -> None:
    date = parsed(f"Mon Oct 11 14:57:21 {zone} 2021")
    assert date.moment == datetime.datetime(2021, 10, 11, 14 - hours, 57, 21, tzinfo=datetime.UTC)
    assert date.has_zone


def test_a_number_behind_the_time_that_is_no_year_of_the_date_is_left_alone() -> None:
    assert parsed("Oct 5 14:30, 2026/10/06 updated").moment == HALF_PAST_TWO
    assert parse_date("Feb 30 14:30 2022", NOW, TOKYO) is None
    assert not parsed("Oct 5, 2026 14:30 Nowhere/Land").has_zone
