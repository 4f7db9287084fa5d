"""What the web did instead of answering, as a verdict and one line for the run's record."""

from typing import Literal

from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from crawler.middlewares.exceptions import Refused
from storage.visit import STATUSES

_REFUSING = frozenset({401, 403, 451})
"""The contract's: what a server forbids is ``refused``, the rest of 4xx and 5xx ``failed``."""

REASON_LIMIT = 300

_IN_PLAIN_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (DownloadTimeoutError, "no answer in time"),
    (TimeoutError, "no answer in time"),
    (ResponseDataLossError, "the answer ended before its end"),
    (DownloadCancelledError, "the answer is larger than the download cap"),
)

Verdict = Literal["refused", "failed", "unchanged"]


def known_status(status: int) -> int | None:
    """Give what an answer says as its status, None where that is none."""
    return status if status in STATUSES else None


def verdict_of_status(status: int) -> tuple[Verdict | None, str]:
    """Judge an answer by its status alone; None where its body is to be read."""
    if status not in STATUSES:
        return "failed", f"the answer's status is none of HTTP's: {status}"[:REASON_LIMIT]
    if status == 304:
        return "unchanged", "not modified"
    if 200 <= status < 300:
        return None, ""
    return ("refused" if status in _REFUSING else "failed"), f"HTTP {status}"


def verdict_of_error(error: BaseException) -> tuple[Verdict, str]:
    """Judge a request that ended in an error: ours to refuse, or the web's failure."""
    if isinstance(error, Refused):
        return "refused", error.reason
    plain = next((words for kind, words in _IN_PLAIN_WORDS if isinstance(error, kind)), "")
    error = _cause_of(error)
    said = " ".join(str(error).split())
    if plain or not said:
        return "failed", plain or type(error).__name__
    name = "" if isinstance(error, IgnoreRequest) else f"{type(error).__name__}: "
    return "failed", f"{name}{said}"[:REASON_LIMIT]


def _cause_of(error: BaseException) -> BaseException:
    """Give what Twisted found wrong with an answer; its ResponseFailed tells it in a list of Failures."""
    reasons = getattr(error.__cause__, "reasons", None)
    found = getattr(reasons[-1], "value", None) if reasons else None
    return found if isinstance(found, BaseException) else error
