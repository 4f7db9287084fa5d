"""A site on loopback that lives: articles are edited and published, and every request is written down.

Of every four articles two have an ETag, one a Last-Modified, and one no validator at all, as sites are.
"""

import dataclasses
import email.utils
import hashlib
import http.server
import random
import threading
import time
from types import TracebackType
from typing import Self

WORDS = [
    "harbour",
    "ferry",
    "council",
    "minister",
    "budget",
    "island",
    "railway",
    "storm",
    "fishery",
    "school",
    "market",
    "bridge",
    "tower",
    "survey",
    "festival",
    "hospital",
    "library",
    "engine",
    "election",
    "forecast",
    "tunnel",
    "museum",
    "orchard",
    "reactor",
    "glacier",
    "parliament",
    "satellite",
    "vineyard",
    "airport",
    "ceramic",
    "drought",
    "embassy",
    "factory",
    "gallery",
    "highway",
    "inquiry",
    "journal",
    "kitchen",
    "lantern",
    "mosaic",
    "nursery",
    "observer",
]


@dataclasses.dataclass(frozen=True)
class Asked:
    """One request and how it was answered; ``at`` is ``time.monotonic``."""

    path: str
    status: int
    length: int
    at: float
    conditional: bool


def path_of(number: int) -> str:
    """Where an article stands."""
    return f"/news/2026/10/05/story-{number}"


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class LivingSite:
    """Used with ``with``. ``edited`` holds each article's number of edits, ``pages`` how many there are."""

    def __init__(self, pages: int, *, related: int = 3) -> None:
        self.pages = pages
        self._linked = pages  # so that an article that is published later changes no card
        self.related = related
        self.edited: dict[int, int] = {}
        self.log: list[Asked] = []
        self.front_edition = 0
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                status, content_type, body, headers = site.answer(self.path, dict(self.headers.items()))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 304:
                    self.send_header("Content-Type", content_type)
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body if status != 304 else b"")
                conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
                site.log.append(Asked(self.path, status, len(body), time.monotonic(), conditional))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
                """Quiet."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"

    def edit(self, number: int) -> None:
        """Change an article's words."""
        self.edited[number] = self.edited.get(number, 0) + 1

    def publish(self, number: int) -> None:
        """Add so many articles at the end, and list them."""
        self.pages += number
        self.front_edition += 1

    def answer(self, path: str, asked: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        """Status, type, body and headers."""
        if path == "/sitemap.xml":
            body = self._sitemap()
            tag = f'"{self.front_edition}"'
            return (304 if asked.get("If-None-Match") == tag else 200), "application/xml", body, {"ETag": tag}
        number = path.rpartition("-")[2]
        if not path.startswith("/news/") or not number.isdecimal() or int(number) >= self.pages:
            return 404, "text/plain", b"", {}
        return self._article(int(number), asked)

    def _article(self, number: int, asked: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        edition = self.edited.get(number, 0)
        body = self._page(number, edition)
        kind = number % 4
        if kind < 2:
            tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
            known, headers = asked.get("If-None-Match") == tag, {"ETag": tag}
        elif kind == 2:
            modified = email.utils.formatdate(1_791_180_000 + 60 * edition, usegmt=True)
            known, headers = asked.get("If-Modified-Since") == modified, {"Last-Modified": modified}
        else:
            known, headers = False, {}
        return (304 if known else 200), "text/html; charset=utf-8", body, headers

    def has_validator(self, number: int) -> bool:
        """Whether an article can be asked for conditionally."""
        return number % 4 != 3

    def _page(self, number: int, edition: int) -> bytes:
        chance = random.Random(number)  # noqa: S311 - repeatable, not secret
        title = f"{chance.choice(WORDS)} {chance.choice(WORDS)} {number} reported today".capitalize()
        lines = [" ".join(chance.choice(WORDS) for _ in range(28)).capitalize() + f" in {number}." for _ in range(6)]
        if edition:
            lines[2] = f"Correction number {edition}: the council had given another figure at first, it said on Monday."
        others = [(number * 3 + n) % self._linked for n in range(1, self.related + 1)]
        cards = "".join(f'<li><a href="{path_of(n)}">The story number {n} behind it</a></li>' for n in others)
        paragraphs = "".join(f"<p>{line}</p>" for line in lines)
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            '<meta property="og:type" content="article">'
            f'<meta property="article:published_time" content="2026-10-05T{number % 24:02}:00:00+09:00"></head>'
            f"<body><article><h1>{title}</h1>{paragraphs}</article>"
            f"<section><h2>Related stories</h2><ul>{cards}</ul></section></body></html>"
        ).encode()

    def _sitemap(self) -> bytes:
        entries = "".join(f"<url><loc>{self.base}{path_of(n)}</loc></url>" for n in range(self.pages))
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()

    def config(self, *, follow: str = "related") -> str:
        """A config with this site as its one source, ``living``."""
        return (
            f'[crawl]\ndelay = 0.0\n[[source]]\nname = "living"\nstart = ["{self.base}/sitemap.xml"]\n'
            f'follow = "{follow}"\nmax_pages = 1000000\nallow_private_addresses = true\n'
        )

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
