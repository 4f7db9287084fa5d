"""The structure of a text: stored beside it, kept right when lines go, written as HTML and Markdown."""

import html
import re

import pytest

from storage.body.html import body_html
from storage.body.markdown import body_markdown
from storage.body.structure import Body, BodyImage, BodyLink, fit, join_bodies, pack, unpack

LINES = (
    "The boats are back.",
    "Fares",
    "adults",
    "by day",
    "children",
    "under six",
    "Quay",
    "Boats",
    "North",
    "“Good.”",
)
TEXT = "\n".join((*LINES, "See the timetable <here> & there."))
THERE = "https://boats.example/times?a=1&b=(2)"
BODY = Body(
    ("p", "h2", "u", "o2", "u", ".", "R", "C", "c1", "q", "p"),
    (BodyLink(10, 8, "timetable", THERE, False),),
    (BodyImage(1, "https://boats.example/i.jpg", "At <sea>", "A. Mori", 'A "boat"', 640, 480),),
)


def words(markup: str) -> str:
    """The words of HTML beside its figures, without white space."""
    shown = re.sub(r"<figure>.*?</figure>", "", markup)
    return "".join(html.unescape(re.sub(r"<[^<>]*>", " ", shown)).split())


def test_what_is_stored_is_read_again_and_plain_paragraphs_cost_nothing() -> None:
    assert unpack(pack(BODY), TEXT) == BODY
    assert pack(Body(("p",) * 40)) == ""
    assert unpack("", "one\ntwo") == Body(("p", "p"))


@pytest.mark.parametrize(
    "packed",
    [
        pack(BODY),
        "{",
        "[]",
        "null",
        '{"lines":"2p"}',
        '{"lines":"2x"}',
        '{"lines":"99999999999p"}',
        '{"lines":"2p","links":[[1]]}',
    ],
)
def test_a_structure_of_another_text_is_none(packed: str) -> None:
    assert unpack(packed, "a text\nof three\nlines") == Body(("p", "p", "p"))


def test_html_has_the_words_in_their_order_and_nothing_that_could_run() -> None:
    written = body_html(TEXT, pack(BODY))
    assert words(written) == "".join(TEXT.split())
    assert written.split("\n") == [
        "<p>The boats are back.</p>",
        '<figure><img src="https://boats.example/i.jpg" alt="A &quot;boat&quot;" width="640" height="480">'
        "<figcaption>At &lt;sea&gt; <cite>A. Mori</cite></figcaption></figure>",
        "<h2>Fares</h2>",
        "<ul><li>adults<ol><li>by day</li></ol></li><li>children<br>under six</li></ul>",
        "<table><tr><th>Quay</th><th>Boats</th><td></td><td>North</td></tr></table>",
        "<blockquote><p>“Good.”</p></blockquote>",
        '<p>See the <a href="https://boats.example/times?a=1&amp;b=(2)">timetable</a> &lt;here&gt; &amp; there.</p>',
    ]


def test_a_page_that_shows_it_asks_no_other_host_and_passes_no_praise_on() -> None:
    written = body_html(TEXT, pack(BODY), rel="nofollow", shows_pictures=False)
    assert "<img" not in written
    assert '<figure><a href="https://boats.example/i.jpg" rel="nofollow">A "boat"</a>' in written
    assert written.count('rel="nofollow"') == 2


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/relative", "//boats.example/", ""])
def test_an_address_that_is_no_absolute_web_address_is_left_out(url: str) -> None:
    body = Body(("p",), (BodyLink(0, 0, "Boats", url, False),), (BodyImage(0, url),))
    assert body_html("Boats sail.", pack(body)) == "<p>Boats sail.</p>"
    assert body_markdown("Boats sail.", pack(body)) == "Boats sail."


def test_a_link_whose_words_are_elsewhere_is_left_out() -> None:
    body = Body(("p",), (BodyLink(0, 3, "Boats", THERE, False), BodyLink(0, 6, "sail", THERE, False)))
    assert body_html("Boats sail.", pack(body)).count("<a ") == 1


def test_markdown_has_the_structure_and_escapes_what_would_look_like_one() -> None:
    assert body_markdown(TEXT, pack(BODY)).split("\n\n") == [
        "The boats are back.",
        '![A "boat"](https://boats.example/i.jpg)\n*At \\<sea\\> A. Mori*',
        "## Fares",
        "- adults\n  1. by day\n- children  \n  under six",
        "| Quay | Boats |  | North |\n| --- | --- | --- | --- |",
        "> “Good.”",
        "See the [timetable](https://boats.example/times?a=1&b=%282%29) \\<here\\> & there.",
    ]
    assert body_markdown("# 1\n- 2\n3. 4\n*5*\n2026.", "") == "\\# 1\n\n\\- 2\n\n3\\. 4\n\n\\*5\\*\n\n2026\\."


def test_lines_that_go_take_their_structure_with_them() -> None:
    rest = "\n".join((LINES[0], LINES[2], TEXT.split("\n")[-1], "Added later."))
    body = unpack(fit(pack(BODY), TEXT, rest), rest)
    assert body.codes == ("p", "u", "p", "p")
    assert [(link.line, link.text) for link in body.links] == [(2, "timetable")]
    assert [image.line for image in body.images] == [1]
    assert fit(pack(BODY), TEXT, TEXT) == pack(BODY)
    assert fit("", TEXT, rest) == ""


def test_pages_are_joined_with_their_structures() -> None:
    joined = join_bodies([("one\ntwo", ""), (TEXT, pack(BODY))])
    body = unpack(joined, f"one\ntwo\n{TEXT}")
    assert body.codes == ("p", "p", *BODY.codes)
    assert (body.links[0].line, body.images[0].line) == (12, 3)
    assert join_bodies([("one", ""), ("two", "")]) == ""
