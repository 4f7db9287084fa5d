"""Many small news sites on loopback, each a host of its own (127.0.0.2, 127.0.0.3, …), in one process that logs all.

    python -m tests.support.many_hosts --hosts 30 --pages 12

Prints a line of JSON, the hosts' front pages; then serves until its standard input ends; then prints its log, one line
of JSON: for each host its requests, as seconds when they came and when they were answered. An answer takes a moment, as
on the web, so that two requests under way at once would be seen.
"""

import argparse
import dataclasses
import http.server
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.generated_site import page, path_of

ROOT = Path(__file__).parents[2]
ANSWER = 0.02
"""Seconds that an answer takes."""


@dataclasses.dataclass(frozen=True)
class HostLog:
    """One host's requests in order: seconds of coming and of answer."""

    came: tuple[float, ...]
    answered: tuple[float, ...]

    @property
    def least_gap(self) -> float:
        """Seconds between two requests, at the least."""
        return min((later - earlier for earlier, later in zip(self.came, self.came[1:], strict=False)), default=60.0)

    @property
    def overlaps(self) -> int:
        """Requests that came while another was under way."""
        return sum(later < done for done, later in zip(self.answered, self.came[1:], strict=False))


class ManyHosts:
    """The sites, served by a process of their own for as long as the context is open; then ``log`` is there."""

    def __init__(self, hosts: int, pages: int) -> None:
        self._command = [sys.executable, "-m", "tests.support.many_hosts", "--hosts", str(hosts), "--pages", str(pages)]
        self.pages = pages
        self.fronts: list[str] = []
        self.log: list[HostLog] = []

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        self.fronts = json.loads(self._process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        out, _ = self._process.communicate()
        self.log = [HostLog(tuple(came), tuple(answered)) for came, answered in json.loads(out)]

    def config(self, *, delay: float) -> str:
        """A config with a source for each host."""
        sources = (
            f'[[source]]\nname = "host{number}"\nstart = ["{front}"]\ndelay = {delay}\nallow_private_addresses = true\n'
            for number, front in enumerate(self.fronts)
        )
        return "\n".join(sources)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: "_Host"

    def do_GET(self) -> None:
        came = time.monotonic()
        body = self.server.answers.get(self.path)
        time.sleep(ANSWER)
        # Noted before it is sent: whoever asks for the next one has it by then.
        self.server.requests.append((came, time.monotonic()))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


class _Host(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, number: int, pages: int) -> None:
        super().__init__((f"127.0.0.{number + 2}", 0), _Handler)
        address, port = self.server_address[:2]
        self.base = f"http://{address!s}:{port}"
        self.requests: list[tuple[float, float]] = []
        numbers = range(pages)
        links = "".join(f'<li><a href="{path_of(n)}">The story that has the number {n}</a></li>' for n in numbers)
        self.answers = {path_of(n): page(n, pages, number * pages) for n in numbers}  # no page stands on two hosts
        self.answers["/"] = f"<html><head><title>News</title></head><body><ul>{links}</ul></body></html>".encode()


def main() -> None:
    """Serve until the standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=30)
    parser.add_argument("--pages", type=int, default=12)
    options = parser.parse_args()
    hosts = [_Host(number, options.pages) for number in range(options.hosts)]
    for host in hosts:
        threading.Thread(target=host.serve_forever, daemon=True).start()
    print(json.dumps([f"{host.base}/" for host in hosts]), flush=True)
    sys.stdin.read()
    log = [list(zip(*sorted(host.requests), strict=True)) or [(), ()] for host in hosts]
    print(json.dumps(log))


if __name__ == "__main__":
    main()
