"""SIGINT and SIGTERM for work on the main thread: finish what is in hand, then stop."""

import os
import signal
from types import FrameType
from typing import Any, Self


class StopSignals:
    """Takes SIGINT and SIGTERM: the first asks for a stop after what is in hand, the second ends it at once.

    At once is consistent too: a batch is stored whole, with its place, or not at all. ``number`` is the first
    signal's, else 0.
    """

    def __init__(self) -> None:
        self.number = 0
        self._before: dict[signal.Signals, Any] = {}

    def came(self) -> bool:
        """Whether the work is to stop."""
        return self.number != 0

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self.number:
            os._exit(128 + number)
        self.number = number
