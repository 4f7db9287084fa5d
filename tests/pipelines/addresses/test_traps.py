"""Addresses without end are told from deep ones."""

import pytest

from pipelines.addresses.traps import is_trap


@pytest.mark.parametrize(
    "path",
    [
        "/a/b/a/b/a/b",
        "/news/news/news/news/1",
        "/" + "/".join(f"s{n}" for n in range(21)),
        "/calendar/2031/07",
        "/events/calendar?month=7&year=2031",
        "/events/?tribe-bar-date=2031-07-01",
        "/list?" + "&".join(f"f{n}=1" for n in range(13)),
    ],
)
def test_a_trap_is_told(path: str) -> None:
    assert is_trap(f"https://news.example{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/news/2026/10/05/news/ferry-returns",
        "/2026/10/10/10/story",
        "/en/world/asia/japan/tokyo/politics/2026/10/05/minister-resigns-after-vote",
        "/articles/calendar-reform-passes-2026",
        "/calendar/ferry-timetable-changes",
        "/read?id=1&page=2&lang=ja",
    ],
)
def test_an_article_is_none(path: str) -> None:
    assert not is_trap(f"https://news.example{path}")
