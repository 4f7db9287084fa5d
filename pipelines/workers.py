"""Worker processes that read pages: killable, recycled, and each page's fate its own.

A page can make any parser run for minutes (measured: 80,000 attributes on one element never came back) or kill
its process. So pages are read in other processes, each with a time limit a page, a cap on memory, and an end when
the crawl itself is killed. What happens to a page is always told as a :class:`Reading`.
"""

import collections
import concurrent.futures
import concurrent.futures.process
import dataclasses
import functools
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self

import pebble

from pipelines.crawled_page import CrawledPage, KeepingOrder, crawled_page
from pipelines.extractor_version import extractor_version
from pipelines.fork_server import WorkerContext
from pipelines.parameter_rules import ParameterRules
from pipelines.raw_page import RawPage
from pipelines.worker_process import DEFAULT_MEMORY_LIMIT, prepare_worker, read_crawled, read_guarded
from storage.reading import Reading

logger = logging.getLogger(__name__)

DEFAULT_TIME_LIMIT = 20.0  # seconds a page; the slowest of 512 real pages took less than one
DEFAULT_MAX_PAGES = 500  # pages a worker reads before a fresh one takes its place, against slow leaks in C libraries
MAX_WORKERS = 8  # more would wait: one writer stores some 90 new pages a second, and eight read twice as many
_MAX_TRIES = 3  # times a page is handed out when the pool around it broke; a page that is to blame breaks it thrice

READ_PAGE = "pipelines.page:read_page"  # by name: importing it costs a second that the crawl's own process need not pay


@dataclasses.dataclass(slots=True)
class _Job:
    """A page on its way, and how often it was handed to a pool that then broke.

    ``read`` is called in a worker, ``give_up`` here, with a reading that says why there is none.
    """

    raw: RawPage
    read: Callable[..., Any]
    arguments: tuple[Any, ...]
    give_up: Callable[[Reading], Any]
    outcome: "concurrent.futures.Future[Any]" = dataclasses.field(default_factory=concurrent.futures.Future)
    tries: int = 0


