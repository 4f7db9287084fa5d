"""One request as a plain client makes it: no redirects followed, nothing decoded."""

import dataclasses
import http.client
from urllib.parse import urlsplit

import lxml.html

from crawler.sample.server import SampleSite
from crawler.sample.truth import TruthArticle


@dataclasses.dataclass(frozen=True)
class Fetched:
    status: int
    headers: dict[str, str]
    body: bytes

    def document(self, encoding: str = "utf-8") -> lxml.html.HtmlElement:
        return lxml.html.document_fromstring(self.body.decode(encoding).replace("\0", ""))


def fetch(url: str, headers: dict[str, str] | None = None, method: str = "GET") -> Fetched:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), headers=headers or {})
        answer = connection.getresponse()
        return Fetched(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def page_words(element: lxml.html.HtmlElement) -> str:
    """The element's text with single spaces, scripts and styles left out."""
    return spaced("".join(element.xpath(".//text()[not(ancestor::script or ancestor::style)]")))


def spaced(text: str) -> str:
    """White space of any kind and length, Japanese too, as one space."""
    return " ".join(text.split())


def encoding_of(article: TruthArticle) -> str:
    return {"ferry": "shift_jis", "museum": "euc_jp"}.get(article.key, "utf-8")


def served_urls(site: SampleSite) -> list[str]:
    """Every address of both sites that the truth names."""
    truth = site.truth()
    urls = [
        *(article.url for article in truth.articles),
        *(copy.url for copy in truth.copies),
        *(address.url for address in truth.addresses if address.source),
    ]
    return sorted(set(urls))
