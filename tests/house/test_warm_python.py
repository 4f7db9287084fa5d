"""A program in a warm Python is in a process of its own, as the tests of the command take for granted."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.support import warm_python

PROGRAM = """
import multiprocessing, os, sys, threading
print(sys.argv[1:], os.getcwd(), sorted(os.environ), sys.stdin.read(), threading.active_count(), __name__)
print("told", file=sys.stderr)
print(sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:3], "twisted.internet.reactor" in sys.modules)
sys.exit(7)
"""


def test_it_has_its_own_arguments_folder_environment_descriptors_and_code(tmp_path: Path) -> None:
    done = warm_python.run("-c", PROGRAM, "one", "two", folder=tmp_path, environment={"ONLY": "this"}, given="words")
    assert done.stdout.splitlines() == [
        f"['one', 'two'] {tmp_path} ['ONLY'] words 1 __main__",
        "[0, 1, 2] False",
    ]
    assert (done.stderr, done.returncode) == ("told\n", 7)


def test_what_it_raises_is_told_and_a_signal_is_its_end(tmp_path: Path) -> None:
    done = warm_python.run("-c", "1 / 0", folder=tmp_path, environment={})
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "ZeroDivisionError: division by zero")
    waiting = warm_python.start("-c", "import signal; signal.pause()", folder=tmp_path, environment={})
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(0.01)
    waiting.send_signal(signal.SIGTERM)
    assert waiting.wait(30) == -signal.SIGTERM


def test_its_worker_processes_are_its_own_and_end_with_it(tmp_path: Path) -> None:
    program = """
import os, sys
from pipelines.workers.fork_server import WorkerContext, preload_workers
preload_workers()
import concurrent.futures
with concurrent.futures.ProcessPoolExecutor(1, mp_context=WorkerContext()) as pool:
    worker, above = pool.submit(os.getpid).result(), pool.submit(os.getppid).result()
print(worker != os.getpid() != above, "trafilatura" in sys.modules)
"""
    done = warm_python.run("-c", program, folder=tmp_path, environment={})
    assert (done.stdout, done.stderr) == ("True True\n", "")
