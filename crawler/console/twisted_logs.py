"""Have Twisted's errors logged once, and by Kiji's handlers alone."""

import logging

_VERIFYING = "while verifying certificate"  # Twisted's words, before a traceback
_begun: list[bool] = []


def quieten_twisted() -> None:
    """Keep Twisted from writing critical errors to stderr itself, beside the handler that Scrapy gives them.

    A certificate that cannot be compared with its host's name is no log line at all: the request fails, and its outcome
    says why. Such a host would write two tracebacks a connection.
    """
    if _begun:
        return
    _begun.append(True)
    from twisted.logger import globalLogBeginner  # here, since other commands do not need it

    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
    logging.getLogger("twisted").addFilter(_is_to_be_written)


def _is_to_be_written(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_VERIFYING)
