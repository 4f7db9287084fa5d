"""Split long lists into chunks, for statements and for memory."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

ROWS = 500
"""Values or rows a statement: SQLite takes 32,766 variables, PostgreSQL 65,535."""

T = TypeVar("T")


def chunks_of(values: Sequence[T], size: int = ROWS) -> Iterator[Sequence[T]]:
    """Split a list into parts of ``size`` values; the last one may have fewer."""
    for first in range(0, len(values), size):
        yield values[first : first + size]


def read_chunks(values: Iterable[T], size: int = ROWS) -> Iterator[list[T]]:
    """Read ``size`` values at once from what gives them one by one."""
    left = iter(values)
    while chunk := list(islice(left, size)):
        yield chunk
