"""The order in which groups are taken from the queue."""

import asyncio

from crawler.jobs import CRAWL, WHEN_DUE, group_jobs, job_queue, prepare, queue_groups, retry_stalled
from storage.database import connect


def test_what_a_dead_worker_held_goes_before_what_is_only_due(archive_url: str) -> None:
    database = connect(archive_url)
    prepare(database)
    database.close()
    groups = {"one.example": ["one"], "two.example": ["two"], "three.example": ["three"]}

    async def cut_off() -> tuple[list[str], list[str]]:
        async with job_queue(archive_url).open_async() as queue:
            await queue_groups(queue, groups, dict.fromkeys(groups, WHEN_DUE))
            jobs, worker = queue.job_manager, await queue.job_manager.register_worker()
            first, second = await jobs.fetch_job([CRAWL], worker), await jobs.fetch_job([CRAWL], worker)
            assert first is not None
            assert second is not None
            await jobs.retry_job(first)
            dead = await retry_stalled(queue, -1)
            return [*dead, str(second.lock)], [job.group for job in await group_jobs(queue)]

    (dead, held), order = asyncio.run(cut_off())
    assert dead == held == order[0]
    assert len(order) == len(groups)
