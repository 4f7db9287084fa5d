"""The order in which groups are taken from the queue, and who is seen to be dead."""

import asyncio
import contextlib
from collections.abc import Iterator

import procrastinate
import pytest
from procrastinate.jobs import Job
from sqlalchemy import text

from crawler.workers import liveness
from crawler.workers.job_queue import (
    CRAWL,
    QUEUED_AT_ONCE,
    WHEN_DUE,
    WHEN_UNFINISHED,
    HostsLocked,
    JobRetry,
    group_jobs,
    job_queue,
    prepare_tables,
    queue_groups,
    requeue_jobs,
)
from storage.database.engine import Database, connect
from storage.database.worker_lock import WorkerLock
from tests.support.postgresql import PostgreSQLServer

GROUPS = {"one.example": ["one"], "two.example": ["two"], "three.example": ["three"]}


@pytest.fixture
def archive(archive_url: str) -> Iterator[Database]:
    """An archive with a queue."""
    database = connect(archive_url)
    prepare_tables(database)
    yield database
    database.close()


async def job_of(queue: procrastinate.App, worker: int) -> Job:
    """Take the next job for a worker."""
    job = await queue.job_manager.fetch_job([CRAWL], worker)
    assert job is not None
    return job


def test_what_a_dead_worker_held_goes_before_what_is_only_due(archive_url: str, archive: Database) -> None:
    lock = WorkerLock(archive)

    async def cut_off() -> tuple[list[str], list[str]]:
        async with job_queue(archive_url).open_async() as queue:
            await queue_groups(queue, GROUPS, dict.fromkeys(GROUPS, WHEN_DUE))
            worker = await queue.job_manager.register_worker()
            first, second = await job_of(queue, worker), await job_of(queue, worker)
            await queue.job_manager.retry_job(first)
            assert lock.find_abandoned_jobs(()) is None  # it has connected
            left = lock.find_abandoned_jobs(())
            assert left is not None
            assert left == frozenset({(second.id, worker)})
            return [*await requeue_jobs(queue, left), str(second.lock)], [job.group for job in await group_jobs(queue)]

    (dead, held), order = asyncio.run(cut_off())
    lock.release()
    assert dead == held == order[0]
    assert len(order) == len(GROUPS)


def test_workers_that_find_a_dead_one_at_the_same_moment_lose_none_of_its_jobs(
    archive_url: str, archive: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "CERTAIN", 0.0)
    groups = {f"{number}.example": [str(number)] for number in range(20)}

    async def found_by_three() -> list[tuple[str, int]]:
        async with contextlib.AsyncExitStack() as stack:
            queues = [await stack.enter_async_context(job_queue(archive_url).open_async()) for _ in range(3)]
            await queue_groups(queues[0], groups, dict.fromkeys(groups, WHEN_DUE))
            dead = await queues[0].job_manager.register_worker()
            for _ in groups:
                await job_of(queues[0], dead)
            workers = [liveness.Liveness(archive, queue) for queue in queues]
            try:
                await asyncio.gather(*[worker.settle() for worker in workers])
            finally:
                for worker in workers:
                    worker.close()
            return [(job.state, job.priority) for job in await group_jobs(queues[0])]

    assert asyncio.run(found_by_three()) == [("waiting", WHEN_UNFINISHED)] * len(groups)


@pytest.mark.usefixtures("archive")
def test_a_job_that_waits_beside_a_dead_workers_does_not_put_it_behind_others(archive_url: str) -> None:
    async def twice() -> list[str]:
        async with job_queue(archive_url).open_async() as queue:
            await queue_groups(queue, GROUPS, dict.fromkeys(GROUPS, WHEN_DUE))
            worker = await queue.job_manager.register_worker()
            await job_of(queue, worker)
            held = await job_of(queue, worker)
            again = queue.configure_task(CRAWL, lock=held.lock, queueing_lock=held.queueing_lock, queue=CRAWL)
            await again.defer_async(sources=["two"], polled=False)
            await requeue_jobs(queue, {(int(held.id or 0), worker)})
            return [f"{job.group} {job.state}" for job in await group_jobs(queue)]

    assert asyncio.run(twice()) == ["one.example running", "two.example waiting", "three.example waiting"]


