"""Set the limits of a worker process, and read pages in it."""

import functools
import logging
import math
import multiprocessing
import multiprocessing.connection
import os
import pkgutil
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from pipelines.additions import Additions, set_additions
from pipelines.addresses.parameters import ParameterRules, set_current_rules
from pipelines.raw_page import RawPage
from pipelines.workers.precompute import precompute
from pipelines.workers.result import CrawledPage, KeepingOrder, pack_reading
from storage.reading import Reading

DEFAULT_MEMORY_LIMIT = 2 * 1024**3
"""Bytes of address space beyond what a worker has when it starts. With that, 326 real pages need 0.4 GB, the worst 5 MB
that we made 0.65."""
_GRACE = 5  # seconds after the time limit in which the parent should have killed a worker that still reads


def follow_parent() -> None:
    """Let the parent process alone decide when this process ends.

    Ctrl-C and a service manager's SIGTERM reach the whole process group, but pages in work must not be lost. If the
    parent dies, this process ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, name="parent-watch", daemon=True).start()


def prepare_worker(memory_limit: int, rules: ParameterRules | None = None, additions: Additions | None = None) -> None:
    """Make this process a worker with a limit of memory.

    ``memory_limit`` is in bytes of address space beyond what it has now.
    """
    follow_parent()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = _address_space() + memory_limit
    allowed = allowed if hard == resource.RLIM_INFINITY else min(allowed, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # It warns of every page without text, which the reading's reason states better.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    set_current_rules(rules)
    set_additions(additions or Additions())


def _address_space() -> int:
    """Return the bytes of address space of this process.

    Rensa's allocator alone reserves 1 GB without using it.
    """
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:  # no Linux
        return 0
    return int(pages) * resource.getpagesize()


def read_guarded(read: str, raw: RawPage, timezone: str, time_limit: float) -> Reading:
    """Read one page with the function that ``read`` names (``module:function``).

    The kernel ends the process when it still reads long after the parent should have killed it. That helps where the
    parent is dead and a hung C function keeps the watching thread from running.
    """
    function = _reading_function(read)
    signal.alarm(math.ceil(time_limit) + _GRACE)
    try:
        return precompute(function(raw, timezone))
    finally:
        signal.alarm(0)


def read_crawled(read: str, raw: RawPage, timezone: str, time_limit: float, order: KeepingOrder | None) -> CrawledPage:
    """Read one page as :func:`read_guarded` does, and pack the result.

    The page's record comes with it where one is ordered.
    """
    return pack_reading(read_guarded(read, raw, timezone, time_limit), raw, order)


def read_together(calls: Sequence[tuple[Callable[..., Any], tuple[Any, ...]]]) -> list[Any]:
    """Call several functions in one task, which saves the way to a worker and back."""
    return [function(*arguments) for function, arguments in calls]


@functools.cache
def _reading_function(name: str) -> Callable[[RawPage, str], Reading]:
    return cast(Callable[[RawPage, str], Reading], pkgutil.resolve_name(name))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
