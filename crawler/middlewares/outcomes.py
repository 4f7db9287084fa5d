"""Turn HTTP statuses and errors into verdicts with a reason."""

import re
from typing import Literal

from crawler.middlewares.error_words import words_of_error
from crawler.middlewares.exceptions import Refused
from storage.visit import PAYMENT_REQUIRED, STATUSES

_REFUSING = frozenset({401, 403, 451})
"""The contract's: what a server forbids is ``refused``, the rest of 4xx and 5xx ``failed``."""

_PARTIAL_CONTENT = 206
_SENT_RANGE = re.compile(r"bytes 0-(\d{1,18})/(\d{1,18})", re.IGNORECASE)
"""Of RFC 9110, section 14.4: the first and the last byte that were sent, and the number of all."""

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


def is_partial(status: int, content_range: str) -> bool:
    """Tell whether an answer is a part of a page. Some caches call all of it one; then it is none."""
    sent = _SENT_RANGE.fullmatch(content_range.strip())
    return status == _PARTIAL_CONTENT and (sent is None or int(sent[1]) + 1 != int(sent[2]))


def verdict_of_error(error: BaseException) -> tuple[Verdict, str]:
    """Return the verdict on an error: a refusal of ours, or a failure of the site."""
    if isinstance(error, Refused):
        return "refused", error.reason
    return "failed", words_of_error(error)[:REASON_LIMIT]
