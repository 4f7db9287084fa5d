"""Render one page in a browser: load, wait for scripts, refuse consent, scroll, read."""

import asyncio
import contextlib
import dataclasses
import re
import time
from typing import Any

from playwright.async_api import Browser, BrowserContext, Frame, Page, Request, Response, Route, WebSocketRoute
from playwright.async_api import Error as PlaywrightError
from protego import Protego

from crawler.hosts import host_and_port, hostname_of, is_within
from crawler.rendering import scripts
from crawler.rendering.job import Job, Outcome
from crawler.rendering.proxy import GuardingProxy

_WANTED = frozenset({"document", "script", "xhr", "fetch", "stylesheet"})
"""Kinds of requests that are made. Words come with these; pictures, fonts and films do not make any."""

_QUIET, _LOOK = 0.5, 0.125  # seconds for which nothing changes, and between two looks
_LONG_POLL = 3.0  # seconds after which a request that is still open is none that the page waits for
_SCROLLS, _SCROLL_SECONDS = 8, 3.0
_CLOSING = 5.0  # seconds; a page that takes longer to close costs the browser
_FRAMES = 10


class BrowserHangs(Exception):
    """The browser does not even close the page: it must be killed."""


@dataclasses.dataclass  # without slots: playwright marks the objects whose methods it calls
class _Traffic:
    """The requests of one page: ``number`` made, ``open`` those without an answer, with their time."""

    number: int = 0
    open: dict[Request, float] = dataclasses.field(default_factory=dict)

    def begin(self, request: Request) -> None:
        """Note a request."""
        self.open[request] = time.monotonic()

    def end(self, request: Request) -> None:
        """Note that a request has its answer, or failed."""
        self.open.pop(request, None)

    def is_waiting(self) -> bool:
        """Return whether an answer is awaited that the page may need."""
        recent = time.monotonic() - _LONG_POLL
        return any(since > recent for since in self.open.values())


async def render(browser: Browser, proxy: GuardingProxy, job: Job) -> Outcome:
    """Render a page. Raises BrowserHangs, and PlaywrightError where the browser is no longer of use."""
    proxy.begin(job.private_hosts, max_hosts=job.max_hosts, upstream=job.proxy)
    context = await browser.new_context(
        user_agent=job.user_agent or None,
        locale=job.language or None,
        timezone_id=job.timezone or None,
        service_workers="block",
        accept_downloads=False,
        viewport={"width": 1280, "height": 2000},
    )
    visit = _Visit(context, job)
    try:
        async with asyncio.timeout(job.seconds):
            return await visit.render()
    except TimeoutError:
        return Outcome(problem=f"the browser was not done with it in {job.seconds:g} s")
    except PlaywrightError as error:
        refused = next(iter(proxy.refused.items()), None)
        because = f"; {refused[0]}: {refused[1]}" if refused else ""
        problem = f"the browser gave up: {str(error).splitlines()[0][:200]}{because}"
        return Outcome(problem=problem, is_last=True)
    finally:
        await _close(context)


async def _close(context: BrowserContext) -> None:
    try:
        async with asyncio.timeout(_CLOSING):
            await context.close()
    except TimeoutError:
        raise BrowserHangs from None
    except PlaywrightError:
        pass  # the browser is gone; the next page shows it