class ReadingPool:
    """Reads raw pages in worker processes; every future ends in a :class:`Reading`, whatever the page does.

    ``read`` names the function run in the workers, ``module:function``, of a RawPage and a zone's name; ``timezone``
    is the IANA zone for dates that name none, ``time_limit`` seconds a page, ``memory_limit`` bytes of address space
    that a worker may take beyond what it starts with, ``rules`` what parameters of addresses count on which sites.
    Workers start with the first page, or with :meth:`start`.
    From asyncio: ``await asyncio.wrap_future(pool.submit(raw))``.
    """

    def __init__(
        self,
        *,
        timezone: str = "Asia/Tokyo",
        max_workers: int | None = None,
        time_limit: float = DEFAULT_TIME_LIMIT,
        max_pages: int = DEFAULT_MAX_PAGES,
        memory_limit: int = DEFAULT_MEMORY_LIMIT,
        read: str = READ_PAGE,
        rules: ParameterRules | None = None,
    ) -> None:
        self.max_workers = max_workers or min(os.cpu_count() or 1, MAX_WORKERS)
        self._timezone = timezone
        self._time_limit = time_limit
        self._max_pages = max_pages
        self._memory_limit = memory_limit
        self._read = read
        self._rules = rules
        self._lock = threading.RLock()
        self._jobs: dict[concurrent.futures.Future[Any], _Job] = {}
        self._processes: pebble.ProcessPool | None = None
        self._closed = False

    def start(self) -> None:
        """Start the workers now: it takes a second or two, which an event loop should not spend at its first page."""
        with self._lock:
            if self._processes is None and not self._closed:
                self._processes = self._start_processes()
                # pebble starts its processes when it is first asked whether it is active.
                if not self._processes.active:
                    raise RuntimeError("the worker processes did not start")

    def submit(self, raw: RawPage) -> "concurrent.futures.Future[Reading]":
        """Hand a page to the workers.

        The future's result is a Reading (kind ``unreadable`` when the page hung or killed its worker); it is
        cancelled only by :meth:`close`. Raises RuntimeError when the pool is closed.
        """
        return self._take(_Job(raw, read_guarded, (), lambda reading: reading))

    def submit_crawled(self, raw: RawPage, order: KeepingOrder | None) -> "concurrent.futures.Future[CrawledPage]":
        """As :meth:`submit`; the reading comes packed, with the page's record where one is ordered."""
        return self._take(_Job(raw, read_crawled, (order,), lambda reading: crawled_page(reading, raw, order)))

    def close(self) -> None:
        """Stop at once: the workers are killed, the futures of unfinished pages raise CancelledError."""
        with self._lock:
            self._closed = True
            processes, self._processes = self._processes, None
            unfinished = list(self._jobs.values())
            self._jobs.clear()
        if processes is not None:
            processes.stop()  # type: ignore[no-untyped-call]  # pebble leaves some methods unannotated
            processes.join()
        for job in unfinished:
            if not job.outcome.done():
                job.outcome.set_exception(concurrent.futures.CancelledError())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, job: _Job) -> "concurrent.futures.Future[Any]":
        job.outcome.set_running_or_notify_cancel()
        with self._lock:
            if self._closed:
                raise RuntimeError("the reading pool is closed: no page can be handed to it")
            self._jobs[job.outcome] = job
            self._schedule(job)
        return job.outcome

    def _schedule(self, job: _Job) -> None:
        """Give the job to the processes; a pool that broke meanwhile is replaced first. Holds the lock."""
        if self._processes is None:
            self._processes = self._start_processes()
        job.tries += 1
        try:
            task = self._processes.schedule(
                job.read,
                args=(self._read, job.raw, self._timezone, self._time_limit, *job.arguments),
                timeout=self._time_limit,
            )
        except RuntimeError:  # pebble's word for a pool whose threads or workers broke down
            job.tries -= 1
            self._replace_broken(self._processes)
        else:
            task.add_done_callback(functools.partial(self._settle, job, self._processes))

    def _start_processes(self) -> pebble.ProcessPool:
        return pebble.ProcessPool(
            max_workers=self.max_workers,
            max_tasks=self._max_pages,
            initializer=prepare_worker,
            initargs=(self._memory_limit, self._rules),
            context=WorkerContext(),
        )

    def _replace_broken(self, broken: pebble.ProcessPool) -> None:
        """Start anew with every page that was not finished: only pages that break the pool each time are given up."""
        with self._lock:
            if self._processes is not broken:
                return
            logger.warning("The worker processes broke down; they are started again with the pages in hand.")
            self._processes = None
            # Joining clears the broken pool's processes away; it may be one of its own threads that called us.
            threading.Thread(target=_dismantle, args=(broken,), daemon=True).start()
            for job in list(self._jobs.values()):
                if job.tries < _MAX_TRIES:
                    self._schedule(job)
                else:
                    self._finish(job, job.give_up(_unreadable(job.raw, "the parser crashed on this page")))

    def _settle(self, job: _Job, processes: pebble.ProcessPool, task: "concurrent.futures.Future[Any]") -> None:
        """Turn the end of a pebble task into a reading."""
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._finish(job, task.result())
        elif isinstance(error, concurrent.futures.process.BrokenProcessPool):
            if not self._closed:
                self._replace_broken(processes)
        elif isinstance(error, TimeoutError):
            self._finish(job, job.give_up(_unreadable(job.raw, f"the parser ran longer than {self._time_limit:g} s")))
        else:
            logger.error("Reading %s failed in its worker.", job.raw.final_url[:500], exc_info=error)
            self._finish(job, job.give_up(_unreadable(job.raw, _crash(error))))

    def _finish(self, job: _Job, found: Any) -> None:
        with self._lock:
            known = self._jobs.pop(job.outcome, None) is not None
        if known:
            job.outcome.set_result(found)


def read_in_order(pages: Iterable[RawPage], pool: ReadingPool) -> Iterator[Reading]:
    """The readings of ``pages`` in their order, read in parallel with a bounded number of pages in hand."""
    window: collections.deque[concurrent.futures.Future[Reading]] = collections.deque()
    for raw in pages:
        window.append(pool.submit(raw))
        if len(window) >= 4 * pool.max_workers:
            yield window.popleft().result()
    while window:
        yield window.popleft().result()


def _dismantle(broken: pebble.ProcessPool) -> None:
    broken.stop()  # type: ignore[no-untyped-call]  # pebble leaves some methods unannotated
    broken.join()


def _crash(error: BaseException) -> str:
    reason = "the parser crashed on this page"
    return reason if isinstance(error, pebble.ProcessExpired) else f"{reason}: {type(error).__name__}"


def _unreadable(raw: RawPage, reason: str) -> Reading:
    return Reading(
        url=raw.url,
        canonical_url=raw.final_url,
        kind="unreadable",
        reason=reason,
        extractor_version=extractor_version(),
    )
