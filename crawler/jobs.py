"""The jobs of workers: procrastinate's queue in the archive's PostgreSQL, one job for a group of sources.

A group's jobs have its name as their ``lock``, so that no two run at once wherever they are, and as their
``queueing_lock``, so that no second one waits. Needs the extra ``workers``.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.schema import SchemaManager

from storage.database import Database
from storage.job_queue import SCHEMA, conninfo_of, prepare_job_queue

CRAWL, PLAN = "crawl", "plan"
"""The tasks: to crawl a group, and to see which groups have something to do."""

WHEN_DUE, WHEN_UNFINISHED, WHEN_ASKED = 0, 5, 10
"""Priorities, the highest first: what is due, what an interrupted crawl left over, what somebody asked for."""

RETRY_SECONDS = (5, 15, 60, 300)
"""Waits after trouble: a domain that another crawl holds, a database that is away. The last is kept to."""


class WorkerStops(Exception):
    """The worker was told to stop in mid-crawl: the job is free at once, for another one."""


class Retry(procrastinate.BaseRetryStrategy):
    """A job is never given up: what it stands for stays due until it was done."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision:
        """At once where the worker stopped, else after the next of ``RETRY_SECONDS``."""
        if isinstance(exception, WorkerStops):
            return procrastinate.RetryDecision(retry_in={"seconds": 0})
        return procrastinate.RetryDecision(
            retry_in={"seconds": RETRY_SECONDS[min(job.attempts, len(RETRY_SECONDS) - 1)]}
        )


@dataclasses.dataclass(frozen=True, slots=True)
class GroupJob:
    """A group's job as it stands in the queue. ``state`` is ``waiting`` or ``running``."""

    group: str
    sources: tuple[str, ...]
    state: str
    priority: int
    attempts: int


def job_queue(url: str) -> procrastinate.App:
    """The queue in this database, not yet opened. Raises DatabaseUnreachable for SQLite."""
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo_of(url),
        kwargs={"options": f"-c search_path={SCHEMA}"},
        min_size=1,
        max_size=10,
    )
    return procrastinate.App(connector=connector)


def prepare(database: Database) -> None:
    """Make the queue's tables, or bring them to the version of procrastinate that is installed."""
    scripts = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    migrations = {script.name: script.read_text(encoding="utf-8") for script in scripts}
    prepare_job_queue(database, metadata.version("procrastinate"), SchemaManager.get_schema(), migrations)


async def queue_groups(
    queue: procrastinate.App,
    groups: Mapping[str, Sequence[str]],
    priorities: Mapping[str, int],
    *,
    polled: bool = False,
) -> list[str]:
    """Queue a job for each group that has none; return the names of those queued.

    ``polled`` has their start pages asked for, due or not.
    """
    # Beside a running job none may wait: a job is put back under its queueing lock when its worker dies.
    present = {job.group for job in await group_jobs(queue)}
    queued = []
    for name, sources in groups.items():
        if name in present:
            continue
        job = queue.configure_task(CRAWL, lock=name, queueing_lock=name, priority=priorities[name], queue=CRAWL)
        try:
            await job.defer_async(sources=list(sources), polled=polled)
        except AlreadyEnqueued:  # by another worker, this moment
            continue
        queued.append(name)
    return queued


async def queue_plan(queue: procrastinate.App) -> None:
    """Have a worker look at once which groups have something to do."""
    try:
        await queue.configure_task(PLAN, lock=PLAN, queueing_lock=PLAN, priority=100, queue=CRAWL).defer_async(
            timestamp=0
        )
    except AlreadyEnqueued:
        return


async def group_jobs(queue: procrastinate.App) -> list[GroupJob]:
    """Give the jobs that run or wait, in the order in which they will be taken."""
    states = {Status.DOING.value: "running", Status.TODO.value: "waiting"}
    jobs = [
        GroupJob(str(job.lock), tuple(job.task_kwargs["sources"]), state, job.priority, job.attempts)  # type: ignore[arg-type]  # JSON of our own
        for status, state in states.items()
        for job in await queue.job_manager.list_jobs_async(task=CRAWL, status=status)
    ]
    return sorted(jobs, key=lambda job: (job.state == "waiting", -job.priority))


async def retry_stalled(queue: procrastinate.App, seconds: float) -> list[str]:
    """Put the jobs of workers that have given no sign for so long back into the queue, before what is only due.

    Returns their locks.
    """
    stalled = list(await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds))
    for job in stalled:
        try:
            await queue.job_manager.retry_job(job, priority=max(job.priority, WHEN_UNFINISHED))
        except UniqueViolation:  # another one waits already, for this one's lock
            await queue.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    return [str(job.lock) for job in stalled]
