"""Have pages rendered by a browser in a process of its own, with limits of time and memory.

Why not in the crawl's process, by a Scrapy download handler: by its code, that of scrapy-playwright 0.0.48 takes the
place of the handler that bounds an answer's headers, its pages arrive whole in the crawl's own memory, and nothing in
it ends a browser that hangs.
"""

import asyncio
import concurrent.futures
import contextlib
import dataclasses
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from crawler.config.quantities import format_size
from crawler.config.tables import Browser
from crawler.rendering.installed import chromium_path, missing_browser
from crawler.rendering.job import MAX_LINE, Job, Outcome, read_line
from crawler.rendering.process_tree import descendants, kill_tree, memory_of
from pipelines.boilerplate.consent import consent_rules
from pipelines.raw_page import RawPage
from pipelines.render_order import Rendered, RenderingStopped, RenderOrder

MAX_PAGES = 100
"""Pages after which a browser is replaced: what leaks is freed then."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from crawler.rendering.browser import main; main()"
"""The browser's process, with our own packages, whatever else is on its path."""

_START_SECONDS, _GRACE, _LOOK = 60.0, 10.0, 0.25
_DROPPED = frozenset({"etag", "last-modified", "content-type"})
"""Headers that are not the rendered page's: a shell has one validator for all pages that scripts make of it."""


class BrowserTrouble(Exception):
    """The browser gave no page. The message says why in one line."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Answer:
    fields: dict[str, Any]
    body: bytes


class BrowserProcess:
    """A running browser; every method blocks. ``is_stopped`` is asked all the time whether to give up."""

    def __init__(self, settings: Browser, is_stopped: Callable[[], bool]) -> None:
        self._settings, self._is_stopped = settings, is_stopped
        self.pages = 0
        self._folder = tempfile.mkdtemp(prefix="kiji-browser-")  # its profile; a killed browser deletes none
        environment = {**os.environ, "KIJI_CHROMIUM": chromium_path(settings), "TMPDIR": self._folder}
        if not settings.sandbox:
            environment["KIJI_CHROMIUM_SANDBOX"] = "0"
        self._process = subprocess.Popen(  # noqa: S603 - our own module and path
            [sys.executable, "-P", "-c", _START, str(Path(__file__).parents[2])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
        )
        self.version = ""
        try:
            answer = self._receive(_START_SECONDS, "the browser did not start")
        except BaseException:
            self.kill()
            raise
        self.version = str(answer.fields.get("version", ""))
        if not self.version:
            self.kill()
            raise BrowserTrouble(str(answer.fields.get("problem", "the browser did not start"))[:300])

    def render(self, job: Job) -> Outcome:
        """Render a page. Raises BrowserTrouble or RenderingStopped; the browser is dead then."""
        self.pages += 1
        try:
            self._send(job.pack())
            answer = self._receive(job.seconds + _GRACE, f"the browser hung for {job.seconds + _GRACE:g} s")
            return Outcome.unpack(answer.fields, answer.body)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.kill()
            raise BrowserTrouble("the browser crashed on this page") from error
        except BaseException:
            self.kill()
            raise

    @property
    def is_spent(self) -> bool:
        """Return whether a fresh browser should take its place."""
        return self.pages >= MAX_PAGES or self._process.poll() is not None or self._memory() > self._limit / 2

    def kill(self) -> None:
        """End the browser and everything that it started."""
        kill_tree(self._process.pid)
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    @property
    def _limit(self) -> int:
        return self._settings.memory_bytes

    def _memory(self) -> int:
        return memory_of(descendants(self._process.pid))

    def _send(self, message: bytes) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise OSError("no pipe")
        pipe.write(message)  # the other side reads, whatever its browser does
        pipe.flush()

    def _receive(self, seconds: float, problem: str) -> _Answer:
        """Wait for a message; on the way watch time, memory and the crawl's end."""
        data, end, line = bytearray(), time.monotonic() + seconds, b""
        fields: dict[str, Any] = {}
        wanted = 0
        with selectors.DefaultSelector() as selector:
            if self._process.stdout is None:
                raise OSError("no pipe")
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not line or len(data) < wanted:
                self._watch(end, problem)
                if not selector.select(_LOOK):
                    continue
                received = os.read(self._process.stdout.fileno(), 1024 * 1024)
                if not received:
                    raise BrowserTrouble("the browser crashed on this page" if self.pages else problem)
                data += received
                if not line and b"\n" in data:
                    line, _, rest = bytes(data).partition(b"\n")
                    data = bytearray(rest)
                    fields, wanted = read_line(line)
                if len(data) > MAX_LINE + 4 * self._settings.max_characters:
                    raise BrowserTrouble("the browser answered with too many bytes")
        return _Answer(fields, bytes(data))

    def _watch(self, end: float, problem: str) -> None:
        if self._is_stopped():
            raise RenderingStopped
        if time.monotonic() > end:
            raise BrowserTrouble(problem)
        if self._memory() > self._limit:
            raise BrowserTrouble(f"the browser took more than {format_size(self._limit)} of memory")


