"""A crawl by real Scrapy under the project's own settings, in a process of its own."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.support import warm_python

ROOT = Path(__file__).parents[2]
PROBE = "tests.support.address_probe"


@dataclasses.dataclass(frozen=True)
class Ending:
    """How one request ended: an answer with a status, or an error's class name and message."""

    url: str
    status: int = 0
    error: str = ""
    reason: str = ""
    length: int = 0
    final_url: str = ""
    redirects: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Crawl:
    """``most_under_way``: requests to one host that Scrapy had under way together when an answer came."""

    endings: tuple[Ending, ...]
    peak_mib: float
    most_under_way: int
    log: str

    def of(self, url: str) -> Ending:
        (ending,) = [ending for ending in self.endings if ending.url == url]
        return ending


def crawl(
    requests: Iterable[str | tuple[str, Mapping[str, object]]],
    settings: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    runner: bool = False,
    cold: bool = False,
) -> Crawl:
    """Crawl addresses (with meta, where given); ``runner``: in a reactor that runs already, as a worker does.

    ``cold``: in a Python that has nothing else in its memory.
    """
    wanted = [(request, {}) if isinstance(request, str) else request for request in requests]
    order = json.dumps(
        {"requests": wanted, "settings": {"KIJI_BACKOFF_SECONDS": 0.1, **(settings or {})}, "runner": runner}
    )
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = (_cold if cold else _warm)(order, {**clean, **(environment or {})})
    if done.returncode:
        raise AssertionError(done.stderr)
    result = json.loads(done.stdout)
    endings = [Ending(**{**ending, "redirects": tuple(ending["redirects"])}) for ending in result["endings"]]
    return Crawl(tuple(endings), result["peak_mib"], result["most_under_way"], done.stderr)


def _cold(order: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", PROBE]
    return subprocess.run(
        command, input=order, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=120, check=False
    )


def _warm(order: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return warm_python.run(module=PROBE, given=order, folder=ROOT, environment=environment)
