"""Extract one page by the contract's ``extract``. Never raises."""

import datetime
import logging

from pipelines.extractor_version import extractor_version
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from storage.reading import Reading

logger = logging.getLogger(__name__)


def extract(html: bytes, url: str, content_type: str | None = None) -> Reading:
    """Read one page as if ``url`` had just answered with status 200.

    The result has the fields that ``kiji inspect --json`` prints. Never raises: a page that a parser fails on is
    ``unreadable``, and the failure is logged. It runs in this process, so without a time limit. For pages of strangers
    use :class:`pipelines.workers.pool.ReadingPool`.
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
