"""Which workers live: each holds a lock of its number in PostgreSQL, and takes up the jobs of those whose is free.

Kept beside procrastinate's heartbeats (``heartbeats``) for its speed: of 99 hosts whose worker was killed, the median
one was asked again after 7.9 s, the last after 8.9 s (``python -m benchmarks workers``, 2026-11-26). By heartbeats it
takes at least 45 s: 30 s without one, seen for 15 s.
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
"""Seconds: looked for the dead this often; a job is left behind once it was seen so, without a break, for so long.

A worker that lives takes its own lock again at its next look, where its connection was cut or PostgreSQL restarted.
"""

FORGOTTEN = 3600.0
"""Seconds of silence after which procrastinate forgets a worker; the locks tell if it lives."""


class Liveness:
    """A worker's sign of life, and its eye on the jobs that nobody does."""

    def __init__(self, database: Database, queue: procrastinate.App) -> None:
        self._lock = WorkerLock(database)
        self._queue = queue
        self._since: dict[tuple[int, int], float] = {}
        self._running: set[int] = set()
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "worker-lock")  # crawls that wait keep the loop's busy
        queue.job_manager = _NumberedJobs(queue, self._hold)

    @property
    def worker_options(self) -> dict[str, Any]:
        """What procrastinate's worker is run with."""
        return {"stalled_worker_timeout": FORGOTTEN, "worker_middleware": [self.note]}

    async def note(self, call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker) -> Any:
        """Note a job as running here: procrastinate's middleware around each."""
        number = int(context.job.id or 0)
        self._running.add(number)
        try:
            return await call_next()
        finally:
            self._running.discard(number)

    async def look(self) -> bool:
        """Take up what was left behind; tell whether there may be more, of which that is not certain yet."""
        left = await self._locked(WorkerLock.left_behind, frozenset(self._running))
        now = time.monotonic()
        self._since = {job: self._since.get(job, now) for job in left or ()}
        certain = {job for job, since in self._since.items() if now - since >= CERTAIN}
        if certain:
            await self._take_up(certain)
        return left is None or len(certain) < len(self._since)

    async def settle(self) -> None:
        """Look until nothing is left behind: a worker that replaces a dead one takes that one's jobs before others."""
        while await self.look():  # noqa: ASYNC110 - what changes lies in PostgreSQL
            await asyncio.sleep(LOOK / 4)

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                logger.exception("a look for dead workers failed")  # and their jobs still have to be taken up
            await asyncio.sleep(LOOK)

    def close(self) -> None:
        """End the sign of life. Blocks."""
        self._thread.submit(self._lock.release).result()
        self._thread.shutdown()

    async def _hold(self, number: int) -> None:
        await self._locked(WorkerLock.hold, number)

    async def _take_up(self, jobs: Collection[tuple[int, int]]) -> None:
        """Take jobs up while no other worker does: of two that read the queue at once, one would undo the other's."""
        try:
            if not await self._locked(WorkerLock.begin_taking_up):
                return
            async with asyncio.timeout(LOOK):  # its own lock has to be looked after meanwhile
                taken = await requeue_jobs(self._queue, jobs)
        except (ConnectorException, TimeoutError) as error:  # the rest at the next look
            logger.info("jobs left behind: %s", error.__cause__ or error)
        else:
            for lock in taken:
                logger.warning("%s: its worker is dead, it is taken up again", lock)
        finally:
            await self._locked(WorkerLock.end_taking_up)

    async def _locked(self, work: Callable[Concatenate[WorkerLock, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do something with the lock, in its thread."""
        call = functools.partial(work, self._lock, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


class _NumberedJobs(JobManager):
    """procrastinate's, with the lock taken before the first job."""

    def __init__(self, queue: procrastinate.App, hold: Callable[[int], Awaitable[None]]) -> None:
        super().__init__(queue.connector)
        self._hold = hold

    async def register_worker(self) -> int:
        number = await super().register_worker()
        await self._hold(number)
        return number
