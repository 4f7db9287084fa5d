"""Retry transactions while an error may pass."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from storage.database.engine import Database
from storage.errors import DatabaseBusy, DatabaseError, DatabaseTrouble

logger = logging.getLogger(__name__)

WAITS = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each further try. Half a minute sees a PostgreSQL server through its restart; on SQLite each try
waits for ``storage.database.engine.BUSY_TIMEOUT`` besides."""

T = TypeVar("T")


class TransactionRetry:
    """Retries the transactions of one run. Blocks: use it on its own thread.

    Once the trouble has stayed too long, or is of a kind that does not pass, ``trouble`` says so in one line and
    every further transaction fails at once, but the one that closes the run, which is tried once.
    """

    def __init__(self, database: Database, waits: Sequence[float] = WAITS) -> None:
        self._database = database
        self._waits = waits
        self._stopping = threading.Event()
        self._ended: DatabaseError | None = None

    @property
    def trouble(self) -> str:
        """What ended all writing; empty while the database works."""
        return str(self._ended or "")

    def stop(self) -> None:
        """End every wait; nothing is retried from now on."""
        self._stopping.set()

    def run(self, transaction: Callable[[], T], again: Callable[[], T] | None = None, *, last: bool = False) -> T:
        """Run a transaction until it is committed; return its result.

        ``again`` is made instead after a failed try, where it matters that the try may have been committed without
        our hearing of it. Raises DatabaseTrouble when trouble stays, and DatabaseBusy where another crawl has
        taken the database over meanwhile. Any other error is a mistake of ours that no later transaction would
        survive either: it is logged whole, and ends the writing as trouble of its own.
        """
        if self._ended is not None and not last:
            raise type(self._ended)(self.trouble)
        waits = iter(() if self._ended is not None else self._waits)
        tried = False
        while True:
            try:
                if tried:
                    self._database.renew()
                return again() if tried and again else transaction()
            except DatabaseTrouble as trouble:
                wait = next(waits, None) if trouble.passing else None
                if wait is None or self._stopping.is_set():
                    self._ended = self._ended or trouble
                    raise
                logger.warning("%s (trying again in %g s)", trouble, wait)
                self._stopping.wait(wait)
                tried = True
            except DatabaseBusy as taken:
                self._ended = self._ended or taken
                raise
            except Exception as error:
                logger.exception("a transaction failed")
                message = " ".join(str(error).split())[:300]
                self._ended = DatabaseTrouble(f"database {self._database.url}: {type(error).__name__}: {message}")
                raise self._ended from error
