"""The pool gives every page a reading, whatever the page does to its worker."""

import asyncio
import concurrent.futures
import datetime
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from pipelines.raw_page import RawPage
from pipelines.workers.pool import ReadingPool, read_in_order

NOW = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
READERS = "tests.support.slow_readers:read"


def page(body: str | bytes) -> RawPage:
    return RawPage(
        "https://news.example/1", "https://news.example/1", body if isinstance(body, bytes) else body.encode(), 200, NOW
    )


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(max_workers=2, time_limit=1.5, memory_limit=1024**3, read=READERS, timezone="Asia/Seoul") as pool:
        yield pool


def test_a_page_is_read_in_another_process_with_the_zone_of_the_crawl(pool: ReadingPool) -> None:
    assert pool.submit(page("hello")).result().text == "hello Asia/Seoul"
    assert int(pool.submit(page("pid")).result().text) != os.getpid()


@pytest.mark.parametrize("deed", ["exit", "segfault"])
def test_a_page_that_kills_its_worker_is_unreadable_and_its_neighbours_are_read(pool: ReadingPool, deed: str) -> None:
    futures = [pool.submit(page(deed if n == 3 else f"good {n}")) for n in range(8)]
    readings = [future.result() for future in futures]
    assert [reading.kind for reading in readings] == ["article"] * 3 + ["unreadable"] + ["article"] * 4
    assert readings[3].reason == "the parser crashed on this page"
    assert readings[3].url == "https://news.example/1"


@pytest.mark.parametrize("deed", ["exit", "fail", "spin"])
def test_pages_that_are_handed_out_together_fail_alone(pool: ReadingPool, deed: str) -> None:
    before = [pool.submit(page("sleep 0.2")) for _ in range(4)]
    futures = [pool.submit(page(deed if n in (1, 6) else f"good {n}")) for n in range(8)]
    kinds = [future.result().kind for future in futures]
    assert kinds == ["unreadable" if n in (1, 6) else "article" for n in range(8)]
    assert {future.result().kind for future in before} == {"article"}


def test_pages_that_wait_are_handed_out_together() -> None:
    with ReadingPool(max_workers=1, max_tasks=2, read=READERS) as pool:
        pool.submit(page("sleep 0.3"))
        futures = [pool.submit(page("pid")) for _ in range(13)]
        pids = {future.result().text for future in futures}
    assert len(pids) <= 4  # one at a time would take seven processes


def test_a_page_that_hangs_its_parser_is_given_up_after_the_time_limit(pool: ReadingPool) -> None:
    hanging, good = pool.submit(page("spin")), pool.submit(page("good"))
    assert good.result().kind == "article"
    assert hanging.result().kind == "unreadable"
    assert hanging.result().reason == "the parser ran longer than 1.5 s"


def test_a_page_that_eats_memory_is_unreadable_and_leaves_the_machine_alone(pool: ReadingPool) -> None:
    reading = pool.submit(page("bomb")).result()
    assert (reading.kind, reading.reason) == ("unreadable", "the parser crashed on this page: MemoryError")
    assert pool.submit(page("good")).result().kind == "article"


def test_an_error_in_a_rule_costs_its_page_only_and_is_logged(
    pool: ReadingPool, caplog: pytest.LogCaptureFixture
) -> None:
    reading = pool.submit(page("fail")).result()
    assert (reading.kind, reading.reason) == ("unreadable", "the parser crashed on this page: ValueError")
    assert "a bug in a rule" in caplog.text


def test_readings_come_in_the_order_of_the_pages(pool: ReadingPool) -> None:
    bodies = ["sleep 0.2", "exit", "b", "sleep 0.1", *(str(n) for n in range(20))]
    texts = [reading.text for reading in read_in_order(map(page, bodies), pool)]
    assert texts == ["" if body == "exit" else f"{body} Asia/Seoul" for body in bodies]


def test_a_coroutine_can_wait_for_a_page(pool: ReadingPool) -> None:
    async def read() -> str:
        return (await asyncio.wrap_future(pool.submit(page("from asyncio")))).text

    assert asyncio.run(read()) == "from asyncio Asia/Seoul"


def test_workers_killed_from_outside_while_idle_are_replaced(pool: ReadingPool) -> None:
    for _ in range(2):
        os.kill(int(pool.submit(page("pid")).result().text), signal.SIGKILL)
        futures = [pool.submit(page(f"good {n}")) for n in range(6)]
        assert [future.result().kind for future in futures] == ["article"] * 6


def test_workers_do_not_hear_the_signals_that_stop_a_crawl(pool: ReadingPool) -> None:
    worker = int(pool.submit(page("pid")).result().text)
    os.kill(worker, signal.SIGTERM)
    os.kill(worker, signal.SIGINT)
    assert {pool.submit(page(f"good {n}")).result().kind for n in range(4)} == {"article"}
    assert psutil.pid_exists(worker)


def test_a_worker_is_replaced_after_its_number_of_pages() -> None:
    with ReadingPool(max_workers=1, max_tasks=2, read=READERS) as pool:
        pids = [pool.submit(page("pid")).result().text for _ in range(5)]
    assert len(set(pids)) == 3


def test_closing_gives_up_unfinished_pages_and_leaves_no_process() -> None:
    with ReadingPool(max_workers=1, read=READERS) as pool:
        worker = psutil.Process(int(pool.submit(page("pid")).result().text))
        hanging, waiting = pool.submit(page("spin")), pool.submit(page("good"))
    for future in (hanging, waiting):
        with pytest.raises(concurrent.futures.CancelledError):
            future.result()
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(page("late"))


CRAWL = """
import datetime, sys
from pipelines.raw_page import RawPage
from pipelines.workers.pool import ReadingPool
if __name__ == "__main__":
    pool = ReadingPool(max_workers=2, read="tests.support.slow_readers:read", time_limit=1.0)
    url, now = "https://a.example/", datetime.datetime.now(datetime.UTC)
    page = lambda body: RawPage(url, url, body, 200, now)
    print(pool.submit(page(b"pid")).result().text, flush=True)
    pool.submit(page(b"spin"))
    print(pool.submit(page(b"pid")).result().text, flush=True)
    sys.stdin.read()
"""


def test_workers_die_with_a_crawl_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CRAWL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as crawl:
        assert crawl.stdout is not None
        pids = {int(crawl.stdout.readline()), int(crawl.stdout.readline())}
        family = psutil.Process(crawl.pid).children(recursive=True)
        assert pids & {one.pid for one in family}  # a worker may have been replaced meanwhile
        crawl.kill()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []


def test_a_page_of_sixty_thousand_paragraphs_costs_the_real_reader_its_time_limit_only() -> None:
    hostile = (
        b"<html><body>" + b"<p>The ferry sails again from Monday, its owner said.</p>" * 60_000 + b"</body></html>"
    )
    with ReadingPool(max_workers=1, time_limit=1.0) as pool:
        trapped, good = pool.submit(page(hostile)), pool.submit(page(b"<p>hello</p>"))
        assert good.result().kind == "other"
        assert (trapped.result().kind, trapped.result().reason) == ("unreadable", "the parser ran longer than 1 s")
