"""Run a browser for one crawl, in a process of its own.

It reads jobs from its standard input and writes outcomes to its standard output, one page at a time. It ends, with the
browser, when its input ends. The crawl kills it with everything below it where a page hangs the browser
(:mod:`crawler.rendering.renderer`).
"""

import asyncio
import os
import select
import sys
import threading
from typing import BinaryIO

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from crawler.rendering.job import MAX_LINE, Job, Outcome, pack, read_line
from crawler.rendering.page import BrowserHangs, render
from crawler.rendering.process_tree import descendants, kill_tree
from crawler.rendering.proxy import GuardingProxy

SWITCHES = (
    "--disable-quic",  # UDP does not pass the proxy
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-webrtc",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # names are looked up by the proxy alone
    "--disable-dns-prefetch",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--disable-speech-api",
    "--disable-remote-fonts",
    "--blink-settings=imagesEnabled=false",
    "--js-flags=--max-old-space-size=512",
    "--disable-features=Prerender2,SpeculationRulesPrefetchFuture,PreconnectToSearch,MediaRouter,Translate,"
    "WebTransport,DirectSockets,InterestFeedContentSuggestions",
    "--disable-blink-features=WebTransport",
)


async def serve(jobs: BinaryIO, outcomes: BinaryIO) -> None:
    """Start the browser, then render page after page."""
    proxy = GuardingProxy()
    await proxy.start()
    async with async_playwright() as playwright:
        try:
            browser = await _launch(playwright, proxy)
        except PlaywrightError as error:
            _send(outcomes, pack({"problem": f"the browser does not start: {_reason(error)}"}))
            return
        _send(outcomes, pack({"version": browser.version}))
        while line := await asyncio.to_thread(jobs.readline, MAX_LINE):
            fields, length = read_line(line)
            job = Job.unpack(fields, await asyncio.to_thread(jobs.read, length))
            try:
                outcome = await render(browser, proxy, job)
            except BrowserHangs:
                outcome = Outcome(problem="a script hung the browser, which was killed", is_last=True)
            except PlaywrightError as error:
                outcome = Outcome(problem=f"the browser gave up: {_reason(error)}", is_last=True)
            _send(outcomes, outcome.pack())
            if outcome.is_last:
                _die()


async def _launch(playwright: Playwright, proxy: GuardingProxy) -> Browser:
    return await playwright.chromium.launch(
        executable_path=os.environ.get("KIJI_CHROMIUM") or None,
        chromium_sandbox=os.environ.get("KIJI_CHROMIUM_SANDBOX") != "0",
        proxy={"server": proxy.address},
        args=list(SWITCHES),
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )


def _reason(error: PlaywrightError) -> str:
    """Return the line of Chromium's output that says why it ended, else the error's first line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "ERROR:" in line or "FATAL:" in line or "error while loading" in line]
    return (telling or lines or ["no reason given"])[0][-200:]


def _send(outcomes: BinaryIO, message: bytes) -> None:
    outcomes.write(message)
    outcomes.flush()


def _die() -> None:
    for process in descendants(os.getpid()) - {os.getpid()}:
        kill_tree(process)
    os._exit(1)


def _die_with_parent(parent: int) -> None:
    """End with the crawl, also where the browser hangs: a thread waits for the parent's end."""
    select.select([os.pidfd_open(parent)], [], [])
    _die()


def main() -> None:
    """Serve until the input ends. What libraries print goes to standard error."""
    outcomes = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if hasattr(os, "pidfd_open"):  # Linux
        threading.Thread(target=_die_with_parent, args=(os.getppid(),), daemon=True).start()
    asyncio.run(serve(sys.stdin.buffer, outcomes))


if __name__ == "__main__":
    main()
