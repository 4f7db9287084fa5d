"""A news site with a feed, and the hub that the feed names, on one port of loopback."""

import hashlib
import hmac
import http.client
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

ARTICLE = "<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"
WORDS = "The ferry to the island leaves the old harbor again, as the mayor said on Monday after the storm. "


class Hub(ThreadingHTTPServer):
    """Keeps subscriptions by callback, verifies them as WebSub 5.3 asks, and delivers the feed.

    ``lease`` is what it grants, in seconds; ``verified`` are the statuses of its verifications. ``subscribed``
    is set with the first subscription.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lease = 864_000
        self.articles = 1
        self.status = 202
        self.subscriptions: dict[str, dict[str, str]] = {}
        self.requests: list[dict[str, str]] = []
        self.verified: list[int] = []
        self.subscribed = threading.Event()

    @property
    def url(self) -> str:
        """The site's address."""
        return f"http://127.0.0.1:{self.server_port}"

    def feed(self) -> bytes:
        """Write the feed."""
        items = "".join(
            f"<item><title>Ferry {number}</title><link>{self.url}/news/{number}</link></item>"
            for number in range(self.articles)
        )
        return f'<rss version="2.0"><channel><title>Harbor</title>{items}</channel></rss>'.encode()

    def take(self, form: dict[str, str]) -> None:
        """Verify a request, and carry it out if the subscriber confirms it."""
        self.requests.append(form)
        challenge = secrets.token_urlsafe(16)
        query = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": challenge}
        if form["hub.mode"] == "subscribe":
            query["hub.lease_seconds"] = str(self.lease)
        status, body = ask(form["hub.callback"], query)
        self.verified.append(status)
        if status == 200 and body == challenge.encode():
            if form["hub.mode"] == "subscribe":
                self.subscriptions[form["hub.callback"]] = form
                self.subscribed.set()
            else:
                self.subscriptions.pop(form["hub.callback"], None)

    def publish(self) -> list[int]:
        """Deliver the feed to every subscriber, signed; give their answers."""
        body = self.feed()
        return [
            deliver(callback, body, sign(form["hub.secret"], body)) for callback, form in self.subscriptions.items()
        ]


def sign(secret: str, body: bytes, method: str = "sha256") -> str:
    """Write the header of a signature."""
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


def ask(callback: str, query: dict[str, str]) -> tuple[int, bytes]:
    """Send a GET with a query to a callback."""
    return _send("GET", callback + "?" + urlencode(query))


def deliver(callback: str, body: bytes, signature: str = "") -> int:
    """Send a POST to a callback."""
    return _send("POST", callback, body, {"X-Hub-Signature": signature} if signature else {})[0]


def _send(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        # By the public name, as a reverse proxy passes it on.
        connection.request(
            method, parts.path + (f"?{parts.query}" if parts.query else ""), body or None,
            {"Host": "kiji.example", **(headers or {})},
        )  # fmt: skip
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Handler(BaseHTTPRequestHandler):
    """Serves the site, and takes requests to the hub."""

    server: Hub

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Serve the feed or an article."""
        if self.path == "/feed.xml":
            self.send_response(200)
            self.send_header("Link", f'<{self.server.url}/hub>; rel="hub"')
            self.send_header("Link", f'<{self.server.url}/feed.xml>; rel="self"')
            self._finish("application/rss+xml", self.server.feed())
        elif self.path.startswith("/news/"):
            number = self.path.rpartition("/")[2]
            text = "".join(f"<p>{WORDS * 3} Crossing {number} takes {part} minutes.</p>" for part in range(6))
            self.send_response(200)
            self._finish("text/html", ARTICLE.format(title=f"Ferry {number}", text=text).encode())
        else:
            self.send_response(404)
            self._finish("text/plain", b"")

    def do_POST(self) -> None:
        """Take a subscription, verify it, and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if self.server.status == 202:
            self.server.take(form)
        self.send_response(self.server.status)
        self._finish("text/plain", b"")

    def _finish(self, content_type: str, body: bytes) -> None:
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def news_with_hub() -> Iterator[Hub]:
    """Serve both."""
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()