def test_a_worker_is_dead_when_its_lock_is_free_and_no_restart_of_postgresql_makes_it_so(
    archive_url: str, archive: Database, postgresql: PostgreSQLServer
) -> None:
    mine, other = WorkerLock(archive), WorkerLock(archive)

    async def hold() -> tuple[int, int, int]:
        async with job_queue(archive_url).open_async() as queue:
            await queue_groups(queue, GROUPS, dict.fromkeys(GROUPS, WHEN_DUE))
            numbers = [await queue.job_manager.register_worker() for _ in range(2)]
            jobs = [await job_of(queue, number) for number in numbers]
        mine.hold(numbers[0])
        other.hold(numbers[1])
        return int(jobs[0].id or 0), int(jobs[1].id or 0), numbers[1]

    running, others, number = asyncio.run(hold())
    assert mine.find_abandoned_jobs([running]) == other.find_abandoned_jobs([others]) == frozenset()
    assert len(mine.find_abandoned_jobs(()) or ()) == 1  # fetched, and the answer lost: nobody runs it
    postgresql.crash()
    assert mine.find_abandoned_jobs([running]) is other.find_abandoned_jobs([others]) is None
    postgresql.start()
    assert (
        mine.find_abandoned_jobs([running]) is other.find_abandoned_jobs([others]) is None
    )  # each has taken its lock again
    assert mine.find_abandoned_jobs([running]) == other.find_abandoned_jobs([others]) == frozenset()
    other.release()
    while not (left := mine.find_abandoned_jobs([running])):  # the server needs a moment to see a closed connection
        assert left is not None
    assert left == frozenset({(others, number)})
    mine.release()


@pytest.mark.usefixtures("archive")
def test_groups_are_queued_together_and_those_that_somebody_queued_meanwhile_are_left_out(archive_url: str) -> None:
    groups = {f"{number}.example": [str(number)] for number in range(QUEUED_AT_ONCE + 3)}

    more = {**dict(list(groups.items())[:10]), "another.example": ["another"]}

    async def queued_by_two() -> tuple[list[str], list[str], set[str]]:
        async with job_queue(archive_url).open_async() as first, job_queue(archive_url).open_async() as second:
            both = await asyncio.gather(
                queue_groups(first, groups, dict.fromkeys(groups, WHEN_DUE)),
                queue_groups(second, more, dict.fromkeys(more, WHEN_DUE)),
            )
            assert await queue_groups(first, more, dict.fromkeys(more, WHEN_DUE)) == []
            return *both, {job.group for job in await group_jobs(first)}

    mine, others, waiting = asyncio.run(queued_by_two())
    assert sorted([*mine, *others]) == sorted(waiting) == sorted({**groups, **more})


def test_a_queue_that_was_made_before_gets_the_index_without_which_taking_a_job_of_many_lasts_minutes(
    archive: Database,
) -> None:
    def definition() -> str:
        with archive.reading() as connection:
            asked = text(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'procrastinate' AND indexname LIKE 'kiji%'"
            )
            return str(connection.scalar(asked))

    made = definition()
    assert "(lock)" in made
    with archive.writing() as session:
        session.execute(text("DROP INDEX procrastinate.kiji_jobs_by_lock"))
    prepare_tables(archive)
    prepare_tables(archive)
    assert definition() == made


def test_one_worker_at_a_time_may_take_up_jobs_and_gives_that_right_back_however_often_it_asked(
    archive: Database,
) -> None:
    mine, other = WorkerLock(archive), WorkerLock(archive)
    mine.find_abandoned_jobs(())
    other.find_abandoned_jobs(())  # both have connected
    assert mine.begin_takeover()
    assert mine.begin_takeover()  # a look that was cut off never came to its end
    assert not other.begin_takeover()
    other.end_takeover()  # not its own
    assert not other.begin_takeover()
    mine.end_takeover()
    assert other.begin_takeover()
    mine.release()
    other.release()


def test_hosts_that_another_crawl_holds_are_tried_again_within_seconds_however_often_it_was() -> None:
    job = Job(id=1, queue=CRAWL, lock=None, queueing_lock=None, task_name=CRAWL, attempts=20)
    held, trouble = (
        JobRetry().get_retry_decision(exception=error, job=job).retry_at for error in (HostsLocked(), ValueError())
    )
    assert held is not None
    assert trouble is not None
    assert held < trouble
