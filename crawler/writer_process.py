"""Set up the process that writes to the database.

The process imports this module, so keep its imports few.
"""

import functools

from crawler.console.log_records import sanitize_logs
from pipelines.additions import Additions, current_additions, set_additions
from pipelines.workers.fork_server import WorkerContext
from pipelines.workers.process import follow_parent
from storage.writer.process import WriterProcess


def writer_for(database_url: str) -> WriterProcess:
    """Return the writer process of a database, not started yet."""
    return WriterProcess(database_url, WorkerContext(), functools.partial(_prepare, current_additions()))


def _prepare(additions: Additions) -> None:
    follow_parent()
    sanitize_logs()
    set_additions(additions)
