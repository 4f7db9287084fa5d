"""Describe what the pages show of an article's archived pages."""

import dataclasses
import datetime
from collections.abc import Callable, Sequence


@dataclasses.dataclass(frozen=True, slots=True)
class Capture:
    """A page as it was fetched.

    ``file``, ``offset`` and ``length`` place its record in the raw archive, ``digest`` is that of the page's bytes as
    the index has it. ``error`` says why the bytes cannot be shown, "" where they can; ``is_intact`` whether they have
    the digest. ``html`` is safe to show (nothing in it runs or is fetched).
    """

    url: str
    fetched_at: datetime.datetime
    digest: str
    file: str
    offset: int
    length: int
    status: int = 0
    content_type: str = ""
    is_intact: bool = False
    html: str = ""
    error: str = ""


Captures = Callable[[int], Sequence[Capture]]
"""Reads the captures of an article, the oldest first. Raises DatabaseError."""

FROZEN = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    )
)
"""The policy of an archived page itself: no script, no file, no form, its own inline styles only."""
