"""Start worker processes from a fork server.

This module loads nothing itself, because the fork server is started before all else.
"""

import multiprocessing.context
import multiprocessing.forkserver
import multiprocessing.resource_tracker
import signal

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

    It begins with SIGINT and SIGTERM blocked, until ``fork_server_signals`` ignores them. That needs private parts of
    multiprocessing. With another version of Python, the public API starts the server and waits for it.
    """
    context = WorkerContext()
    is_known_version = fits(PYTHON)
    if is_known_version:
        multiprocessing.resource_tracker.ensure_running()  # which unblocks signals after it has started its process
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        if is_known_version:
            multiprocessing.forkserver.ensure_running()
        else:
            first = context.Process(target=int)
            first.start()
            first.join()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
