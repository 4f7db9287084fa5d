"""Log records whose messages and tracebacks are harmless, whoever formats them."""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

from crawler.sanitize import sanitize_log_line


class SanitizedRecord(logging.LogRecord):
    """A log record that no formatter can make harmful: each asks it for its message, and takes its traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:
            self.exc_text = _lines("".join(traceback.format_exception(*self.exc_info)))

    def getMessage(self) -> str:  # noqa: N802 - the parent's name
        """As the parent, escaped."""
        return sanitize_log_line(super().getMessage())


def sanitize_logs() -> None:
    """Have every record from now on made so, in this process, and every traceback that ends it."""
    logging.setLogRecordFactory(SanitizedRecord)
    sys.excepthook = _tell_end


def _tell_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(_lines("".join(traceback.format_exception(kind, error, trace))) + "\n")


def _lines(text: str) -> str:
    return "\n".join(map(sanitize_log_line, text.rstrip("\n").split("\n")))
