"""A source whose articles have no related link gets a hint: never any, or none any more."""

from crawler.monitoring.health import judge
from crawler.monitoring.health_figures import present_runs
from crawler.monitoring.related_hint import related_hint
from storage.monitoring.source_health import SourceRun
from tests.support.source_histories import DAY, NOW, run


def hint(*runs: SourceRun) -> str:
    return related_hint(runs, present_runs(runs))


def linked(days: int, articles: int, share: float) -> list[SourceRun]:
    """A crawl of so many articles each day until the day before yesterday."""
    return [
        run((days + 1 - n) * DAY, articles=articles, judged=articles, linked=int(share * articles)) for n in range(days)
    ]


def leaves(articles: int, nearest: str = "") -> SourceRun:
    return run(0 * DAY, articles=articles, judged=articles, nearest=nearest)


def test_a_source_that_never_had_a_related_link_is_told_with_the_nearest_list() -> None:
    nearest = "0.20 as related: other without heading, 3 links"
    assert (
        hint(*linked(3, 4, 0.0), leaves(2, nearest)) == f"none of 14 articles has a related link; nearest is {nearest}"
    )
    assert hint(leaves(1)) == "the only article has no related link"
    assert hint(run(0 * DAY)) == "", "nothing was read"


def test_a_source_that_lost_its_related_links_is_told_where_chance_cannot_explain_it() -> None:
    assert hint(*linked(10, 5, 0.8), leaves(10)) == "none of the last 10 articles has a related link (usually 80%)"
    assert hint(*linked(10, 5, 0.8), leaves(4)) == "", "four leaves are chance"
    assert hint(*linked(10, 5, 0.2), leaves(10)) == "", "one in five pages has links, so ten without any are chance"
    assert hint(*linked(3, 5, 0.8), leaves(10)) == "", "too little is known of the past"
    assert hint(*linked(10, 5, 0.8), run(0 * DAY, judged=10, linked=1)) == ""


def test_a_hint_is_no_trouble() -> None:
    runs = [*linked(3, 4, 0.0), leaves(2)]
    assert not judge(runs, NOW).is_trouble
