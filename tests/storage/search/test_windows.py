"""Hits by time are the same wherever a window of a search ends."""

from collections.abc import Callable

import pytest

from storage.database.engine import Database
from storage.search import finder, windows
from tests.support.searchable import Given, store, titles

TOLD = [
    Given(
        f"No. {number}", "A tariff" + " rises again" * (number % 3 == 0) + " falls" * (number % 7 == 0), age=number % 11
    )
    for number in range(44)
]


@pytest.mark.parametrize("size", [1, 3, 1_000])
@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("tariff", lambda number: True),  # noqa: ARG005 - all do
        ("rises", lambda number: number % 3 == 0),
        ('"tariff rises"', lambda number: number % 3 == 0),
        ('"rises tariff"', lambda number: False),  # noqa: ARG005 - none does
        ("rises falls", lambda number: number % 21 == 0),
    ],
)
def test_hits_by_time_are_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch, size: int, words: str, fits: Callable[[int], bool]
) -> None:
    ids = store(database, *TOLD)
    expected = sorted(
        (each for number, each in enumerate(TOLD) if fits(number)),
        key=lambda each: (each.age, -ids[TOLD.index(each)]),
    )
    monkeypatch.setattr(finder, "COMMON", 2)
    for name, value in (("WINDOW", size), ("WIDEST", 4 * size), ("LEAST", 1), ("GAP", 2)):
        monkeypatch.setattr(windows, name, value)
    newest = [each.title for each in expected]
    assert titles(database, words, sort="newest", limit=100) == newest
    assert titles(database, words, sort="newest", limit=4, offset=3) == newest[3:7]
    assert titles(database, words, sort="oldest", limit=100) == newest[::-1]
    assert sorted(titles(database, words, limit=100)) == sorted(newest)
