"""The contract's ``extract``: bytes in, a reading out, whatever the bytes."""

import datetime
import logging

from pipelines.extractor_version import extractor_version
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from storage.reading import Reading

logger = logging.getLogger(__name__)


def extract(html: bytes, url: str, content_type: str | None = None) -> Reading:
    """Read one page as if it had been answered now, with status 200, for ``url``.

    The result has the fields that ``kiji inspect --json`` prints. Never raises for any bytes: a page that a parser
    fails on is of kind ``unreadable``, and the failure is logged. In this process, so without time limit; see
    :class:`pipelines.workers.pool.ReadingPool` for pages from strangers.
    """
    headers = (("content-type", content_type),) if content_type is not None else ()
    raw = RawPage(url, url, html, 200, datetime.datetime.now(datetime.UTC), headers)
    try:
        return read_page(raw)
    except Exception as error:
        logger.exception("Reading %s failed.", url[:500])
        return Reading(
            url=url,
            canonical_url=url,
            kind="unreadable",
            reason=f"the parser crashed on this page: {type(error).__name__}",
            extractor_version=extractor_version(),
        )
