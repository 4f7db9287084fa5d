"""Dates in head lines: which of them is the publication."""

import datetime
import zoneinfo

import pytest

from pipelines.dates.parse import find_dates

TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
NOW = datetime.datetime(2026, 11, 24, 3, 0, tzinfo=datetime.UTC)


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.date.moment.astimezone(TOKYO).strftime("%m-%d")) for one in find_dates(text, NOW, TOKYO)]


@pytest.mark.parametrize(
    "text",
    [
        "公開日：2026年10月5日 14:00 更新日：2026年10月6日",
        "2026/10/05 14:00 公開 2026/10/06 更新",
        "2026年10月5日 14:00 配信（2026年10月6日 9:00更新）",
        "掲載 2026年10月5日 | (更新 2026年10月6日 05時00分)",
        "【掲載】令和8年10月5日　【最終更新】令和8年10月6日",
        "Published Oct. 5, 2026 2:30 p.m. JST | Updated Oct. 6, 2026",
        "Posted on 5 October 2026 · Last updated on 6 October 2026",
        "First published: 5 Oct 2026, Last modified: 6 Oct 2026",
    ],
)
def test_published_and_updated_are_told_apart(text: str) -> None:
    assert found(text) == [("published", "10-05"), ("modified", "10-06")]


def test_a_label_between_two_dates_belongs_to_one_of_them() -> None:
    assert found("2026年10月5日 | 05時00分 | (最終更新 10月6日 05時00分)") == [
        ("unlabelled", "10-05"),
        ("modified", "10-06"),
    ]
    assert found("October 5, 2026 at 2:30 p.m. | Updated Oct. 6, 2026 | x") == [
        ("unlabelled", "10-05"),
        ("modified", "10-06"),
    ]
    assert found("2026年10月5日 05時00分（2026年10月6日更新）") == [("unlabelled", "10-05"), ("modified", "10-06")]


def test_a_date_without_words_is_unlabelled() -> None:
    assert found("2026年10月5日 05時00分") == [("unlabelled", "10-05")]


@pytest.mark.parametrize(
    "text",
    ["開催日：2026年10月5日", "申込締切 2026年10月5日", "© 2026-10-05", "Born 5 October 1996", "発売日 2026/10/05"],
)
def test_events_deadlines_and_birthdays_are_no_dates_of_an_article(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["The minister said today that", "会議は10月9日に開かれた", "sales began 3 weeks ago in Osaka"]
)
def test_vague_dates_in_prose_are_not_taken_for_the_articles(text: str) -> None:
    assert found(text) == []


def test_vague_dates_that_stand_alone_or_labelled_are() -> None:
    assert found("経済 | 10月5日 14:30 | 記者") == [("unlabelled", "10-05")]
    assert found("3日前") == [("unlabelled", "11-21")]
    assert found("この記事は10月5日に公開") == [("published", "10-05")]


def test_a_long_text_of_digits_ends_soon() -> None:
    for piece in ("2026-", "1:1 ", "午前", "am ", "10月", "(月"):
        find_dates(piece * 100_000, NOW, TOKYO)
