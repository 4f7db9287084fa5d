"""Turn HTTP statuses and errors into verdicts with a reason."""

from typing import Literal

from crawler.middlewares.error_words import words_of_error
from crawler.middlewares.exceptions import Refused
from storage.visit import PAYMENT_REQUIRED, STATUSES

_REFUSING = frozenset({401, 403, 451})
"""The contract's: what a server forbids is ``refused``, the rest of 4xx and 5xx ``failed``."""

REASON_LIMIT = 300

Verdict = Literal["refused", "failed", "unchanged"]


def known_status(status: int) -> int | None:
    """Return the HTTP status of an answer; None if it is not a valid one."""
    return status if status in STATUSES else None


def verdict_of_status(status: int) -> tuple[Verdict | None, str]:
    """Return the verdict on a status; None if the body is to be read."""
    if status not in STATUSES:
        return "failed", f"the server sent the status {status}, which HTTP does not have"[:REASON_LIMIT]
    if status == 304:
        return "unchanged", "not modified"
    if 200 <= status < 300:
        return None, ""
    reason = f"HTTP {status}" + ": payment required; not asked for again" * (status == PAYMENT_REQUIRED)
    return ("refused" if status in _REFUSING else "failed"), reason


def verdict_of_error(error: BaseException) -> tuple[Verdict, str]:
    """Return the verdict on an error: a refusal of ours, or a failure of the site."""
    if isinstance(error, Refused):
        return "refused", error.reason
    return "failed", words_of_error(error)[:REASON_LIMIT]
