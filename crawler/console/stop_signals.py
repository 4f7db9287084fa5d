"""Stop on SIGINT and SIGTERM: in order at the first, at once at the second."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, Self, cast

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

GRACE = 20.0
"""Seconds in which a crawl that was told to stop finishes what is in flight. Service managers kill after 30 or 90."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """Base of both kinds. ``number`` is the number of the first signal, 0 before it."""

    def __init__(self) -> None:
        self.number = 0

    def came(self) -> bool:
        """Return whether the work is to stop."""
        return self.number != 0

    def _take(self, number: int) -> None:
        if self.number:
            self._end(number)
            return
        self.number = number
        self._stop()

    def _stop(self) -> None:
        """Begin to stop; called at the first signal."""

    def _end(self, number: int) -> None:
        """End at once; called at the second signal."""
        raise NotImplementedError


class BlockingStopSignals(StopSignals):
    """Context manager for work that blocks the main thread and checks ``came()``.

    The second signal ends the process. The database stays consistent: a batch is one transaction, with its position.
    """

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._take(number)

    def _end(self, number: int) -> None:
        os._exit(128 + number)


class LoopStopSignals(StopSignals):
    """Handler for work on the event loop.

    The first signal calls ``stop``, which takes no new work. ``GRACE`` seconds later, or at the second signal, ``end``
    is called, which stops the loop. Further signals are ignored while the runs are closed.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, stop: Callable[[], None], end: Callable[[], None]) -> None:
        super().__init__()
        self._loop, self._call_stop, self._call_end = loop, stop, end
        for number in SIGNALS:
            loop.add_signal_handler(number, self._take, number)

    def _stop(self) -> None:
        self._call_stop()
        self._loop.call_later(GRACE, self._end, self.number)

    def _end(self, _number: int) -> None:
        for number in SIGNALS:
            self._loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)
        self._call_end()


def stop_reactor() -> None:
    """Stop the reactor, where it runs.

    An ``end`` of LoopStopSignals for Scrapy's crawls.
    """
    from twisted.internet import error, reactor  # here, since importing it chooses the reactor

    with contextlib.suppress(error.ReactorNotRunning):
        cast("ReactorBase", reactor).stop()