class PageRenderer:
    """Renders pages one after the other, in a browser that is started with the first page.

    ``is_stopped`` tells whether the crawl is being stopped.
    """

    def __init__(self, settings: Browser, is_stopped: Callable[[], bool] = lambda: False) -> None:
        self._settings = settings
        self._closed = threading.Event()
        self._is_stopped: Callable[[], bool] = lambda: self._closed.is_set() or is_stopped()
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="browser")
        self._browser: BrowserProcess | None = None
        self._missing = ""

    async def render(self, raw: RawPage, order: RenderOrder) -> Rendered:
        """Render a page. Raises RenderingStopped."""
        if self._closed.is_set():
            raise RenderingStopped
        future = self._thread.submit(self._render, raw, order)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if future.cancelled():
                raise RenderingStopped from None
            raise

    def close(self) -> None:
        """Kill the browser. Blocks for a moment."""
        self._closed.set()
        self._thread.shutdown(wait=True, cancel_futures=True)
        if self._browser is not None:
            self._browser.kill()
            self._browser = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _render(self, raw: RawPage, order: RenderOrder) -> Rendered:
        if self._missing:
            return Rendered(problem=self._missing)
        try:
            browser = self._running()
            outcome = browser.render(job_of(raw, order, self._settings))
        except BrowserTrouble as trouble:
            self._browser = None
            return Rendered(problem=str(trouble))
        except RenderingStopped:
            self._browser = None
            raise
        if outcome.is_last or browser.is_spent:
            browser.kill()
            self._browser = None
        if outcome.problem:
            return Rendered(problem=outcome.problem[:300])
        return Rendered(rendered_page(raw, outcome, browser.version))

    def _running(self) -> BrowserProcess:
        if self._is_stopped():
            raise RenderingStopped
        if self._browser is None:
            self._missing = missing_browser(self._settings)
            if self._missing:
                raise BrowserTrouble(self._missing)
            self._browser = BrowserProcess(self._settings, self._is_stopped)
        return self._browser


def job_of(raw: RawPage, order: RenderOrder, settings: Browser) -> Job:
    """Make the job of a page."""
    consent = consent_rules()
    return Job(
        url=raw.final_url,
        body=raw.body,
        content_type=raw.content_type or "",
        is_listing=order.is_listing,
        user_agent=order.user_agent,
        language=order.language,
        timezone=order.timezone,
        hosts=order.hosts,
        private_hosts=order.private_hosts,
        cookies=tuple((each.name, each.value, each.domain, each.path, each.is_secure) for each in order.cookies),
        proxy=order.proxy,
        robots=order.robots,
        robots_token=order.robots_token,
        consent_buttons=consent.buttons,
        consent_context=consent.context,
        seconds=settings.timeout.total_seconds(),
        max_requests=settings.max_requests,
        max_hosts=settings.max_hosts,
        max_characters=settings.max_characters,
    )


def rendered_page(raw: RawPage, outcome: Outcome, version: str) -> RawPage:
    """Make the page that is read: the rendered words at the address where they are, without the shell's validators."""
    headers = [(name, value) for name, value in raw.headers if name not in _DROPPED]
    own = (("content-type", "text/html; charset=utf-8"), ("x-kiji-rendered", f"Chromium {version}"))
    return dataclasses.replace(raw, body=outcome.html, final_url=outcome.url or raw.final_url, headers=(*headers, *own))
