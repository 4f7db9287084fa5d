"""Queue the jobs of workers with procrastinate, one job for a group of sources.

The queue is in the crawl's PostgreSQL database. A group's name is the ``lock`` of its jobs, so that only one runs at a
time, and their ``queueing_lock``, so that only one waits. Needs the extra ``workers``.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import procrastinate
import psycopg
from procrastinate.connector import Notify
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.schema import SchemaManager

from storage.database.engine import Database
from storage.database.job_queue import SCHEMA, conninfo_of, prepare_job_queue
from storage.library_versions import fits

logger = logging.getLogger(__name__)
T = TypeVar("T")

CRAWL, PLAN = "crawl", "plan"
"""The tasks: crawl a group; find the groups with something due."""

WHEN_DUE, WHEN_UNFINISHED, WHEN_ASKED = 0, 5, 10
"""Priorities, lowest first: due, left over by an interrupted crawl, requested by the operator."""

QUEUED_AT_ONCE = 500
"""Jobs a statement."""

RETRY_SECONDS = (5, 15, 30, 60)
"""Waits after trouble, such as a full database; the last one repeats. Deaths of workers count as attempts."""

HELD_SECONDS = (2, 4, 8, 15)
"""Waits for hosts that another crawl holds; it may end at any moment."""

AWAY_SECONDS = (1.0, 2.0, 5.0)
"""Waits for a PostgreSQL that does not answer; the last one repeats."""


class WorkerStops(Exception):
    """The worker stops during a crawl. The job is free at once for another worker."""


class HostsLocked(Exception):
    """Another crawl holds the hosts of a job, or the database."""


class JobRetry(procrastinate.BaseRetryStrategy):
    """Retries a job without end: its sources stay due until they are crawled."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision:
        """Retry at once if the worker stopped, else after a wait."""
        if isinstance(exception, WorkerStops):
            return procrastinate.RetryDecision(retry_in={"seconds": 0})
        waits = HELD_SECONDS if isinstance(exception, HostsLocked) else RETRY_SECONDS
        return procrastinate.RetryDecision(retry_in={"seconds": waits[min(job.attempts, len(waits) - 1)]})


class ReconnectingConnector(procrastinate.PsycopgConnector):
    """Connector that waits for PostgreSQL to come back, while crawls go on.

    With procrastinate's own, a worker would take no job until all its crawls have ended, which may take hours.
    """

    _away = False

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Execute a query; wait for PostgreSQL if it is away."""
        await self._retry_until_connected(super().execute_query_async, query, **arguments)

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        """Return one row of a query; wait for PostgreSQL if it is away."""
        return await self._retry_until_connected(super().execute_query_one_async, query, **arguments)

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        """Return all rows of a query; wait for PostgreSQL if it is away."""
        return await self._retry_until_connected(super().execute_query_all_async, query, **arguments)

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Listen to notifications; wait for PostgreSQL if it is away."""
        await self._retry_until_connected(super().listen_notify, on_notification, channels)

    async def _retry_until_connected(self, ask: Callable[..., Awaitable[T]], *arguments: Any, **named: Any) -> T:
        waits = iter(AWAY_SECONDS)
        while True:
            try:
                answer = await ask(*arguments, **named)
            except ConnectorException as error:
                if not isinstance(error.__cause__, psycopg.OperationalError):  # only these are about connections
                    raise
                if not self._away:
                    logger.warning("the job queue is away: %s", " ".join(str(error.__cause__).split())[:200])
                self._away = True
                await asyncio.sleep(next(waits, AWAY_SECONDS[-1]))
            else:
                self._away = False
                return answer


@dataclasses.dataclass(frozen=True, slots=True)
class GroupJob:
    """A group's job in the queue. ``state`` is ``waiting`` or ``running``."""

    group: str
    sources: tuple[str, ...]
    state: str
    priority: int
    attempts: int


def job_queue(url: str, *, patient: bool = False) -> procrastinate.App:
    """Return the queue in this database, not yet opened.

    A ``patient`` one waits for PostgreSQL.

    Raises DatabaseUnreachable for SQLite.
    """
    connector = ReconnectingConnector if patient and fits("procrastinate") else procrastinate.PsycopgConnector
    opened = connector(
        conninfo=conninfo_of(url),
        kwargs={"options": f"-c search_path={SCHEMA}"},
        min_size=1,
        max_size=10,
        timeout=5.0,
        reconnect_timeout=5.0,  # each wait is twice the last: up to minutes, with the default of five minutes
    )
    return procrastinate.App(connector=opened)


