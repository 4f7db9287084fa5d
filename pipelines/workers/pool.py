"""Read pages in worker processes with limits of time and memory.

A page can make any parser run for minutes (measured: 80,000 attributes on one element never came back) or kill its
process. So pages are read in other processes, each with a time limit a page and a limit of memory. They end when the
crawl is killed. The result of a page is always a :class:`Reading`.
"""

import collections
import concurrent.futures
import concurrent.futures.process
import dataclasses
import functools
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self

import pebble

from pipelines.additions import current_additions
from pipelines.addresses.parameters import ParameterRules
from pipelines.raw_page import RawPage
from pipelines.workers.failures import crash_reason, dismantle, is_pool_lost, unreadable
from pipelines.workers.fork_server import WorkerContext
from pipelines.workers.process import DEFAULT_MEMORY_LIMIT, prepare_worker, read_crawled, read_guarded, read_together
from pipelines.workers.result import CrawledPage, KeepingOrder, pack_reading
from storage.reading import Reading

logger = logging.getLogger(__name__)

DEFAULT_TIME_LIMIT = 20.0  # seconds a page; the slowest of 512 real pages took less than one
DEFAULT_MAX_TASKS = 250  # times a worker is handed pages before a fresh one takes its place: C libraries leak slowly
MAX_WORKERS = 8  # more would wait: one writer stores some 90 new pages a second, and eight read twice as many
_TOGETHER = 4  # pages that are handed to a worker at once, where so many wait
_AHEAD = 2  # tasks a worker that are handed out: the one that it is at, and one that it finds when that is done
_START_WAITS = (0.0, 0.1, 0.2, 0.4, 0.8)  # seconds before each try to start: a fork server that dies takes its time
_MAX_TRIES = 3  # times a page is handed out when the pool around it broke; a page that is to blame breaks it thrice

READ_PAGE = (
    "pipelines.read_page:read_page"  # by name: importing it costs a second that the crawl's own process need not pay
)


@dataclasses.dataclass(slots=True)
class _Job:
    """A page to read, and how often it was handed out before.

    ``read`` is called in a worker, ``give_up`` here, with a reading that says why there is none.
    """

    raw: RawPage
    read: Callable[..., Any]
    arguments: tuple[Any, ...]
    give_up: Callable[[Reading], Any]
    outcome: "concurrent.futures.Future[Any]" = dataclasses.field(default_factory=concurrent.futures.Future)
    tries: int = 0


