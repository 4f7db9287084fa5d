"""Tell what became of pages whose worker process failed."""

import concurrent.futures.process

import pebble

from pipelines.extractor_version import extractor_version
from pipelines.raw_page import RawPage
from pipelines.workers.fork_server import LOST
from storage.reading import Reading


def is_pool_lost(error: BaseException | None) -> bool:
    """Tell whether all workers are gone.

    Without their fork server, none lives, and pebble's tasks are lost.
    """
    if isinstance(error, pebble.ProcessExpired):
        return bool(error.exitcode == LOST)
    return isinstance(error, concurrent.futures.process.BrokenProcessPool)


def dismantle(broken: pebble.ProcessPool) -> None:
    """Remove the processes of a broken pool."""
    broken.stop()  # type: ignore[no-untyped-call]  # pebble leaves some methods unannotated
    broken.join()


def crash_reason(error: BaseException) -> str:
    """Say why a page could not be read, after an error of its worker."""
    reason = "the parser crashed on this page"
    return reason if isinstance(error, pebble.ProcessExpired) else f"{reason}: {type(error).__name__}"


def unreadable(raw: RawPage, reason: str) -> Reading:
    """Make the reading of a page that no worker could read."""
    return Reading(
        url=raw.url,
        canonical_url=raw.final_url,
        kind="unreadable",
        reason=reason,
        extractor_version=extractor_version(),
    )
