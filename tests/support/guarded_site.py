"""A server on loopback that answers as a test tells it to, and keeps a log of what it was asked and when."""

import dataclasses
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclasses.dataclass(frozen=True)
class Hit:
    path: str
    at: float
    host: str
    agent: str


def page(
    body: bytes = b"<html><body>page</body></html>", status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": "text/html", **(headers or {})}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def redirect(target: str, status: int = 302) -> Answer:
    return page(b"", status, {"Location": target})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:  # IPv4 too, so that one server stands behind every spelling
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what several tests are about."""


class Site:
    """Used with ``with``. Paths without an answer give 404; robots.txt is one of them unless it is given."""

    def __init__(self, answers: Mapping[str, Answer] | None = None, host: str = "127.0.0.1") -> None:
        self.answers = dict(answers or {})
        self.log: list[Hit] = []
        self.released = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                agent = self.headers.get("User-Agent", "")
                site.log.append(Hit(self.path, time.monotonic(), self.headers.get("Host", ""), agent))
                site.answers.get(self.path, page(b"", 404))(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
                pass

        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        server_class = type("_FamilyServer", (_Server,), {"address_family": family})
        self._server = server_class((host, 0), Handler)
        self.port = int(self._server.server_address[1])

    def over_tls(self, certificate: str) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def url(self, path: str = "/", host: str = "localhost", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [hit.path for hit in self.log]

    def never(self, _: BaseHTTPRequestHandler) -> None:
        """Take the request and say nothing until the test is over."""
        self.released.wait(60)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
