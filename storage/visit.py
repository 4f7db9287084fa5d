"""Define leases, visits and their results."""

import dataclasses
import datetime
import pickle
from typing import Literal

from storage.reading import Reading

Outcome = Literal["new", "updated", "unchanged", "copy", "not_article", "refused", "failed"]
Via = Literal["start", "listing", "entry", "related", "site"]

EARLIER = "an earlier wording"
"""The reason of a page that is older than the stored version."""

BUDGET_REASON = "budget: max_pages reached"
"""The reason of an address that was refused because the run's budget was used up."""

MADE_UP_REASON = "made for crawlers: only pages like the one that links here link to each other"
"""The reason of an address that was refused because it was found in pages without end."""

STATUSES = range(100, 1000)
"""What an HTTP status can be: three digits (RFC 9110, section 15). Servers send other numbers, of any length."""

PAYMENT_REQUIRED = 402
"""Pay per crawl: no fault of the server's (RFC 9110, section 15.5.3), so asking again changes nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """A WARC record to append: one gzip member, and the payload's digest."""

    member: bytes
    digest: str


@dataclasses.dataclass(frozen=True, slots=True)
class WarcLocation:
    """Where a page's record is in the raw archive.

    ``file`` is the WARC file's name in the raw archive's folder, ``offset`` and ``length`` are the record's bytes in it
    (one gzip member), ``digest`` is the payload's, as in the record (``sha256:`` and base32).
    """

    file: str
    offset: int
    length: int
    digest: str


@dataclasses.dataclass(frozen=True, slots=True)
class SameBytes:
    """A page with the bytes archived last; they are not archived again."""

    digest: str


@dataclasses.dataclass(frozen=True, slots=True)
class Lease:
    """An address that a run may ask for now, with its validators.

    ``leads_to`` is the page to which it redirected then, None where it answered itself; ``digests`` are those of
    the newest bytes of it in the raw archive: the same bytes are not kept twice. ``in_feed`` says that a feed or a news
    sitemap lists it, ``feed_date``, ``feed_title`` and ``feed_authors`` what that feed says of it.
    """

    address_id: int
    run_id: int
    source_id: int
    source: str
    url: str
    host: str
    depth: int
    via: Via
    etag: str | None = None
    last_modified: str | None = None
    leads_to: str | None = None
    digests: frozenset[str] = frozenset()
    in_feed: bool = False
    feed_date: datetime.datetime | None = None
    feed_title: str = ""
    feed_authors: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Visit:
    """The answer to a lease: a reading, or the reason why there is none.

    ``reading`` is None where nothing was read. ``verdict`` then says whether the server, or a rule of ours, refused it
    (``refused``), it did not work (``failed``) or it has not changed since (``unchanged``: 304). A reading that is
    still pickled, as a worker sends it, is ``packed`` instead. ``status`` is the last of ``STATUSES`` that came, None
    where none did. ``record`` is the location of the page's bytes in the raw archive, or the record that is to be
    written there; None where they are not archived (again). ``moved`` says that every redirect on the way was a
    permanent one (301, 308), ``retry_at`` when the server wants to be asked again.
    """

    lease: Lease
    final_url: str
    fetched_at: datetime.datetime
    status: int | None = None
    reading: Reading | None = None
    verdict: Literal["refused", "failed", "unchanged"] | None = None
    reason: str = ""
    etag: str | None = None
    last_modified: str | None = None
    record: WarcLocation | Record | SameBytes | None = None
    moved: bool = False
    retry_at: datetime.datetime | None = None
    packed: bytes = b""

    def unpack(self) -> "Visit":
        """Give the same visit with its reading unpickled."""
        if not self.packed:
            return self
        return dataclasses.replace(self, reading=pickle.loads(self.packed), packed=b"")  # noqa: S301 - by our own worker

    def __repr__(self) -> str:
        return f"<Visit {self.status} {self.final_url[:200]} {self.verdict or 'read'}>"


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a stored visit."""

    lease: Lease
    outcome: Outcome
    reason: str = ""
