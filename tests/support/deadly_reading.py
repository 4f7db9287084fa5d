"""What the workers run in one test: the real reading, but for one page that kills its process and one without end."""

import os

from pipelines.raw_page import RawPage
from pipelines.read_page import read_page as really_read
from storage.reading import Reading


def read_page(raw: RawPage, timezone: str) -> Reading:
    """Read, or die as a segfault would, or never end."""
    if raw.url.endswith("/kills-the-worker"):
        os._exit(139)
    while raw.url.endswith("/parser-runs-for-minutes"):
        pass
    return really_read(raw, timezone)
