"""No bytes make ``extract`` raise, and hostile pages cost no more than their size."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.extraction import extract

URL = "https://news.example/2026/08/14/rice"
PIECES = st.sampled_from(
    [
        b"<p>", b"</p>", b"<div", b" class='a'", b">", b"<a href='/1'>", b"<a href='http://[::1'>", b"</a>",
        b"<table><tr><td>", b"<script type='application/ld+json'>",
        b'{"@type": "NewsArticle", "articleBody": 3}', b"</script>", b"<!--", b"-->", b"<![CDATA[",
        b"<base href='//'>", b"<meta charset=", b"utf-16", b"shift_jis", b"\x1b$B", b"\xff\xfe", b"\x00",
        b"\xed\xa0\x80", b"&#0;", b"&#xD800;", b"<svg><style>", b"<frameset>", b"<template>", "記事。".encode(),
        "記事。".encode("cp932"), b"<h1>", b"<time datetime='9999'>",
        b"<link rel='canonical' href='javascript:'>", b"<?xml version='1.0' encoding='x'?>", b"<rss>",
        b"<urlset>", b"%PDF-", b"A sentence that is long enough to be prose, twice over. ",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(PIECES | st.binary(max_size=30), max_size=60).map(b"".join),
    st.sampled_from([None, "text/html; charset=\udcff", ""]),
)
@example(b"\x00" * 1000, None)
@example(b"<html>" + b"\xff" * 500, "text/html; charset=iso-2022-jp")
def test_no_bytes_make_it_raise(body: bytes, content_type: str | None) -> None:
    reading = extract(body, URL, content_type)
    assert "crashed" not in reading.reason
    assert reading.url == URL


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_address_makes_it_raise(url: str) -> None:
    assert extract(b"<p>Some words.</p><a href='x'>y</a>", url).kind == "other"


def test_a_nul_or_a_control_character_does_not_end_the_page() -> None:
    sentence = "The harvest began on Friday, a week earlier than usual, under a clear sky and with a light wind."
    text = f"<h1>Rice</h1><p>{sentence}\x00</p><p>\x0b{sentence[::-1]}. \x1fThe end.</p>"
    assert extract(f"<html><body><article>{text}</article></body></html>".encode(), URL).text.endswith("The end.")


def test_twenty_thousand_nested_elements_are_borne() -> None:
    reading = extract(b"<html><body>" + b"<div>" * 20_000 + b"<p>deep</p>", URL)
    assert reading.kind == "other"


def test_lists_nested_deeper_than_the_stack_cost_no_words_beside_them() -> None:
    sentence = "The harvest began on Friday, a week earlier than usual, under a clear sky and with a light wind."
    words = "".join(f"<p>{sentence}</p>" for _ in range(4))
    reading = extract(f"<html><body><article><h1>Rice</h1>{words}{'<ul><li>a ' * 900}".encode(), URL)
    assert reading.text.startswith(sentence)


def test_a_title_of_half_a_million_characters_is_borne() -> None:
    reading = extract(
        b"<html><head><title>" + b"a" * 500_000 + b"</title></head><body><p>Words.</p></body></html>", URL
    )
    assert reading.kind == "other"
    assert len(reading.title) < 10_000


def test_ten_thousand_links_give_at_most_five_hundred_entries_and_outlinks() -> None:
    links = "".join(f'<li><a href="/2026/08/14/story-{n}">Story number {n} of the day</a></li>' for n in range(10_000))
    reading = extract(f"<html><body><main><ul>{links}</ul></main></body></html>".encode(), "https://news.example/local")
    assert (reading.kind, len(reading.entries), len(reading.outlinks)) == ("section", 500, 500)
