"""A news site on loopback whose pages scripts make, pages that hang a browser, and pages that lead to a canary."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

PARAGRAPH = (
    "<p>The harbour council approved ferry line {0} to the northern islands on Tuesday, after a debate of {0} hours"
    " that drew {0} hundred residents to the hall, and it asked for a timetable before the spring.</p>"
)
_FOLDER = Path(__file__).parent / "script_made"
LEAVING = {
    "refresh": '<meta http-equiv=refresh content="0;url={0}/refresh">',
    "location": '<script>location.href = "{0}/location"</script>',
    "redirected": '<script>location.href = "/redirect?{0}"</script>',
    "submit": '<form action="{0}/submit"></form><script>document.forms[0].submit()</script>',
}
SPELLINGS = ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]", "a.localhost")


def shell(script: str, body: str = '<div id="root"></div>') -> str:
    """A page that has next to no words without its script."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Northern Herald</title></head>'
        f"<body>{body}<script>{script}</script></body></html>"
    )


PAGES = {
    "/": _FOLDER.joinpath("list.html").read_text(encoding="utf-8"),
    "/consent": _FOLDER.joinpath("consent.html").read_text(encoding="utf-8"),
    "/shadow": _FOLDER.joinpath("shadow.html").read_text(encoding="utf-8"),
    "/hang": shell("setTimeout(() => { while (true) {} }, 100)"),
    "/leak": shell("const all = []; while (all.length < 24) all.push(new Uint8Array(5e7).fill(1))"),
    "/endless": shell('setInterval(() => { fetch("/api/list?0"); document.body.append(" more") }, 50)'),
}
ARTICLE = _FOLDER.joinpath("article.html").read_text(encoding="utf-8")
ROUTES = _FOLDER.joinpath("routes.html").read_text(encoding="utf-8")
"""Some 65 routes of one page to ``@TARGET@``."""


class ScriptMadeSite:
    """The site. ``asked`` has the paths in order, ``base`` is its address, ``host`` the same as ``host:port``."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.pages = dict(PAGES)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def base(self) -> str:
        return f"http://{self.host}"

    def answer(self, path: str) -> tuple[int, str, str]:
        """Give status, media type and body, for a redirect its target."""
        place, _, query = path.partition("?")
        if place == "/redirect":
            return 302, "", f"{query}/redirected"
        if place == "/worker.js":
            return 200, "text/javascript", f'fetch("{query}/worker"); importScripts("{query}/imported")'
        if place == "/routes":
            return 200, "text/html", ROUTES.replace("@TARGET@", query)
        if place == "/api/list":
            return 200, "application/json", json.dumps(list(range(int(query), int(query) + 10)))
        if place == "/api/article":
            body = "".join(PARAGRAPH.format(f"{query}{n}") for n in range(5))
            article = {"title": f"Ferry line number {query} opens", "date": "2026-11-05T08:00:00Z", "body": body}
            return 200, "application/json", json.dumps(article)
        if place.startswith("/news/"):
            return 200, "text/html", ARTICLE.replace("@NUMBER@", place.rpartition("-")[2])
        return (200, "text/html", self.pages[place]) if place in self.pages else (404, "text/plain", "")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, kind, body = site.answer(self.path)
                content = b"" if status == 302 else body.encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", body)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


class Canary:
    """Counts whatever reaches one port of loopback, by TCP over both versions of IP and by UDP."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        first = socket.create_server(("127.0.0.1", 0))
        self.port = first.getsockname()[1]
        self._sockets = [first]
        for family, kind, host in (
            (socket.AF_INET6, socket.SOCK_STREAM, "::1"),
            (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1"),
        ):
            try:
                further = socket.socket(family, kind)
                further.bind((host, self.port))
            except OSError:  # no IPv6 here
                continue
            if kind == socket.SOCK_STREAM:
                further.listen()
            self._sockets.append(further)
        for each in self._sockets:
            threading.Thread(target=self._wait, args=(each,), daemon=True).start()

    def _wait(self, one: socket.socket) -> None:
        while True:
            try:
                if one.type == socket.SOCK_DGRAM:
                    self.hits.append(f"UDP {one.recv(100)!r}")
                    continue
                connection, _ = one.accept()
                with connection:
                    self.hits.append("TCP")
                    connection.settimeout(1)
                    self.hits[-1] = f"TCP {connection.recv(100)!r}"
            except TimeoutError:
                continue
            except OSError:  # closed
                return

    def close(self) -> None:
        for each in self._sockets:
            each.close()
