"""Detect dead workers by procrastinate's heartbeats.

``liveness`` detects a dead worker sooner, but uses private parts of procrastinate.
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
"""Seconds between two checks, and seconds for which a job must be without a living worker before it is requeued.

A living worker sends a heartbeat in that time, even after PostgreSQL was away.
"""


class Heartbeats:
    """Requeues jobs of dead workers, with the interface of ``liveness.Liveness``."""

    def __init__(self, queue: procrastinate.App) -> None:
        self._queue = queue
        self._since: dict[tuple[int, int], float] = {}

    @property
    def worker_options(self) -> dict[str, Any]:
        """Return the options of procrastinate's worker."""
        return {"stalled_worker_timeout": 10 * STALE}  # it then deletes workers; their jobs must be requeued before

    async def look(self) -> None:
        """Requeue jobs of dead workers."""
        jobs = await self._queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALE)
        now = time.monotonic()
        self._since = {
            key: self._since.get(key, now) for key in ((int(job.id or 0), job.worker_id or 0) for job in jobs)
        }
        certain = {key for key, since in self._since.items() if now - since >= CERTAIN}
        for lock in await requeue_jobs(self._queue, certain) if certain else ():
            logger.warning("%s: its worker is dead, it is taken up again", lock)

    async def settle(self) -> None:
        """Check once.

        Before CERTAIN seconds a dead worker cannot be told from a living one.
        """
        await self._look_safely()

    async def watch(self) -> None:
        """Check every LOOK seconds, until cancelled."""
        while True:
            await self._look_safely()
            await asyncio.sleep(LOOK)

    def close(self) -> None:
        """Do nothing: procrastinate unregisters its worker."""

    async def _look_safely(self) -> None:
        try:
            await self.look()
        except ConnectorException as error:  # the others are requeued at the next check
            logger.info("jobs left behind: %s", error.__cause__ or error)
        except Exception:
            logger.exception("a look for dead workers failed")  # the next check requeues their jobs
