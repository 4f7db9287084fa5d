"""A source is judged by its own past: each kind of trouble is told as what it is, and chance is not taken for it."""

import collections
import datetime
from typing import Any

import pytest

from crawler.monitoring.health import Verdict, judge
from crawler.monitoring.recovery import Trouble
from storage.monitoring.source_health import SourceRun
from storage.tables.health import State
from tests.support.source_histories import DAY, HOUR, NOW, healthy, run

FAILS = {"asked": 1, "answered": 0, "errors": {"HTTP 503": 1}}
FORBIDS = {"asked": 1, "answered": 0, "turned_away": 1, "errors": {"HTTP 403": 1}}


def judged(runs: list[SourceRun], known: Trouble | None = None, due_at: datetime.datetime | None = None) -> Verdict:
    return judge(runs, NOW, known=known, due_at=due_at)


def test_a_source_that_brings_what_it_always_brought_is_well() -> None:
    verdict = judged(healthy())
    assert verdict.state == "ok"
    assert not verdict.is_trouble
    assert verdict.figures.usual_a_day == pytest.approx(20, rel=0.05)
    assert verdict.figures.usual_empty_share == pytest.approx(0.1)


def test_a_feed_that_became_another_page_is_told() -> None:
    feeds = [run(ago * HOUR, forms=collections.Counter(feed=1)) for ago in range(20, 3, -1)]
    pages = [run(ago * HOUR, forms=collections.Counter(page=1)) for ago in (3, 2, 1)]
    assert judged([*feeds, *pages[:2]]).state != "changed"
    verdict = judged([*feeds, *pages])
    assert (verdict.state, verdict.since) == ("changed", pages[0].at)
    assert verdict.detail.startswith("the start page was a feed, and is another page since")
    assert judged([*feeds, *pages, run(0 * HOUR, forms=collections.Counter(feed=1))]).state != "changed"
    assert judged(pages).state == "new"


def test_a_source_without_a_past_is_new() -> None:
    assert judged([]).state == "new"
    assert judged([run(HOUR, new=200, articles=200, characters=1)]).state == "new"


def test_start_pages_that_fail_three_times_in_a_row_make_a_dead_source() -> None:
    past = healthy(until=12 * HOUR)
    failing = [run(ago * HOUR, **FAILS) for ago in (3, 2, 1)]
    assert judged([*past, *failing[:2]]).state == "ok"
    verdict = judged([*past, *failing])
    assert (verdict.state, verdict.since) == ("dead", failing[0].at)
    assert "HTTP 503 (3)" in verdict.detail
    assert judged([*past, *failing, run(0 * HOUR)]).state == "ok"


def test_two_failures_a_day_apart_are_enough_where_a_source_is_polled_once_a_day() -> None:
    assert judged([*healthy(until=3 * DAY), run(25 * HOUR, **FAILS), run(HOUR, **FAILS)]).state == "dead"


def test_start_pages_that_refuse_make_a_blocked_source() -> None:
    verdict = judged([*healthy(until=12 * HOUR), *(run(ago * HOUR, **FORBIDS) for ago in (3, 2, 1))])
    assert verdict.state == "blocked"
    assert "HTTP 403 (3)" in verdict.detail


def test_articles_that_are_refused_while_start_pages_answer_make_a_blocked_source() -> None:
    verdict = judged(
        [*healthy(until=12 * HOUR), run(HOUR, blocked=8, articles=2, characters=3_600, errors={"HTTP 403": 8})]
    )
    assert (verdict.state, verdict.since) == ("blocked", NOW - HOUR)


def test_a_source_whose_robots_txt_has_always_forbidden_most_pages_is_not_blocked_by_it() -> None:
    runs = [run(ago * 6 * HOUR, new=1, blocked=9, articles=3, characters=6_000, robots=9) for ago in range(60, 0, -1)]
    assert judged(runs).state == "ok"
    assert judged(runs).figures.robots_refusals == 9


def test_article_pages_that_all_fail_make_a_dead_source() -> None:
    verdict = judged(
        [*healthy(until=12 * HOUR), run(HOUR, failed=9, articles=1, characters=2_000, errors={"HTTP 500": 9})]
    )
    assert verdict.state == "dead"
    assert "9 of 10 article pages failing" in verdict.detail


def test_pages_that_give_no_article_any_more_tell_a_changed_layout() -> None:
    verdict = judged([*healthy(until=12 * HOUR), run(HOUR, empty=10)])
    assert (verdict.state, verdict.since) == ("changed", NOW - HOUR)
    assert judged([*healthy(until=12 * HOUR), run(HOUR, empty=4, articles=6, characters=10_800)]).state == "ok"


