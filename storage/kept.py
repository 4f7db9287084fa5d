"""What is kept of a page's bytes: its record, and its place in a WARC file as the database's index knows it."""

import dataclasses


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
