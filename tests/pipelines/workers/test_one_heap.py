"""Threads share one heap, so that what one has freed serves the others."""

import platform
import subprocess
import sys

import pytest

COMMAND = """
import ctypes, os, sys, tempfile, threading
from pipelines.workers.fork_server import preload_workers
if sys.argv[1] == "crawl":
    preload_workers()
together, libc = threading.Barrier(4), ctypes.CDLL(None)
def allocate():
    together.wait()
    kept.append([bytes(2_000) for _ in range(1_000)])
kept, threads = [], [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.fdopen.restype = ctypes.c_void_p
with tempfile.TemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fdopen(os.dup(file.fileno()), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    file.seek(0)
    print(file.read().count(b"<heap nr="))
"""


def heaps(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", COMMAND, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has heaps of threads")
def test_threads_of_a_crawl_share_one_heap() -> None:
    assert heaps("none") > 1, "threads share a heap anyway"
    assert heaps("crawl") == 1
