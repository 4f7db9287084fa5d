"""Links in HTTP headers: which relation leads where."""

import datetime

import pytest

from pipelines.html.link_header import header_links
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from storage.reading import Reading
from tests.support.hostile_server import WORDS, article

PAGE = "https://news.example/print/123456"
CANONICAL = "https://news.example/2026/10/05/ferry-returns"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"<{CANONICAL}>; rel=canonical", [("canonical", CANONICAL)]),
        ("</a.css>; rel=preload; as=style,</n/1>;rel='canonical'", [("preload", "/a.css"), ("canonical", "/n/1")]),
        ('< /n/1 > ; title="x, <y>; rel=next" ; REL = "Canonical icon"', [("canonical", "/n/1"), ("icon", "/n/1")]),
        ('</n/1>; rel="next"; rel="canonical"', [("next", "/n/1")]),
        ('</n/1>; rel="canonical"; anchor="/n/2", </n/3>; rel=canonical', [("canonical", "/n/3")]),
        ('</n/1>; crossorigin; rel="canonical', [("canonical", "/n/1")]),
        (r'</n/1>; title="a \" <b>; rel=x"; rel=canonical', [("canonical", "/n/1")]),
        ("rel=canonical", []),
        ("</n/1>, rel=canonical", []),
        (None, []),
    ],
)
def test_the_links_of_a_header(header: str | None, expected: list[tuple[str, str]]) -> None:
    assert list(header_links(header)) == expected


def read(link: str, head: str = "") -> Reading:
    headers = (("content-type", "text/html; charset=utf-8"), ("link", link))
    html = article("Ferry returns", WORDS, head=head).encode()
    return read_page(RawPage(PAGE, PAGE, html, 200, datetime.datetime.now(datetime.UTC), headers))


def test_a_canonical_address_in_the_headers_is_believed_as_one_in_the_page() -> None:
    reading = read("</2026/10/05/ferry-returns>; rel=canonical")
    assert (reading.canonical_url, reading.declared_canonical) == (CANONICAL, CANONICAL)


def test_the_page_itself_is_believed_before_its_headers_and_these_before_its_open_graph_address() -> None:
    other = "https://news.example/2026/10/05/another"
    header = f"<{other}>; rel=canonical"
    assert read(header, f'<link rel="canonical" href="{CANONICAL}">').canonical_url == CANONICAL
    assert read(header, f'<meta property="og:url" content="{CANONICAL}">').canonical_url == other
    assert read("", f'<meta property="og:url" content="{CANONICAL}">').canonical_url == CANONICAL


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("/", "the home page"),
        ("https://another.example/2026/10/05/ferry", "another registered domain"),
        ("/2026/" + "ferry-" * 800, "longer than 2,000 characters"),
    ],
)
def test_a_canonical_address_in_the_headers_is_refused_as_one_in_the_page(target: str, reason: str) -> None:
    reading = read(f"<{target}>; rel=canonical")
    assert (reading.canonical_url, reading.canonical_refused) == (PAGE, reason)
    assert reading.declared_canonical


@pytest.mark.parametrize("target", ["javascript:alert(1)", "http://[bad", ""])
def test_what_is_no_address_in_the_headers_is_nothing(target: str) -> None:
    reading = read(f"<{target}>; rel=canonical")
    assert (reading.canonical_url, reading.declared_canonical, reading.canonical_refused) == (PAGE, None, "")
