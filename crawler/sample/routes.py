"""Build the answers of a sample site, by request target."""

import dataclasses
import gzip
import struct
import zlib
from urllib.parse import parse_qsl, urlencode

from crawler.sample.cards import Bases
from crawler.sample.content import Address, Article, Content, Listing, SiteName
from crawler.sample.render import notice_of, render_article, render_home, render_listing, render_notice

_HTML = "text/html; charset=utf-8"
#: Parameters that change nothing on the sample sites; the rest of a query selects a page.
_IGNORED = frozenset({"fbclid", "gclid", "yclid", "topic", "w", "f"})
_ROBOTS = {
    "mirai": "User-agent: *\nDisallow: /members/\nDisallow: /search\n",
    "harbor": "User-agent: *\nCrawl-delay: 0\nDisallow: /subscribers/\n\nSitemap: {base}/sitemap_index.xml\n",
}
_LISTING_TYPES = {
    "section": _HTML,
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml",
    "sitemap_index": "application/xml",
}
_SERVICE_PAGES = {
    "mirai": ("このサイトについて", ("ミライワイヤーは、Kijiの見本として書かれた架空のニュースサイトです。",)),
    "harbor": ("About The Harbor Observer", ("The Harbor Observer is invented: a sample site for Kiji.",)),
}
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the server.

    ``location`` is for redirects only, ``content_type`` is the header's value.
    """

    status: int
    body: bytes = b""
    content_type: str = _HTML
    location: str = ""


def normal_target(target: str) -> str:
    """Normalize a request target: no trackers, query sorted by name."""
    path, _, query = target.partition("?")
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name not in _IGNORED and not name.startswith("utm_")
    ]
    return f"{path}?{urlencode(sorted(kept))}" if kept else path


def build_answers(content: Content, site: SiteName, bases: Bases, edition: int) -> dict[str, Answer]:
    """Build the answers of a site in one edition, by normalized target."""
    title, lines = _SERVICE_PAGES[site]
    about = Answer(200, render_notice(content, site, title, lines).encode())
    answers = dict.fromkeys(("/about", "/terms", "/privacy", "/contact"), about)
    answers["/robots.txt"] = Answer(200, _ROBOTS[site].format(base=bases[site]).encode(), "text/plain; charset=utf-8")
    answers["/"] = Answer(200, render_home(content, site, bases).encode())
    for listing in content.listings:
        if listing.site == site:
            answers |= _listing_answers(content, listing, bases)
    for address in content.addresses.values():
        if address.site == site and address.answer != "section":
            answers |= _address_answers(content, address)
    for article in content.articles.values():
        if article.site == site:
            answers |= _article_answers(content, article, bases, edition)
    return {normal_target(target): answer for target, answer in answers.items()}


def not_found(content: Content, site: SiteName) -> Answer:
    """Return a site's answer for an unknown target."""
    unknown = Address(key="", outcome="failed", reason="", site=site, status=404)
    return Answer(404, render_notice(content, site, *notice_of(unknown)).encode())


def _article_answers(content: Content, article: Article, bases: Bases, edition: int) -> dict[str, Answer]:
    page = render_article(content, article, bases, edition)
    # What the encoding lacks is in the furniture only (©); a test holds the words to it.
    body = page.encode(article.encoding, errors="xmlcharrefreplace")
    answers = {article.path: Answer(200, body, article.content_type)}
    for path, variant in ((article.amp_path, "mirai_amp"), (article.print_path, "mirai_print")):
        if path:
            answers[path] = Answer(200, render_article(content, article, bases, edition, variant).encode())
    answers[f"/img/{article.key}.png"] = Answer(200, _png(zlib.crc32(article.key.encode())), "image/png")
    return answers


def _listing_answers(content: Content, listing: Listing, bases: Bases) -> dict[str, Answer]:
    page = render_listing(content, listing, listing.kind, bases).encode()
    answers = {listing.path: Answer(200, page, _LISTING_TYPES[listing.kind])}
    if listing.child:
        urlset = render_listing(content, listing, "urlset", bases).encode()
        answers[listing.child] = Answer(200, gzip.compress(urlset, mtime=0), "application/gzip")
    return answers


def _address_answers(content: Content, address: Address) -> dict[str, Answer]:
    site = address.site or "mirai"
    if address.answer == "redirect":
        return {address.path: Answer(address.status, location=address.target)}
    if address.answer == "chain":
        stem = address.path.removesuffix("1")
        hops = [f"{stem}{number}" for number in range(1, address.hops + 1)]
        targets = [*hops[1:], address.target]
        return {hop: Answer(address.status, location=to) for hop, to in zip(hops, targets, strict=True)}
    if address.answer == "empty":
        return {address.path: Answer(address.status)}
    if address.answer == "pdf":
        return {address.path: Answer(address.status, _PDF, "application/pdf")}
    if address.answer == "image":
        return {address.path: Answer(address.status, _png(0x88AACC), "image/png")}
    return {address.path: Answer(address.status, render_notice(content, site, *notice_of(address)).encode())}


def _png(colour: int) -> bytes:
    """Make a picture of one pixel (PNG, truecolour; W3C PNG specification, third edition, section 5)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = b"\0" + (colour & 0xFFFFFF).to_bytes(3, "big")
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixel)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data
