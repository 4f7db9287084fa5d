"""Start worker processes from a fork server.

This module loads nothing itself, because the fork server is started before all else.
"""

import contextlib
import multiprocessing.context
import multiprocessing.forkserver
import multiprocessing.resource_tracker
import multiprocessing.util
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.workers.one_heap import share_one_heap
from storage.library_versions import PYTHON, fits

_PRELOADED = (
    "pipelines.workers.fork_server_signals",  # first: what follows takes two seconds
    *("pipelines.workers.process", "pipelines.text_rules", "storage.writer.process", "pipelines.workers.preload"),
)

LOST = 255
"""The exit code that multiprocessing gives a process whose fork server died: how it ended is unknown then."""


class WorkerProcess(multiprocessing.context.ForkServerProcess):
    """A worker process, which is always killed.

    It ignores SIGTERM, and so does a parser that hangs in C.
    """

    def terminate(self) -> None:
        """Kill at once.

        Pebble would first wait three seconds for every hung page.
        """
        self.kill()


class WorkerContext(multiprocessing.context.ForkServerContext):
    """A context whose workers are forked by the fork server.

    They inherit no thread or socket of the crawl, and heavy imports happen once.
    """

    Process = WorkerProcess

    def __init__(self) -> None:
        super().__init__()
        self.set_forkserver_preload(list(_PRELOADED))


def preload_workers() -> None:
    """Start the fork server without waiting for its two seconds of imports.

    It is a fork of this process and has what is imported here already: a tenth of a small crawl's CPU is saved. It
    begins with SIGINT and SIGTERM blocked, until ``fork_server_signals`` ignores them. Both need private parts of
    multiprocessing. With another version of Python, the public API starts the server and waits for it.
    """
    share_one_heap()
    context = WorkerContext()
    is_known_version = fits(PYTHON)
    if is_known_version:
        multiprocessing.resource_tracker.ensure_running()  # which unblocks signals after it has started its process
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        if is_known_version:
            with _forking():
                multiprocessing.forkserver.ensure_running()
        else:
            first = context.Process(target=int)
            first.start()
            first.join()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _forking() -> Iterator[None]:
    """Let multiprocessing fork its server instead of starting another Python, where this process has one thread."""
    spawn = multiprocessing.util.spawnv_passfds
    if _has_one_thread():
        multiprocessing.util.spawnv_passfds = _fork  # type: ignore[assignment]  # the names of its parameters
    try:
        yield
    finally:
        multiprocessing.util.spawnv_passfds = spawn


def _has_one_thread() -> bool:
    """Return whether no lock can be held by a thread that a fork would not have. Libraries start threads, too."""
    tasks = Path("/proc/self/task")  # Linux
    return tasks.is_dir() and len(list(tasks.iterdir())) == 1


def _fork(_path: bytes, arguments: Sequence[Any], kept: Sequence[int]) -> int:
    """Fork, and run what ``python … -c TEXT`` would run; return the fork's process id.

    The fork has only ``kept`` and the standard descriptors, and ends without what is registered for this process's end.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with contextlib.suppress(OSError):  # nobody reads it
            stream.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _close_all_but(0, 1, 2, *kept)
        Path("/proc/self/comm").write_text("forkserver", encoding="ascii")
        exec(arguments[-1], {"__name__": "__main__"})  # noqa: S102 - multiprocessing's own
        code = 0
    except SystemExit:
        code = 0
    except BaseException as error:  # noqa: BLE001 - printed as the end of an interpreter prints it
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        os._exit(code)


def _close_all_but(*kept: int) -> None:
    low = 0
    for descriptor in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        if low < descriptor:  # of an empty range, close_range(2) is asked to close everything
            os.closerange(low, descriptor)
        low = descriptor + 1
