"""When a source is polled, an article read again, a failure tried again: pure decisions."""

import datetime

import pytest

from crawler.middlewares.robots_cache import stored_answer, stored_failure, use_in_trouble, use_of
from storage.frontier.host_state import KnownRobots
from storage.reading import Entry
from storage.schedule import PollSchedule, listing_may_have_changed, may_be_wanted, next_poll, next_reread, next_retry

NOW = datetime.datetime(2026, 10, 5, 12, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def every(gap: datetime.timedelta, number: int, until: datetime.datetime = NOW) -> list[datetime.datetime]:
    return [until - gap * n for n in range(number)]


@pytest.mark.parametrize(
    ("published", "minutes"),
    [
        (every(2 * HOUR, 400), 60),  # twice within the mean gap
        (every(datetime.timedelta(minutes=5), 400), 15),  # not below poll_min
        (every(7 * DAY, 20), 360),  # not above poll_max
        ([], 360),
        (every(HOUR, 48, NOW - DAY), 105),  # silent since yesterday, busy before: the week's rate counts
        ([NOW + DAY] * 50, 360),  # dates in the future tell nothing
    ],
)
def test_a_source_is_polled_by_how_often_it_publishes_within_its_bounds(
    published: list[datetime.datetime], minutes: int
) -> None:
    waits = (next_poll(NOW, published, PollSchedule()) - NOW) / datetime.timedelta(minutes=1)
    assert waits == pytest.approx(minutes - 1, abs=0.6)  # a minute early: cron's starts vary by seconds


def test_the_bounds_are_the_sources_own() -> None:
    rhythm = PollSchedule(poll_min=2 * DAY, poll_max=3 * DAY)
    assert next_poll(NOW, every(HOUR, 100), rhythm) == NOW + 2 * DAY - datetime.timedelta(minutes=1)


def test_an_article_is_read_again_at_its_times_and_then_not() -> None:
    first = NOW
    due, waits = NOW, []
    while (following := next_reread(first, due)) is not None:
        due = following
        waits.append(due - first)
    assert waits == [HOUR, 6 * HOUR, DAY, 7 * DAY]
    assert next_reread(first, first + 2 * HOUR) == first + 6 * HOUR  # a late or an extra reading moves nothing
    assert next_reread(first, first, ()) is None


def test_410_is_never_tried_again_404_once_and_trouble_some_times() -> None:
    assert next_retry(NOW, 1, 410) is None
    assert next_retry(NOW, 1, 402) is None  # pay per crawl
    assert [next_retry(NOW, attempts, 404) for attempts in (1, 2)] == [NOW + HOUR, None]
    waits = [next_retry(NOW, attempts, 503) for attempts in range(1, 7)]
    assert waits == [NOW + HOUR, NOW + 6 * HOUR, NOW + DAY, NOW + 3 * DAY, NOW + 7 * DAY, None]


def test_what_a_listing_dates_before_max_age_is_not_wanted_and_what_it_does_not_date_is() -> None:
    old, young = NOW - 40 * DAY, NOW - 2 * DAY
    url = "https://news.example/a"
    assert not may_be_wanted(Entry(url, published_at=old), NOW, 30 * DAY)
    assert not may_be_wanted(Entry(url, changed_at=old), NOW, 30 * DAY)
    assert not may_be_wanted(Entry(url, published_at=old, changed_at=young), NOW, 30 * DAY)
    assert may_be_wanted(Entry(url, changed_at=young), NOW, 30 * DAY)
    assert may_be_wanted(Entry(url), NOW, 30 * DAY)
    assert may_be_wanted(Entry(url, published_at=old), NOW, None)


def test_a_listed_sitemap_is_asked_again_unless_it_was_read_a_day_after_its_last_change() -> None:
    assert listing_may_have_changed(None, NOW)
    assert listing_may_have_changed(NOW, NOW + HOUR)  # lastmod may be a day only
    assert not listing_may_have_changed(NOW - 2 * DAY, NOW)


def test_a_robots_txt_holds_for_24_hours_and_then_is_asked_for() -> None:
    known = stored_answer(200, "User-agent: *", NOW)
    assert use_of(KnownRobots(), NOW) == "ask"
    assert use_of(known, NOW + 23 * HOUR) == "copy"
    assert use_of(known, NOW + 25 * HOUR) == "ask"
    assert use_of(stored_answer(404, "", NOW), NOW + HOUR) == "copy"


def test_an_unreachable_robots_txt_forbids_all_for_30_days_once_its_copy_is_old() -> None:
    known = stored_failure(stored_answer(200, "User-agent: *", NOW), "HTTP 503", NOW + HOUR)
    assert use_in_trouble(known, NOW + HOUR) == "copy"
    later = NOW + 2 * DAY
    known = stored_failure(known, "HTTP 503", later)
    assert (use_of(known, later + datetime.timedelta(minutes=5)), use_in_trouble(known, later)) == ("closed", "closed")
    assert use_of(known, later + HOUR) == "ask"
    assert use_in_trouble(known, NOW + 31 * DAY) == "copy"
    assert use_in_trouble(stored_failure(KnownRobots(), "no answer", NOW), NOW + 31 * DAY) == "nothing"
