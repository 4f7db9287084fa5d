"""Sanitize the messages and tracebacks of log records, for every formatter."""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

from crawler.sanitize import sanitize_log_line


class SanitizedRecord(logging.LogRecord):
    """A log record that gives every formatter a sanitized message and traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:
            self.exc_text = _lines("".join(traceback.format_exception(*self.exc_info)))

    def getMessage(self) -> str:  # noqa: N802 - the parent's name
        """Return the parent's message, escaped."""
        return sanitize_log_line(super().getMessage())


def sanitize_logs() -> None:
    """Sanitize further log records of this process, and its last traceback."""
    logging.setLogRecordFactory(SanitizedRecord)
    sys.excepthook = _print_traceback


def _print_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(_lines("".join(traceback.format_exception(kind, error, trace))) + "\n")


def _lines(text: str) -> str:
    return "\n".join(map(sanitize_log_line, text.rstrip("\n").split("\n")))
