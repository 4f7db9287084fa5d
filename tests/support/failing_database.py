"""``kiji`` on a database whose connections have a pragma, in every process: each imports the main module again."""

import functools
import json
import os

from sqlalchemy import event
from sqlalchemy.engine import Engine

import storage.database.engine
import storage.writer.run_writer

pragma, busy, waits = json.loads(os.environ["FAILING_DATABASE"])
event.listen(Engine, "connect", lambda connection, _record: connection.execute(f"PRAGMA {pragma}"))
storage.database.engine.BUSY_TIMEOUT = busy
storage.writer.run_writer.Archive.__init__ = functools.partialmethod(
    storage.writer.run_writer.Archive.__init__, waits=waits
)  # type: ignore[method-assign, assignment]  # as partial methods are

if __name__ == "__main__":
    import crawler.cli
    from pipelines.workers.fork_server import preload_workers

    preload_workers()
    raise SystemExit(crawler.cli.run())