def test_a_few_empty_pages_of_a_site_that_often_has_some_are_chance() -> None:
    past = [run(ago * 6 * HOUR, new=1, articles=6, empty=4, characters=9_000) for ago in range(60, 4, -1)]
    assert judged([*past, run(HOUR, new=1, articles=1, empty=4, characters=1_500)]).state == "ok"
    assert judged([*past, run(HOUR, articles=1, empty=19, characters=1_500)]).state == "changed"


def test_articles_that_shrink_to_their_leads_tell_a_changed_layout() -> None:
    verdict = judged([*healthy(until=12 * HOUR), run(HOUR, new=5, articles=10, characters=10 * 200)])
    assert verdict.state == "changed"
    assert "200 characters (usually 1,800)" in verdict.detail


def test_a_source_that_brings_nothing_new_for_longer_than_ever_is_silent() -> None:
    past = healthy(until=2 * DAY)
    polls = [run(ago * 6 * HOUR, unmodified=10) for ago in range(7, -1, -1)]
    verdict = judged([*past, *polls])
    assert (verdict.state, verdict.since) == ("silent", past[-1].at)
    assert judged([*past, *polls[:3]]).state == "ok"  # one day of silence is nothing yet


def test_a_weekend_without_news_is_no_silence_where_every_weekend_was() -> None:
    mornings = [NOW - ago * DAY for ago in range(28, -1, -1)]
    runs = [run(NOW - at, new=6 if at.weekday() < 5 else 0, articles=6, characters=9_000) for at in mornings]
    sunday = [found for found in runs if found.at.weekday() == 6][-1]
    assert judge([found for found in runs if found.at <= sunday.at], sunday.at).state == "ok"
    quiet = [run(NOW - at) if at > sunday.at else found for at, found in zip(mornings, runs, strict=True)]
    assert judge(quiet, NOW).state == "silent"  # a whole working week


def test_a_source_whose_start_pages_never_led_to_an_article_is_silent() -> None:
    assert judged([run(ago * DAY) for ago in (4, 3, 2, 1)]).state == "silent"
    assert judged([run(ago * HOUR) for ago in (4, 3, 2, 1)]).state == "new"


def test_trouble_that_lasts_does_not_become_the_rule_it_is_judged_by() -> None:
    bad = [run(ago * 6 * HOUR, empty=10) for ago in range(80, 0, -1)]
    runs = [*healthy(until=80 * 6 * HOUR), *bad]
    known = Trouble("changed", bad[0].at, "has changed")
    assert judged(runs, known).state == "changed"
    mended = [run(0 * HOUR, new=5, articles=20, characters=36_000)]
    assert judged([*runs, *mended], known).state == "ok"


@pytest.mark.parametrize(
    ("state", "bad", "since_then", "expected"),
    [
        ("changed", {"empty": 8}, [{"articles": 2, "characters": 3_600}], "changed"),  # too few to tell
        ("changed", {"empty": 8}, [{"articles": 4, "empty": 4, "characters": 7_200}], "changed"),  # half of the usual
        ("changed", {"empty": 8}, [{"articles": 6, "characters": 6_000}], "changed"),  # of half the usual length
        ("changed", {"empty": 8}, [{"articles": 5, "characters": 9_000}] * 2, "ok"),
        ("dead", FAILS, [{}], "dead"),
        ("dead", FAILS, [{}, FAILS, {}], "dead"),
        ("dead", FAILS, [{}, {}], "ok"),
        ("blocked", {"blocked": 8}, [{"articles": 4, "blocked": 3, "characters": 7_200}] * 2, "blocked"),
        ("blocked", {"blocked": 8}, [{"articles": 5, "characters": 9_000}] * 2, "ok"),
    ],
)
def test_a_trouble_is_over_by_clear_evidence_only(
    state: State, bad: dict[str, Any], since_then: list[dict[str, Any]], expected: str
) -> None:
    troubled = [run(ago * HOUR, **bad) for ago in (12, 11, 10)]
    later = [run((5 - place) * HOUR, **met) for place, met in enumerate(since_then)]
    verdict = judged([*healthy(until=13 * HOUR), *troubled, *later], Trouble(state, troubled[0].at, "as it was"))
    assert verdict.state == expected
    assert not verdict.is_trouble or verdict.since == troubled[0].at


def test_a_trouble_that_turns_into_another_has_the_same_begin() -> None:
    changed = [run(ago * HOUR, empty=8) for ago in (12, 11, 10)]
    failing = [run(ago * HOUR, **FAILS) for ago in (3, 2, 1)]
    known = Trouble("changed", changed[0].at, "has changed")
    verdict = judged([*healthy(until=13 * HOUR), *changed, *failing], known)
    assert (verdict.state, verdict.since) == ("dead", changed[0].at)


def test_a_source_that_is_due_and_that_nobody_crawls_is_told_as_that() -> None:
    runs = healthy(until=3 * DAY)
    assert judged(runs, due_at=NOW - 2 * DAY).state == "idle"
    assert judged(runs, due_at=NOW + DAY).state == "ok"
