"""Tell dead workers by procrastinate's heartbeats, where its version is not one of ours.

``liveness`` misses a dead worker sooner, but uses private parts of procrastinate.
"""

import asyncio
import logging
import time
from typing import Any

import procrastinate
from procrastinate.exceptions import ConnectorException

from crawler.workers.job_queue import requeue_jobs

logger = logging.getLogger(__name__)

STALE = 30.0
"""Seconds without a heartbeat after which procrastinate calls a worker stalled; one comes every 10 s."""

LOOK, CERTAIN = 2.0, 15.0
"""Seconds: looked for the dead this often; a job is left behind once it was seen so, without a break, for so long.

A worker that lives sends a heartbeat meanwhile, also where PostgreSQL was away before.
"""


class Heartbeats:
    """An eye on the jobs that nobody does, as ``liveness.Liveness``."""

    def __init__(self, queue: procrastinate.App) -> None:
        self._queue = queue
        self._since: dict[tuple[int, int], float] = {}

    @property
    def worker_options(self) -> dict[str, Any]:
        """What procrastinate's worker is run with."""
        return {"stalled_worker_timeout": 10 * STALE}  # it forgets them: their jobs are to be taken up before

    async def look(self) -> None:
        """Take up what was left behind."""
        jobs = await self._queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALE)
        now = time.monotonic()
        self._since = {
            key: self._since.get(key, now) for key in ((int(job.id or 0), job.worker_id or 0) for job in jobs)
        }
        certain = {key for key, since in self._since.items() if now - since >= CERTAIN}
        for lock in await requeue_jobs(self._queue, certain) if certain else ():
            logger.warning("%s: its worker is dead, it is taken up again", lock)

    async def settle(self) -> None:
        """Look once: what a dead worker left behind cannot be told from what a living one does before CERTAIN."""
        await self._look_safely()

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self._look_safely()
            await asyncio.sleep(LOOK)

    def close(self) -> None:
        """Do nothing: procrastinate unregisters its worker."""

    async def _look_safely(self) -> None:
        try:
            await self.look()
        except ConnectorException as error:  # the rest at the next look
            logger.info("jobs left behind: %s", error.__cause__ or error)
        except Exception:
            logger.exception("a look for dead workers failed")  # and their jobs still have to be taken up