class _Visit:
    """One page's visit, with its traffic."""

    def __init__(self, context: BrowserContext, job: Job) -> None:
        self._context, self._job = context, job
        self._traffic = _Traffic()
        self._is_served = False
        self._status = 200
        self._frame: Frame | None = None
        self._robots = Protego.parse(job.robots) if job.robots else None
        self._origin = host_and_port(job.url)

    async def render(self) -> Outcome:
        """Load the page and read it once its scripts are done."""
        context = self._context
        await context.add_init_script(scripts.GUARD)
        cookies: Any = [_cookie(*each) for each in self._job.cookies]  # playwright's own type for it is private
        await context.add_cookies(cookies)
        await context.route("**/*", self._route)
        await context.route_web_socket(re.compile(""), _refuse_socket)
        page = await context.new_page()
        self._frame = page.main_frame
        context.on("page", _close_popup)
        context.on("request", self._traffic.begin)
        context.on("response", self._note_status)
        context.on("requestfinished", self._traffic.end)
        context.on("requestfailed", self._traffic.end)
        deadline = time.monotonic() + self._job.seconds
        # Not until the document is complete: that is never told where a script leaves the page, and is kept from it.
        await page.goto(self._job.url, wait_until="commit", timeout=self._job.seconds * 1000)
        await self._settle(page, self._job.seconds / 2)
        if await self._answer_consent(page):
            await self._settle(page, min(self._job.seconds / 4, deadline - time.monotonic()))
        if self._job.is_listing:
            await self._scroll(page, deadline - self._job.seconds / 6)
        return await self._content(page)

    async def _route(self, route: Route) -> None:
        request = route.request
        with contextlib.suppress(PlaywrightError):  # the page may be gone
            if _is_page(request) and not self._is_served:
                self._is_served = True
                await route.fulfill(
                    status=200, body=self._job.body, headers={"Content-Type": self._job.content_type or "text/html"}
                )
            elif self._may_ask(request):
                self._traffic.number += 1
                await route.continue_()
            else:  # "aborted" leaves the page where it is, where any other error takes its place
                await route.abort("aborted" if _is_page(request) else "blockedbyclient")

    def _note_status(self, response: Response) -> None:
        with contextlib.suppress(PlaywrightError):  # of a window whose page is not there yet
            if _is_page(response.request) and response.frame == self._frame:
                self._status = response.status

    def _may_ask(self, request: Request) -> bool:
        job, url = self._job, request.url
        if request.resource_type not in _WANTED or self._traffic.number >= job.max_requests:
            return False
        if _is_page(request) and job.hosts and not is_within(hostname_of(url), job.hosts):
            return False
        is_own = host_and_port(url) == self._origin
        return not is_own or self._robots is None or bool(self._robots.can_fetch(url, job.robots_token))

    async def _settle(self, page: Page, seconds: float) -> None:
        """Wait until the page has not changed for a while, or for ``seconds``."""
        end = time.monotonic() + seconds
        last, since = await _measure(page), time.monotonic()
        while time.monotonic() < end and (time.monotonic() - since < _QUIET or self._traffic.is_waiting()):
            await asyncio.sleep(_LOOK)
            now = await _measure(page)
            if now != last or not now or not now[0]:
                last, since = now, time.monotonic()

    async def _answer_consent(self, page: Page) -> bool:
        """Refuse what a consent dialog asks, else accept it: the cookies of this visit end with it."""
        pressed = False
        for frame in page.frames[:_FRAMES]:
            with contextlib.suppress(PlaywrightError):  # a frame that is gone
                words = [self._job.consent_buttons, self._job.consent_context]
                pressed = bool(await frame.evaluate(scripts.CONSENT, words)) or pressed
        return pressed

    async def _scroll(self, page: Page, end: float) -> None:
        """Scroll down while the page grows longer by it."""
        for _ in range(_SCROLLS):
            before = await _measure(page)
            await page.evaluate(scripts.SCROLL)
            left = end - time.monotonic()
            if left <= 0:
                return
            await self._settle(page, min(left, _SCROLL_SECONDS))
            if await _measure(page) == before:
                return

    async def _content(self, page: Page) -> Outcome:
        url = page.url
        if url.startswith("chrome-error:") or self._status >= 400:
            return Outcome(problem=f"its scripts lead to a page that cannot be had (HTTP {self._status})")
        if self._job.hosts and not is_within(hostname_of(url), self._job.hosts):
            return Outcome(problem=f"its scripts lead to {hostname_of(url)[:100]}, which is not a host of this source")
        html = await page.evaluate(scripts.CONTENT, self._job.max_characters)
        if html is None:
            return Outcome(problem=f"it has more than {self._job.max_characters:,} characters once rendered")
        return Outcome(str(html).encode("utf-8", "replace"), url, self._traffic.number)


def _is_page(request: Request) -> bool:
    """Return whether a request is for the page itself, and not for a part or a frame of it."""
    return request.is_navigation_request() and request.frame.parent_frame is None


async def _measure(page: Page) -> list[int]:
    """Return the page's numbers; none while it moves to another page."""
    try:
        return list(await page.evaluate(scripts.MEASURE))
    except PlaywrightError as error:
        if "context was destroyed" not in str(error) and "navigat" not in str(error):
            raise
        return []


async def _close_popup(popup: Page) -> None:
    with contextlib.suppress(PlaywrightError):
        await popup.close()


def _refuse_socket(socket: WebSocketRoute) -> Any:
    return socket.close()


def _cookie(name: str, value: str, domain: str, path: str, is_secure: bool) -> dict[str, Any]:
    return {"name": name, "value": value, "domain": domain, "path": path, "secure": is_secure}
