"""Declare how the pages are served, beside the snapshot."""

import dataclasses
from collections.abc import Callable

from storage.web.archive_writer import ArchiveWriter
from storage.web.archived import Captures
from storage.websub.callback import HubCallback

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclasses.dataclass(frozen=True, slots=True)
class Serving:
    """Who is answered, and what else is served.

    ``names`` are the hosts that are answered to, None for any. ``metrics`` gives the text of ``/metrics``, ``captures``
    the archived pages of an article, ``wacz`` the same as a file, b"" for none; without them there are no such pages.
    ``writer`` is the archive where the pages
    save watches and collections; without it they are read-only. Every request needs the ``password``, if there is one;
    requests of hubs, which ``hubs`` answers, need none. ``every_minute`` is called in a thread, the first time when the
    server listens.
    """

    names: frozenset[str] | None = LOOPBACK_NAMES
    metrics: Callable[[], str] | None = None
    captures: Captures | None = None
    wacz: Callable[[int], bytes] | None = None
    writer: ArchiveWriter | None = None
    password: str = ""
    hubs: HubCallback | None = None
    every_minute: Callable[[], None] | None = None


ALONE = Serving()
"""A snapshot on loopback, and nothing else."""