def prepare_tables(database: Database) -> None:
    """Create the queue's tables, or upgrade them to the installed procrastinate."""
    scripts = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    migrations = {script.name: script.read_text(encoding="utf-8") for script in scripts}
    prepare_job_queue(
        database,
        metadata.version("procrastinate"),
        SchemaManager.get_schema(),
        migrations,
        with_index=fits("procrastinate"),
    )


async def queue_groups(
    queue: procrastinate.App,
    groups: Mapping[str, Sequence[str]],
    priorities: Mapping[str, int],
    *,
    polled: bool = False,
) -> list[str]:
    """Queue a job for each group that has none; return the names of those queued.

    With ``polled`` their start pages are requested, due or not.
    """
    # Beside a running job none may wait: a job is put back under its queueing lock when its worker dies.
    present = {job.group for job in await group_jobs(queue)}
    jobs = [
        queue.configure_task(CRAWL, lock=name, queueing_lock=name, priority=priorities[name], queue=CRAWL).make_new_job(
            sources=list(sources), polled=polled
        )
        for name, sources in groups.items()
        if name not in present
    ]
    queued = []
    for first in range(0, len(jobs), QUEUED_AT_ONCE):
        queued += await _queued(queue, jobs[first : first + QUEUED_AT_ONCE])
    # With old statistics PostgreSQL would scan all of them for each job.
    if len(queued) > QUEUED_AT_ONCE and fits("procrastinate"):
        await queue.connector.execute_query_async("ANALYZE procrastinate_jobs")
    return queued


async def _queued(queue: procrastinate.App, jobs: list[Job]) -> list[str]:
    """Queue jobs together, or each alone if another worker has just queued one of them."""
    try:
        await queue.job_manager.batch_defer_jobs_async(jobs)
    except AlreadyEnqueued:
        if len(jobs) == 1:
            return []
        return [name for job in jobs for name in await _queued(queue, [job])]
    return [str(job.lock) for job in jobs]


async def queue_plan(queue: procrastinate.App) -> None:
    """Queue the planner's job now."""
    try:
        await queue.configure_task(PLAN, lock=PLAN, queueing_lock=PLAN, priority=100, queue=CRAWL).defer_async(
            timestamp=0
        )
    except AlreadyEnqueued:
        return


async def group_jobs(queue: procrastinate.App) -> list[GroupJob]:
    """Return the running and waiting jobs, in the order in which workers take them."""
    states = {Status.DOING.value: "running", Status.TODO.value: "waiting"}
    # One query for all: a job that starts between two queries would be in neither result, and be queued again.
    jobs = [
        GroupJob(str(job.lock), tuple(job.task_kwargs["sources"]), states[job.status], job.priority, job.attempts)  # type: ignore[arg-type]  # JSON of our own
        for job in await queue.job_manager.list_jobs_async(task=CRAWL)
        if job.status in states
    ]
    return sorted(jobs, key=lambda job: (job.state == "waiting", -job.priority))


async def requeue_jobs(queue: procrastinate.App, abandoned: Collection[tuple[int, int]]) -> list[str]:
    """Put jobs of dead workers back into the queue, before those that are only due.

    One worker at a time.

    ``abandoned`` are pairs of job and worker. Returns the locks of the jobs that were put back.
    """
    jobs = queue.job_manager
    requeued = []
    for job in await jobs.list_jobs_async(status=Status.DOING.value):
        if (job.id, job.worker_id or 0) not in abandoned:
            continue
        priority = max(job.priority, WHEN_UNFINISHED)
        # If two are queued after all, the one with the higher priority stays.
        waiting = list(await jobs.list_jobs_async(queueing_lock=job.queueing_lock, status=Status.TODO.value))
        if any(other.priority >= priority for other in waiting):
            await jobs.finish_job(job, Status.FAILED, delete_job=True)
        else:
            for other in waiting:
                await jobs.cancel_job_by_id_async(int(other.id or 0), delete_job=True)
            await jobs.retry_job(job, priority=priority)
        requeued.append(str(job.lock))
    return requeued
