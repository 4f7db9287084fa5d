"""A disk without room, where a test has none to spare."""

import contextlib
import resource
from collections.abc import Iterator


@contextlib.contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """As a disk without room: who writes a file beyond so many bytes is told so."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
