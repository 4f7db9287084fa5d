"""``kiji`` on a database whose connections have a pragma, in every process: each imports the main module again."""

import functools
import json
import os

from sqlalchemy import event
from sqlalchemy.engine import Engine

import storage.database.engine
from storage.writer.run_writer import RunWriter

pragma, busy, waits = json.loads(os.environ["FAILING_DATABASE"])
event.listen(Engine, "connect", lambda connection, _record: connection.execute(f"PRAGMA {pragma}"))
storage.database.engine.BUSY_TIMEOUT = busy
RunWriter.__init__ = functools.partialmethod(RunWriter.__init__, waits=waits)  # type: ignore[method-assign, assignment]  # as partial methods are

if __name__ == "__main__":
    import crawler.cli
    from pipelines.workers.fork_server import preload_workers

    preload_workers()
    raise SystemExit(crawler.cli.run())
