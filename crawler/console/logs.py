"""Write log lines as text or as JSON, one object a line."""

import datetime
import json
import logging
import os
import sys
from typing import Any, Literal

from crawler.config.errors import ConfigError
from crawler.console.log_records import sanitize_logs
from crawler.sanitize import sanitize_log_line

LogFormat = Literal["text", "json"]
VARIABLE = "KIJI_LOG_FORMAT"
FORMATS = ("text", "json")
TIMES = "KIJI_LOG_TIMES"
"""The variable that puts the local time before each line; kiji schedule sets it for cron."""

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Formats time (UTC, ISO 8601), level, logger, message, extras and exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, which no message can break."""
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        entry: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: str(value) for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_text:  # a record of the writer's process has only this of an error
            entry["exception"] = record.exc_text
        elif record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


class _JsonHandler(logging.StreamHandler[Any]):
    """Our handler, recognized by its class when logging is configured again."""


def configure(option: str | None = None) -> None:
    """Choose the format by the option, else KIJI_LOG_FORMAT, else text.

    Raises ConfigError.
    """
    sanitize_logs()
    chosen = option or os.environ.get(VARIABLE) or "text"
    if chosen not in FORMATS:
        where = "--log-format" if option else VARIABLE
        raise ConfigError([f"{where}: {chosen!r} is not allowed; allowed: text or json"])
    if chosen == "json" and not is_json():
        handler = _JsonHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        handler.setLevel(logging.WARNING)
        logging.getLogger().addHandler(handler)
        os.environ[VARIABLE] = "json"  # for processes that are started from here


def is_json() -> bool:
    """Return whether log lines are JSON. Then no other handler may be installed."""
    return any(isinstance(handler, _JsonHandler) for handler in logging.getLogger().handlers)


def write_line(line: str, level: int = logging.ERROR) -> None:
    """Write one line for the operator to stderr, in the format of the logs."""
    if is_json():
        logging.getLogger("kiji").log(level, "%s", line)
    else:
        moment = f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S} " if os.environ.get(TIMES) else ""  # noqa: DTZ005 - local
        sys.stderr.write(f"{moment}kiji: {sanitize_log_line(line)}\n")
