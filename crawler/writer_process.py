"""The process that writes for the crawls of this one. Imported there, too: it loads little."""

from crawler.console.log_records import sanitize_logs
from pipelines.workers.fork_server import WorkerContext
from pipelines.workers.process import follow_parent
from storage.writer.process import WriterProcess


def writer_for(database_url: str) -> WriterProcess:
    """Give a writer for a database; it is not started yet."""
    return WriterProcess(database_url, WorkerContext(), _prepare)


def _prepare() -> None:
    follow_parent()
    sanitize_logs()
