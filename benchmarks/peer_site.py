"""The site on which Kiji is measured beside its peers: generated articles, their truth, and copies planted among them.

    python -m benchmarks.peer_site --articles 500

Half of the articles are Japanese, and half of the pages have the design of many of today's sites: class names without a
meaning, furniture in the other language (its cookie banner and ``<html lang>`` too), captions of generated pictures,
related cards with summaries in both languages. The other half has the plain design of ``generated_site``. Every tenth
article also stands at an address with a tracking parameter, and every tenth, word for word, under a second section of
the other design.

Prints its address; then serves until its standard input ends. ``/sitemap.xml`` and ``/urls.json`` list all pages.
"""

import argparse
import dataclasses
import functools
import http.server
import json
import random
import sys
import threading

from tests.support.generated_site import SEED, Texts

PARAGRAPHS, CARDS = 8, 5
CONSENT = {
    "ja": "We and our partners use cookies to store and access information on your device. Accept all cookies?",
    "en": "当サイトではCookieを使用しています。引き続き閲覧する場合は、Cookieの利用に同意したものとみなします。",
}
CAPTION = "AIによって生成された画像"
BYLINE = "AIによるレポート"


@dataclasses.dataclass(frozen=True)
class Truth:
    """What an article of the site is."""

    title: str
    paragraphs: tuple[str, ...]
    language: str

    @property
    def text(self) -> str:
        """A paragraph a line."""
        return "\n".join(self.paragraphs)


@functools.cache
def truth(number: int) -> Truth:
    """The article that has this number."""
    chance, texts = random.Random(SEED * 7_919 + number), _texts()  # noqa: S311 - repeatable, not secret
    language = "ja" if number % 2 else "en"
    paragraphs = tuple(texts.paragraph(language, chance, number * 100 + n) for n in range(PARAGRAPHS))
    return Truth(texts.paragraph(language, chance, number)[:50].strip(), paragraphs, language)


@functools.cache
def _texts() -> Texts:
    return Texts()


def path_of(number: int) -> str:
    """Where an article stands."""
    return f"/news/2026/10/{number % 28 + 1:02}/article-{number}.html"


def paths(articles: int) -> dict[str, tuple[int, bool]]:
    """Every address: its article, and whether the page has the modern design."""
    found = {path_of(number): (number, number % 4 < 2) for number in range(articles)}
    tracked = {f"{path_of(number)}?utm_source=feed": (number, number % 4 < 2) for number in range(3, articles, 10)}
    mirrored = {f"/partner/story-{number}.html": (number, number % 4 >= 2) for number in range(7, articles, 10)}
    return found | tracked | mirrored


def card_titles(number: int, articles: int) -> list[str]:
    """The titles of the related articles on a page: none of them belongs into its text."""
    return [truth((number * 5 + n) % articles).title for n in range(1, CARDS + 1)]


def page(number: int, articles: int, *, modern: bool) -> bytes:
    """One page."""
    article = truth(number)
    other = [(number * 5 + n) % articles for n in range(1, CARDS + 1)]
    body = "".join(f"<p>{paragraph}</p>" for paragraph in article.paragraphs)
    furniture = {"ja": "en", "en": "ja"}[article.language] if modern else article.language
    head = (
        f'<!doctype html><html lang="{furniture}"><head><meta charset="utf-8">'
        f"<title>{article.title} | Benchmark News</title>"
        f'<meta property="og:type" content="article"><meta property="og:title" content="{article.title}">'
        f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{article.title}",'
        f'"datePublished":"2026-10-{number % 28 + 1:02}T09:{number % 60:02}:00+09:00"}}</script></head><body>'
    )
    return (
        head + (_modern(article, other, body) if modern else _plain(article, other, body)) + "</body></html>"
    ).encode()


def _modern(article: Truth, other: list[int], body: str) -> str:
    cards = "".join(
        f'<div class="_c9x"><a class="_l2k" href="{path_of(n)}"><img src="/i/{n}.webp" alt="">'
        f'<span class="_q1">{CAPTION}</span><h3 class="_t7">{truth(n).title}</h3></a><span class="_q1">{BYLINE}</span>'
        f'<p class="_s3">{truth(n).paragraphs[0]}</p></div>'
        for n in other
    )
    menu = "".join(f'<a class="_m4" href="/section/{n}">Section {n}</a>' for n in range(60))
    filler = "".join(f'<div class="_x{n}"><span></span></div>' for n in range(300))
    heading = "関連記事" if article.language == "en" else "Related articles"
    return (
        f'<div class="_h0">{menu}</div>{filler}<div class="_w5"><h1 class="_t1">{article.title}</h1>'
        f'<div class="_p8"><img src="/i/main.webp" alt=""><span class="_q1">{CAPTION}</span></div>'
        f'<div class="_b6">{body}</div><h2 class="_r2">{heading}</h2><div class="_g4">{cards}</div></div>'
        f'<div role="dialog" class="_k1"><p>{CONSENT[article.language]}</p><button>OK</button></div>'
    )


def _plain(article: Truth, other: list[int], body: str) -> str:
    menu = "".join(f'<li class="nav__item"><a href="/section/{n}">Section {n}</a></li>' for n in range(80))
    related = "".join(f'<li><a href="{path_of(n)}">{truth(n).title}</a></li>' for n in other)
    filler = "".join(f'<div data-slot="{n}" class="slot slot--{n}"><span></span></div>' for n in range(300))
    return (
        f"<nav><ul>{menu}</ul></nav>{filler}<main><article><h1>{article.title}</h1>{body}</article>"
        f"<aside><h2>関連記事</h2><ul>{related}</ul></aside></main><footer>© Benchmark News</footer>"
    )


def main() -> None:
    """Serve until the standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=500)
    articles = parser.parse_args().articles
    answers = {path: page(number, articles, modern=modern) for path, (number, modern) in paths(articles).items()}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body, kind = answers.get(self.path), "text/html; charset=utf-8"
            if self.path == "/urls.json":
                body, kind = json.dumps([base + path for path in answers]).encode(), "application/json"
            elif self.path == "/sitemap.xml":
                entries = "".join(f"<url><loc>{base}{path}</loc></url>" for path in answers)
                body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()
                kind = "application/xml"
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(base, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
