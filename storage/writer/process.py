"""Run transactions in a process of their own, beside the event loop.

It serves any number of runs of one database, one transaction after the other, as the database would have it anyway
(``storage.database.engine``). What it logs is logged in the process that asked. Until it is ready, and while it is
started anew after a death, whoever asks makes transactions on their own.
"""

import concurrent.futures
import concurrent.futures.process
import contextlib
import dataclasses
import itertools
import logging
import threading
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.context import BaseContext
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from storage.database.engine import Database, connect
from storage.errors import DatabaseTrouble
from storage.scope import Scope
from storage.text_rules import TextRules
from storage.visit import WarcLocation
from storage.writer.transactions import Transactions

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
_keys = itertools.count(1)


class WriterDied(DatabaseTrouble):
    """The process died within a transaction, committed or not."""

    passing = True


class WriterProcess:
    """The process and its executor.

    ``context`` starts it, and ``prepare`` is called in it before all else.
    """

    def __init__(self, url: str, context: BaseContext, prepare: Callable[[], None]) -> None:
        self._url, self._context, self._prepare = url, context, prepare
        self._lock = threading.Lock()
        self._executor: concurrent.futures.ProcessPoolExecutor | None = None
        self._up: concurrent.futures.Future[None] | None = None
        self._closed = False
        self.generation = 0

    def start(self) -> None:
        """Start the process and connect it to the database. Blocks."""
        with self._lock:
            if self._closed:
                return
            self.generation += 1
            self._executor = concurrent.futures.ProcessPoolExecutor(
                1, mp_context=self._context, initializer=self._prepare
            )
            self._up = up = self._executor.submit(_connect, self._url)
        error = up.exception()
        if error is not None and not self._closed:
            logger.warning("no process writes to the database (%s): the crawl's own does", error)

    @property
    def is_ready(self) -> bool:
        """Whether it is connected, and alive as far as known."""
        up = self._up
        return up is not None and up.done() and up.exception() is None

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in the process. Raises WriterDied; it is restarted then."""
        executor = self._executor
        if executor is None:
            raise WriterDied("the process that writes to the database is being started anew")
        try:
            return executor.submit(function, *args, **kwargs).result()
        except concurrent.futures.process.BrokenProcessPool as error:
            self._restart(executor)
            raise WriterDied(f"the process that writes to the database has died ({error})") from error

    def close(self) -> None:
        """End the process after its present work. Blocks."""
        with self._lock:
            self._closed = True
            executor, self._executor, self._up = self._executor, None, None
        if executor is not None:
            executor.shutdown()

    def _restart(self, broken: concurrent.futures.ProcessPoolExecutor | None) -> None:
        with self._lock:
            if self._closed or self._executor is not broken:
                return
            self._executor = self._up = None
        threading.Thread(target=self.start, name="writer-start", daemon=True).start()


class RemoteTransactions:
    """A run's transactions in the writer's process, as in ``Transactions``."""

    def __init__(self, writer: WriterProcess, rules: TextRules, blank_page: Callable[[WarcLocation], None]) -> None:
        self._writer, self._rules, self._blank_page = writer, rules, blank_page
        self._key = next(_keys)
        self._known_to = 0

    @property
    def is_ready(self) -> bool:
        """Whether the process takes transactions."""
        return self._writer.is_ready

    def make(
        self,
        run_id: int,
        scopes: Mapping[int, Scope],
        make: Callable[Concatenate[Transactions, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a transaction in the process, which learns of the run first. Blocks."""
        generation = self._writer.generation
        if generation != self._known_to:
            self._writer.call(_adopt, self._key, run_id, dict(scopes), self._rules, self._blank_page)
            self._known_to = generation
        level = logging.getLogger().getEffectiveLevel()
        return self._writer.call(_make, level, self._key, make, args, kwargs).given()

    def close(self) -> None:
        """Remove the run from the process."""
        if self._known_to == self._writer.generation and self._writer.is_ready:
            with contextlib.suppress(WriterDied):
                self._writer.call(_forget, self._key)


@dataclasses.dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    """What a transaction returned or raised, and what it logged."""

    value: T | None
    error: Exception | None
    trace: str
    records: list[dict[str, object]]

    def given(self) -> T:
        for fields in self.records:
            record = logging.makeLogRecord(fields)
            if (of_its_name := logging.getLogger(record.name)).isEnabledFor(record.levelno):
                of_its_name.handle(record)
        if self.error is not None:
            raise self.error from _InTheWriter(self.trace)
        return self.value  # type: ignore[return-value]  # where there was no error


class _InTheWriter(Exception):
    """Carries the traceback of an error in the process."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


# What follows is called in the process alone.


class _Noted(logging.Handler):
    """Collects log records that can be pickled."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[dict[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        fields = vars(record) | {"msg": record.getMessage(), "args": None, "exc_info": None}
        if record.exc_info and not record.exc_text:
            fields["exc_text"] = logging.Formatter().formatException(record.exc_info)
        self.records.append(fields)

    def taken(self) -> list[dict[str, object]]:
        records, self.records = self.records, []
        return records


_noted = _Noted()
_databases: list[Database] = []
_runs: dict[int, Transactions] = {}


def _connect(url: str) -> None:
    root = logging.getLogger()
    root.handlers[:] = [_noted]
    _databases[:] = [connect(url)]


def _adopt(
    key: int, run_id: int, scopes: dict[int, Scope], rules: TextRules, blank_page: Callable[[WarcLocation], None]
) -> None:
    _runs[key] = Transactions(_databases[0], rules, blank_page, run_id=run_id, scopes=scopes)


def _forget(key: int) -> None:
    _runs.pop(key, None)


def _make(
    level: int,
    key: int,
    make: Callable[..., T],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> _Answer[T]:
    logging.getLogger().setLevel(level)
    if key not in _runs:
        raise WriterDied("the process that writes to the database was started anew")
    try:
        value, error, trace = make(_runs[key], *args, **kwargs), None, ""
    except Exception as raised:  # noqa: BLE001 - it is for whoever asked
        value, error, trace = None, raised, traceback.format_exc()
    return _Answer(value, error, trace, _noted.taken())
