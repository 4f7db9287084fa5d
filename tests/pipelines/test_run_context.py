"""The run of a crawl is reached through its extension, and is missing with a message that helps."""

from typing import TypeVar

import pytest

from pipelines.run_context import ContextHolder, open_run_of, run_of

T = TypeVar("T")


class Extension(ContextHolder):
    """Opens a run, as a subclass may."""


class Extensions:
    """The extensions of a crawl."""

    def __init__(self, *parts: object) -> None:
        self._parts = parts

    def get_extension(self, cls: type[T]) -> T | None:
        return next((part for part in self._parts if isinstance(part, cls)), None)


def test_a_crawl_that_stores_nothing_has_no_run() -> None:
    assert run_of(Extensions(object())) is None


def test_a_run_that_is_not_open_yet_is_an_error_that_names_the_extension() -> None:
    crawl = Extensions(object(), Extension())
    assert run_of(crawl) is None
    with pytest.raises(RuntimeError, match=r"crawler\.run_extension"):
        open_run_of(crawl)
