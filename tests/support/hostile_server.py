"""A server on loopback that misbehaves, page by page, as the web does."""

import contextlib
import gzip
import http.server
import io
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

WORDS = (
    "The harbour authority said on Monday that the ferry would return to service after repairs to its engine.\n"
    "Passengers had waited for two weeks, and the replacement boat carried only forty people at a time.\n"
    "Officials expect more than a thousand travellers on the first day of the new timetable, most of them early.\n"
    "The operator apologised, and promised that season tickets would be valid for another month without charge.\n"
    "Shopkeepers on the island reported losses of up to a third, and asked the council for help with their rents.\n"
)
JAPANESE = (
    "港湾局は5日、修理を終えたフェリーが来週から運航を再開すると発表した。乗客は2週間にわたり代替船を利用していた。\n"
    "代替船の定員は40人に限られ、朝の便では乗れない人が相次いだ。初日には1,200人の利用を見込んでいる。\n"
    "担当者は「安全を最優先に準備を進めてきた」と話した。定期券の有効期間は1カ月延長される。\n"
)


def article(title: str, body: str, related: list[str] | None = None, head: str = "") -> str:
    """A plain article page with a list of related articles."""
    items = "".join(f'<li><a href="{path}">The story behind {path.strip("/")}</a></li>' for path in related or [])
    block = f"<section><h2>Related stories</h2><ul>{items}</ul></section>" if items else ""
    paragraphs = "".join(f"<p>{line}</p>" for line in body.splitlines())
    return (
        f"<!doctype html><html><head>{head}<title>{title}</title>"
        '<meta property="og:type" content="article"></head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article>{block}</body></html>"
    )


class HostileServer:
    """Serves ``pages``: path to what is answered there; anything else is 404."""

    def __init__(self) -> None:
        self.pages: dict[str, Callable[[http.server.BaseHTTPRequestHandler], None]] = {}
        self.released = threading.Event()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.pages.get(self.path.partition("?")[0], not_found)(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def never_answers(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        """Take the request, and say nothing until the test is over."""
        self.released.wait()
        handler.close_connection = True

    def drips(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        """Send a byte now and then, for as long as somebody listens."""
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not self.released.wait(0.2):
            try:
                handler.wfile.write(b"<")
            except OSError:
                break
        handler.close_connection = True


def answers(body: bytes | str, content_type: str = "text/html; charset=utf-8", **headers: str) -> Callable[..., None]:
    """Answer with this body."""
    data = body.encode() if isinstance(body, str) else body

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def ends_early(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b"<html><body><p>The first words")
    handler.close_connection = True


def says_length(*lengths: str, body: str) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    """Answer with this body under lengths that are not its own."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        for length in lengths:
            handler.send_header("Content-Length", length)
        handler.end_headers()
        with contextlib.suppress(OSError):  # who sees the lie hangs up
            handler.wfile.write(body.encode())
        handler.close_connection = True

    return answer


def resets(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Hang up without a word: a TCP reset, since nothing lingers."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def sends_50_000_headers(body: str) -> Callable[..., None]:
    """Answer with this body behind more headers than anybody has."""
    return answers(body, **{f"X_Header_{number}": "value" for number in range(50_000)})


def redirects_for_ever(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Always one further."""
    path, _, number = handler.path.partition("?n=")
    handler.send_response(302)
    handler.send_header("Location", f"{path}?n={int(number or 0) + 1}")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def redirects_to(path: str) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    """Send to another page of this server."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", path)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def answers_with(status: int, body: str = "") -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    """Answer with this number as the status."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status, "Odd")
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        handler.send_header("Content-Length", str(len(body.encode())))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return answer


def not_found(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Say 404."""
    handler.send_response(404)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def gzip_bomb(megabytes: int) -> bytes:
    """So many megabytes of zeros, some thousandth of that on the wire."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as stream:
        for _ in range(megabytes):
            stream.write(bytes(1024 * 1024))
    return packed.getvalue()
