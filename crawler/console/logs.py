"""Log lines for people, or on demand as JSON, one object a line, for whatever collects an operator's logs."""

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

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """``time`` (UTC, ISO 8601), ``level``, ``logger``, ``message``; ``exception`` where one is told, and extras."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line; whatever the message holds, nothing in it can break the line."""
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        entry: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: str(value) for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_text:  # all that a record has of an error in the writer's process
            entry["exception"] = record.exc_text
        elif record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


class _JsonHandler(logging.StreamHandler[Any]):
    """Ours, so that a second set-up finds the first."""


def configure(option: str | None = None) -> None:
    """Choose the format: the option beats KIJI_LOG_FORMAT; text is the default. Raises ConfigError."""
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
    """Whether log lines are JSON; then nobody else may put a handler in place."""
    return any(isinstance(handler, _JsonHandler) for handler in logging.getLogger().handlers)


def write_line(line: str, level: int = logging.ERROR) -> None:
    """Tell the operator one line on stderr, as a log line where these are JSON."""
    if is_json():
        logging.getLogger("kiji").log(level, "%s", line)
    else:
        sys.stderr.write(f"kiji: {sanitize_log_line(line)}\n")
