"""The fork server from which worker processes come. Loads nothing itself: it is started before all else."""

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
"""The exit code that multiprocessing gives a process whose fork server died: how it ended, nobody knows any more."""


class WorkerProcess(multiprocessing.context.ForkServerProcess):
    """A process that ends the hard way: it ignores SIGTERM, and a parser hung in C would not hear it either."""

    def terminate(self) -> None:
        """Kill at once (pebble asks nicely first and then waits three seconds for every hung page)."""
        self.kill()


class WorkerContext(multiprocessing.context.ForkServerContext):
    """Workers come from a fork server: no thread or socket of the crawl is inherited, heavy imports are paid once."""

    Process = WorkerProcess

    def __init__(self) -> None:
        super().__init__()
        self.set_forkserver_preload(list(_PRELOADED))


def preload_workers() -> None:
    """Start the fork server and do not wait for it: its imports take two seconds, beside those of the command.

    It begins with SIGINT and SIGTERM blocked, until ``fork_server_start`` ignores them. That is done with private parts
    of multiprocessing; with another version of Python the server is started and waited for by the public API.
    """
    context = WorkerContext()
    known = fits(PYTHON)
    if known:
        multiprocessing.resource_tracker.ensure_running()  # which unblocks signals after it has started its process
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        if known:
            multiprocessing.forkserver.ensure_running()
        else:
            first = context.Process(target=int)
            first.start()
            first.join()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
