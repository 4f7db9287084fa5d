"""A site of generated articles on loopback, in a process of its own: as large as a benchmark needs.

    python -m tests.support.generated_site --pages 2000

Prints its address, then serves until its standard input ends. Pages are about 40 kB, half of them Japanese, each with
eight paragraphs of its own, a menu, a list of the latest, five related articles, and a sitemap over all.
"""

import argparse
import functools
import http.server
import itertools
import random
import sys
import threading

from crawler.sample.content import load_content

SEED = 7


class Texts:
    """Sentences of the sample site's articles, reshuffled: real words, and no two pages alike."""

    def __init__(self) -> None:
        articles = load_content().articles.values()
        texts = {language: [a.text for a in articles if a.language == language] for language in ("ja", "en")}
        self._sentences = {
            "ja": [
                f"{part}。" for text in texts["ja"] for line in text.splitlines() for part in line.split("。") if part
            ],
            "en": [f"{part}. " for text in texts["en"] for line in text.splitlines() for part in line.split(". ")],
        }

    def paragraph(self, language: str, chance: random.Random, number: int) -> str:
        """Five sentences, with a number that no other paragraph has."""
        chosen = chance.sample(self._sentences[language], 5)
        return "".join(chosen) + (f"整理番号は{number}。" if language == "ja" else f"The file number is {number}.")


@functools.cache
def page(number: int, pages: int, first: int = 0) -> bytes:
    """One article page of a site of so many; ``first`` is the number of its first page among those of all sites."""
    serial = first + number
    chance = random.Random(SEED * 1_000_003 + serial)  # noqa: S311 - repeatable, not secret
    language = "ja" if number % 2 else "en"
    texts = _texts()
    body = "".join(f"<p>{texts.paragraph(language, chance, serial * 100 + n)}</p>" for n in range(8))
    title = texts.paragraph(language, chance, serial)[:60]
    menu = "".join(f'<li class="nav__item"><a href="/section/{n}">Section {n}</a></li>' for n in range(80))
    latest = "".join(_link((number + n * 17) % pages) for n in range(10))
    related = "".join(_link((number * 5 + n) % pages) for n in range(1, 6))
    filler = "".join(f'<div data-slot="{n}" class="_x{n}"><span></span></div>' for n in range(300))
    return (
        f'<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>{title} | Benchmark</title>'
        f'<meta property="og:type" content="article"><script type="application/ld+json">'
        f'{{"@type":"NewsArticle","headline":"{title}","datePublished":"2026-10-05T09:{number % 60:02}:00+09:00"}}'
        f"</script></head><body><nav><ul>{menu}</ul></nav>{filler}<main><article><h1>{title}</h1>{body}</article>"
        f"<aside><h2>関連記事</h2><ul>{related}</ul></aside><section><h2>新着</h2><ul>{latest}</ul></section></main>"
        f"<footer>© Benchmark</footer></body></html>"
    ).encode()


@functools.cache
def _texts() -> Texts:
    return Texts()


def _link(number: int) -> str:
    return f'<li><a href="/news/2026/10/05/story-{number}.html">The story that has the number {number}</a></li>'


def path_of(number: int) -> str:
    """Where a page stands."""
    return f"/news/2026/10/05/story-{number}.html"


def sitemap(base: str, pages: int) -> bytes:
    """All pages."""
    entries = "".join(f"<url><loc>{base}{path_of(n)}</loc></url>" for n in range(pages))
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()


def main() -> None:
    """Serve until the standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    pages = parser.parse_args().pages
    by_path = {path_of(number): functools.partial(page, number, pages) for number in range(pages)}
    for make in by_path.values():
        make()  # before the clock runs

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            make = by_path.get(self.path)
            if self.path == "/sitemap.xml":
                self._send(200, "application/xml", sitemap(base, pages))
            elif make is None:
                self._send(404, "text/plain", b"")
            else:
                self._send(200, "text/html; charset=utf-8", make())

        def _send(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(base, flush=True)
    for _ in itertools.takewhile(bool, iter(sys.stdin.readline, "")):
        pass


if __name__ == "__main__":
    main()
