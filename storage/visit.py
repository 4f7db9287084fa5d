"""One address taken up: from the lease to what came of it."""

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

STATUSES = range(100, 1000)
"""What an HTTP status can be: three digits (RFC 9110, section 15). Servers send other numbers, of any length."""


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """A page's record that is to be appended to a WARC file: one gzip member; ``digest`` is the payload's."""

    member: bytes
    digest: str


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A page's record in the raw archive.

    ``file`` is the WARC file's name in the archive's folder, ``offset`` and ``length`` are the record's bytes in it
    (one gzip member), ``digest`` is the payload's, as it stands in the record (``sha256:`` and base32).
    """

    file: str
    offset: int
    length: int
    digest: str


@dataclasses.dataclass(frozen=True, slots=True)
class SameBytes:
    """A page whose bytes are those that were kept of it last: they are not kept again."""

    digest: str


@dataclasses.dataclass(frozen=True, slots=True)
class Lease:
    """An address that a run may ask for now, and what the last answer said of its freshness.

    ``leads_to`` is the page to which it redirected then, None where it answered itself; ``kept`` are the digests of
    the newest bytes of it in the raw archive: the same bytes are not kept twice.
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
    kept: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True)
class Visit:
    """How a leased address was met: a reading, or the reason why there is none.

    ``reading`` is None where nothing was read; ``verdict`` then says whether the web, or we, refused it (``refused``),
    it did not work (``failed``) or it has not changed since (``unchanged``: 304). A reading that is still as a worker
    pickled it is ``packed`` instead. ``status`` is the last of ``STATUSES`` that came, None where none did. ``kept`` is
    where the page's bytes lie in the raw archive, or the record that the archive puts there first; None where they are
    not kept (again). ``moved`` says that every redirect on the way was one for good (301, 308), ``retry_at`` when the
    server wants to be asked again.
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
    kept: Kept | Record | SameBytes | None = None
    moved: bool = False
    retry_at: datetime.datetime | None = None
    packed: bytes = b""

    def unpacked(self) -> "Visit":
        """The same visit with its reading."""
        if not self.packed:
            return self
        return dataclasses.replace(self, reading=pickle.loads(self.packed), packed=b"")  # noqa: S301 - by our own worker

    def __repr__(self) -> str:
        return f"<Visit {self.status} {self.final_url[:200]} {self.verdict or 'read'}>"


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """What storage made of a visit."""

    lease: Lease
    outcome: Outcome
    reason: str = ""
