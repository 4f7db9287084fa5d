"""Reading functions that misbehave as pages of the web make parsers misbehave; run in worker processes by name."""

import os
import signal
import time

from pipelines.raw_page import RawPage
from storage.reading import Reading


def read(raw: RawPage, timezone: str) -> Reading:
    """Does what the page's body says."""
    match raw.body.split():
        case [b"exit"]:
            os._exit(11)
        case [b"segfault"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case [b"spin"]:
            while True:
                pass
        case [b"bomb"]:
            return Reading(raw.url, raw.url, text="x" * (4 * 1024**3))
        case [b"fail"]:
            raise ValueError("a bug in a rule")
        case [b"pid"]:
            return Reading(raw.url, raw.url, text=str(os.getpid()))
        case [b"sleep", seconds]:
            time.sleep(float(seconds))
    return Reading(raw.url, raw.url, kind="article", is_article=True, text=f"{raw.body.decode()} {timezone}")
