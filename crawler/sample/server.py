"""Serve the two sample sites over loopback, from threads."""

import dataclasses
import datetime
import email.utils
import functools
import hashlib
import http.server
import socket
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from crawler.sample.cards import Bases
from crawler.sample.content import SITES, SiteName, load_content
from crawler.sample.routes import Answer, build_answers, normal_target, not_found
from crawler.sample.truth import Truth, compute_truth

#: Last-Modified of what never changes, and of what the edit (edition 2) changed.
_MODIFIED = {
    1: datetime.datetime(2026, 10, 6, 0, 0, tzinfo=datetime.UTC),
    2: datetime.datetime(2026, 10, 7, 0, 0, tzinfo=datetime.UTC),
}


@dataclasses.dataclass(frozen=True, slots=True)
class SeenRequest:
    """A received request.

    ``conditional`` has its If-None-Match and If-Modified-Since headers.
    """

    time: datetime.datetime
    site: SiteName
    method: str
    path: str
    user_agent: str
    conditional: tuple[tuple[str, str], ...]


class SampleSite:
    """Context manager that serves both sample sites on 127.0.0.1.

    ``edition`` may be set at any time: 1, or 2 for the sites after the edit. ``requests`` is what was asked for so
    far, in order; read it at any time.
    """

    def __init__(self, edition: int = 1, ports: Mapping[SiteName, int] | None = None) -> None:
        self.edition = edition
        self._ports = dict(ports or {})
        self.requests: list[SeenRequest] = []
        self._content = load_content()
        self._servers: dict[SiteName, _Server] = {}
        self._bases: dict[SiteName, str] = {}

    def __enter__(self) -> Self:
        for site in SITES:
            server = self._bind(site)
            self._servers[site] = server
            self._bases[site] = f"http://127.0.0.1:{server.server_address[1]}"
        for site, server in self._servers.items():
            pages = {edition: build_answers(self._content, site, self._bases, edition) for edition in _MODIFIED}
            server.serve(pages, not_found(self._content, site))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.stop()
        self._servers = {}

    def _bind(self, site: SiteName) -> "_Server":
        try:
            return _Server(self, site, self._ports.get(site, 0))
        except OSError:  # the port is taken
            return _Server(self, site, 0)

    @property
    def main_url(self) -> str:
        """Return the main site's address, without a slash at its end.

        Raises ``KeyError`` outside of the context.
        """
        return self._bases["mirai"]

    @property
    def second_url(self) -> str:
        """Return the second site's address, without a slash at its end.

        Raises ``KeyError`` outside of the context.
        """
        return self._bases["harbor"]

    @property
    def bases(self) -> Bases:
        """Return both addresses by source name."""
        return dict(self._bases)

    @property
    def start_urls(self) -> dict[str, str]:
        """Return the start addresses by name: sections, feeds, a sitemap, an article."""
        urls = {listing.name: self._bases[listing.site] + listing.path for listing in self._content.listings}
        article = self._content.articles[self._content.start]
        return urls | {"article": self._bases[article.site] + article.path}

    def config(self, database_url: str) -> str:
        """Return a ``kiji.toml`` that crawls both sites as two sources."""
        lines = ["[database]", f"url = {_toml(database_url)}", "", "[crawl]", "delay = 0.0"]
        for site in SITES:
            start = [url for url in self.start_urls.values() if url.startswith(f"{self._bases[site]}/")]
            lines += ["", "[[source]]", f"name = {_toml(site)}", "start = ["]
            lines += [f"  {_toml(url)}," for url in start]
            lines += ["]", "depth = 3", "delay = 0.0", "allow_private_addresses = true"]
        return "\n".join(lines) + "\n"

    def truth(self) -> Truth:
        """Return what a crawl of both sites must find, with this pair's addresses."""
        return compute_truth(self._content, self._bases)


def _toml(value: str) -> str:
    """Write a TOML basic string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Server(http.server.ThreadingHTTPServer):
    """Server of one site. It is bound when made, and answers from :meth:`serve` to :meth:`stop`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, owner: SampleSite, site: SiteName, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.owner = owner
        self.site: SiteName = site
        self.pages: dict[int, dict[str, Answer]] = {}
        self.missing = Answer(404)
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True, name=f"sample-{site}")

    def serve(self, pages: dict[int, dict[str, Answer]], missing: Answer) -> None:
        """Begin to answer with these pages, by edition."""
        self.pages, self.missing = pages, missing
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, and close all connections, which would hold their threads."""
        self.shutdown()
        self._thread.join()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the client hung up first
                self._open.discard(connection)
        self.server_close()

    def answer(self, target: str) -> tuple[Answer, datetime.datetime]:
        """Return the current edition's answer, and the time of its last change."""
        edition = self.owner.edition
        key = normal_target(target)
        answer = self.pages[edition].get(key, self.missing)
        changed = edition > 1 and answer != self.pages[1].get(key, self.missing)
        return answer, _MODIFIED[2 if changed else 1]

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection, and keep it to close it at the end."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close the connection."""
        if isinstance(request, socket.socket):
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that hang up, such as a killed crawl; print other errors."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # typeshed: the request's union


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "KijiSample"
    sys_version = ""
    wbufsize = -1  # head and body leave in one piece, else each answer waits for a delayed ACK
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer, or send 304 if the client has the page already."""
        self._note()
        answer, modified = self.server.answer(self.path)
        etag = f'"{_digest(answer.body)}"'
        known = answer.status == 200 and self._is_known(etag, modified)
        self.send_response(304 if known else answer.status)
        if answer.location:
            self.send_header("Location", answer.location)
        if answer.status == 200:
            self.send_header("ETag", etag)
            self.send_header("Last-Modified", email.utils.format_datetime(modified, usegmt=True))
        if not known:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not known and self.command == "GET":
            self.wfile.write(answer.body)

    def do_HEAD(self) -> None:
        """Answer without the body."""
        self.do_GET()

    def _note(self) -> None:
        names = ("If-None-Match", "If-Modified-Since")
        conditional = tuple((name, value) for name in names if (value := self.headers.get(name)))
        seen = SeenRequest(
            time=datetime.datetime.now(datetime.UTC),
            site=self.server.site,
            method=self.command,
            path=self.path,
            user_agent=self.headers.get("User-Agent", ""),
            conditional=conditional,
        )
        self.server.owner.requests.append(seen)  # appending to a list is atomic

    def _is_known(self, etag: str, modified: datetime.datetime) -> bool:
        """Return whether the client has the page: by If-None-Match, else If-Modified-Since (RFC 9110, 13.1)."""
        match = self.headers.get("If-None-Match")
        if match is not None:
            tags = {tag.strip().removeprefix("W/") for tag in match.split(",")}
            return etag in tags or "*" in tags
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return modified <= email.utils.parsedate_to_datetime(since)
        except (TypeError, ValueError):  # not a date, or one without a zone: as if it were not there
            return False

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing: ``SampleSite.requests`` is the log."""


@functools.cache
def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:20]