class ReadingPool:
    """A pool of processes that read raw pages; every result is a :class:`Reading`.

    ``read`` names the function run in the workers, ``module:function``, of a RawPage and a zone's name. ``timezone`` is
    the IANA zone for dates that name none. ``time_limit`` is in seconds a page. ``memory_limit`` is in bytes of address
    space beyond what a worker starts with. ``rules`` are those for parameters of addresses. Workers start with the
    first page, or with :meth:`start`. From asyncio: ``await asyncio.wrap_future(pool.submit(raw))``.
    """

    def __init__(
        self,
        *,
        timezone: str = "Asia/Tokyo",
        max_workers: int | None = None,
        time_limit: float = DEFAULT_TIME_LIMIT,
        max_tasks: int = DEFAULT_MAX_TASKS,
        memory_limit: int = DEFAULT_MEMORY_LIMIT,
        read: str = READ_PAGE,
        rules: ParameterRules | None = None,
    ) -> None:
        self.max_workers = max_workers or min(os.cpu_count() or 1, MAX_WORKERS)
        self._timezone = timezone
        self._time_limit = time_limit
        self._max_tasks = max_tasks
        self._memory_limit = memory_limit
        self._read = read
        self._rules = rules
        self._lock = threading.RLock()
        self._jobs: dict[concurrent.futures.Future[Any], _Job] = {}
        self._waiting: collections.deque[_Job] = collections.deque()
        self._handed_out = 0
        self._processes: pebble.ProcessPool | None = None
        self._closed = False

    def start(self) -> None:
        """Start the workers now.

        It takes a second or two, which an event loop should not spend at its first page.
        """
        with self._lock:
            for wait in _START_WAITS:
                if self._processes is not None or self._closed:
                    return
                time.sleep(wait)
                self._processes = _active(self._new_processes())
            if self._processes is None:
                raise RuntimeError("the worker processes did not start")

    def submit(self, raw: RawPage) -> "concurrent.futures.Future[Reading]":
        """Hand a page to the workers.

        The future's result is a Reading, of kind ``unreadable`` when the page hung or killed its worker. Only
        :meth:`close` cancels it. Raises RuntimeError when the pool is closed.
        """
        return self._take(_Job(raw, read_guarded, (), lambda reading: reading))

    def submit_crawled(self, raw: RawPage, order: KeepingOrder | None) -> "concurrent.futures.Future[CrawledPage]":
        """Hand a page to the workers, and get a packed reading.

        The page's record comes with it where ``order`` asks for it.
        """
        return self._take(_Job(raw, read_crawled, (order,), lambda reading: pack_reading(reading, raw, order)))

    def close(self) -> None:
        """Kill the workers at once.

        Futures of unfinished pages raise CancelledError.
        """
        with self._lock:
            self._closed = True
            processes, self._processes = self._processes, None
            unfinished = list(self._jobs.values())
            self._jobs.clear()
            self._waiting.clear()
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
            self._waiting.append(job)
            self._hand_out()
        return job.outcome

    def _hand_out(self) -> None:
        """Keep the processes busy with waiting pages. Holds the lock."""
        while self._waiting and self._handed_out < _AHEAD * self.max_workers:
            self._schedule(self._next_jobs())

    def _next_jobs(self) -> list[_Job]:
        """Take a worker's share of the waiting pages.

        A page that was handed out in vain goes alone from then on.
        """
        share = min(_TOGETHER, math.ceil(len(self._waiting) / self.max_workers))
        jobs = [self._waiting.popleft()]
        while len(jobs) < share and not jobs[0].tries and not self._waiting[0].tries:
            jobs.append(self._waiting.popleft())
        return jobs

    def _schedule(self, jobs: list[_Job]) -> None:
        """Give jobs to the processes as one task. Holds the lock.

        A pool that broke meanwhile is replaced first.
        """
        self.start()
        if self._processes is None:
            return  # closed: nothing waits for these
        calls = [(job.read, (self._read, job.raw, self._timezone, self._time_limit, *job.arguments)) for job in jobs]
        try:
            task = self._processes.schedule(read_together, args=(calls,), timeout=self._time_limit)
        except RuntimeError:  # pebble's word for a pool whose threads or workers broke down
            self._replace_broken(self._processes)
        else:
            self._handed_out += 1
            for job in jobs:
                job.tries += 1
            task.add_done_callback(functools.partial(self._settle, jobs, self._processes))

    def _new_processes(self) -> pebble.ProcessPool:
        return pebble.ProcessPool(
            max_workers=self.max_workers,
            max_tasks=self._max_tasks,
            initializer=prepare_worker,
            initargs=(self._memory_limit, self._rules, current_additions()),
            context=WorkerContext(),
        )

    def _replace_broken(self, broken: pebble.ProcessPool) -> None:
        """Restart with every unfinished page.

        Only pages that break the pool each time are given up.
        """
        with self._lock:
            if self._processes is not broken:
                return
            logger.warning("The worker processes broke down; they are started again with the pages in hand.")
            self._processes, self._handed_out = None, 0
            self._waiting.clear()
            # Joining removes the broken pool's processes. The caller may be one of its own threads.
            threading.Thread(target=dismantle, args=(broken,), daemon=True).start()
            for job in list(self._jobs.values()):
                if job.tries < _MAX_TRIES:
                    self._waiting.append(job)
                else:
                    self._give_up(job, "the parser crashed on this page")
            self._hand_out()

    def _settle(self, jobs: list[_Job], processes: pebble.ProcessPool, task: "concurrent.futures.Future[Any]") -> None:
        """Turn the result of a pebble task into readings, and hand out waiting pages."""
        if task.cancelled():
            return
        error = task.exception()
        if is_pool_lost(error):
            if not self._closed:
                self._replace_broken(processes)
            return
        with self._lock:
            if self._processes is processes:
                self._handed_out -= 1
            if error is not None and len(jobs) > 1 and not self._closed:
                self._waiting.extendleft(reversed(jobs))
            self._hand_out()
        if error is None:
            for job, result in zip(jobs, task.result(), strict=True):
                self._finish(job, result)
        elif len(jobs) == 1:
            self._give_up_after(error, jobs[0])

    def _give_up_after(self, error: BaseException, job: _Job) -> None:
        if isinstance(error, TimeoutError):
            self._give_up(job, f"the parser ran longer than {self._time_limit:g} s")
        else:
            logger.error("Reading %s failed in its worker.", job.raw.final_url[:500], exc_info=error)
            self._give_up(job, crash_reason(error))

    def _give_up(self, job: _Job, reason: str) -> None:
        self._finish(job, job.give_up(unreadable(job.raw, reason)))

    def _finish(self, job: _Job, result: Any) -> None:
        with self._lock:
            is_open = self._jobs.pop(job.outcome, None) is not None
        if is_open:
            job.outcome.set_result(result)


def read_in_order(pages: Iterable[RawPage], pool: ReadingPool) -> Iterator[Reading]:
    """Read ``pages`` in parallel and return the readings in order.

    A bounded number of pages is in memory.
    """
    window: collections.deque[concurrent.futures.Future[Reading]] = collections.deque()
    for raw in pages:
        window.append(pool.submit(raw))
        if len(window) >= 4 * pool.max_workers:
            yield window.popleft().result()
    while window:
        yield window.popleft().result()


def _active(processes: pebble.ProcessPool) -> pebble.ProcessPool | None:
    """Return a new pool with running processes; None where their fork server died."""
    try:
        return processes if processes.active else None  # pebble starts them when it is first asked
    except concurrent.futures.process.BrokenProcessPool:
        return None
