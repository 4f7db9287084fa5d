"""Detect dead workers by their locks in PostgreSQL, and requeue their jobs.

It is kept beside procrastinate's heartbeats (``heartbeats``) for its speed. Of 99 hosts whose worker was killed, the
median one was asked again after 7.9 s, the last after 8.9 s (``python -m benchmarks workers``, 2026-11-26). By
heartbeats it takes at least 45 s: 30 s without one, seen for 15 s.
"""

import asyncio
import concurrent.futures
import functools
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Concatenate, ParamSpec, TypeVar

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.manager import JobManager
from procrastinate.worker import Worker

from crawler.workers.job_queue import requeue_jobs
from storage.database.engine import Database
from storage.database.worker_lock import WorkerLock

logger = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

LOOK, CERTAIN = 2.0, 5.0
"""Seconds between two checks, and seconds for which a job must be without a living worker before it is requeued.

If a living worker lost its connection, or PostgreSQL restarted, it takes its lock again at its next check.
"""

FORGOTTEN = 3600.0
"""Seconds without a heartbeat after which procrastinate deletes a worker; the locks detect deaths sooner."""


class Liveness:
    """Holds a worker's own lock, and checks the locks of the others."""

    def __init__(self, database: Database, queue: procrastinate.App) -> None:
        self._lock = WorkerLock(database)
        self._queue = queue
        self._since: dict[tuple[int, int], float] = {}
        self._running: set[int] = set()
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "worker-lock")  # the loop's may all be busy
        queue.job_manager = _NumberedJobs(queue, self._hold)

    @property
    def worker_options(self) -> dict[str, Any]:
        """Return the options of procrastinate's worker."""
        return {"stalled_worker_timeout": FORGOTTEN, "worker_middleware": [self.note]}

    async def note(self, call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker) -> Any:
        """Record a job as running here; procrastinate calls this around each job."""
        number = int(context.job.id or 0)
        self._running.add(number)
        try:
            return await call_next()
        finally:
            self._running.discard(number)

    async def look(self) -> bool:
        """Requeue jobs of dead workers.

        Return whether there may be more, not certain yet.
        """
        left = await self._locked(WorkerLock.find_abandoned_jobs, frozenset(self._running))
        now = time.monotonic()
        self._since = {job: self._since.get(job, now) for job in left or ()}
        certain = {job for job, since in self._since.items() if now - since >= CERTAIN}
        if certain:
            await self._take_up(certain)
        return left is None or len(certain) < len(self._since)

    async def settle(self) -> None:
        """Check until no job is left behind, so that those of a dead worker come first."""
        while await self.look():  # noqa: ASYNC110 - the state is in PostgreSQL
            await asyncio.sleep(LOOK / 4)

    async def watch(self) -> None:
        """Check every LOOK seconds, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                logger.exception("a look for dead workers failed")  # the next check requeues their jobs
            await asyncio.sleep(LOOK)

    def close(self) -> None:
        """Release the worker's lock. Blocks."""
        self._thread.submit(self._lock.release).result()
        self._thread.shutdown()

    async def _hold(self, number: int) -> None:
        await self._locked(WorkerLock.hold, number)

    async def _take_up(self, jobs: Collection[tuple[int, int]]) -> None:
        """Requeue jobs, one worker at a time. Two at once would undo each other's changes."""
        try:
            if not await self._locked(WorkerLock.begin_takeover):
                return
            async with asyncio.timeout(LOOK):  # the worker's own lock must be checked meanwhile
                taken = await requeue_jobs(self._queue, jobs)
        except (ConnectorException, TimeoutError) as error:  # the others are requeued at the next check
            logger.info("jobs left behind: %s", error.__cause__ or error)
        else:
            for lock in taken:
                logger.warning("%s: its worker is dead, it is taken up again", lock)
        finally:
            await self._locked(WorkerLock.end_takeover)

    async def _locked(self, work: Callable[Concatenate[WorkerLock, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a method of the lock, in the lock's thread."""
        call = functools.partial(work, self._lock, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


class _NumberedJobs(JobManager):
    """procrastinate's job manager, which takes the lock before the first job."""

    def __init__(self, queue: procrastinate.App, hold: Callable[[int], Awaitable[None]]) -> None:
        super().__init__(queue.connector)
        self._hold = hold

    async def register_worker(self) -> int:
        number = await super().register_worker()
        await self._hold(number)
        return number
