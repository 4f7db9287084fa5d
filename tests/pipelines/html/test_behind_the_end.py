"""What a page writes behind its end is part of it, as in browsers."""

import pytest

from pipelines.html.parse import parse_html
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from storage.column_types import utc_now

_SENTENCE = "The council of Hamura voted on Tuesday to keep the old bridge open until the new one is finished. "
_START = "<html><head><title>Bridge stays</title></head><body><h1>Bridge stays</h1></body></html>"


@pytest.mark.parametrize(
    "behind",
    [
        "<html><body><div><p>words behind</p></div></body></html>",
        "<!-- end --><html lang='en'><div><p>words behind</p></div>",
        "<html><head><meta name='a' content='b'></head><body><p>words <b>behind</b></p></body></html><html><p>and more",
    ],
)
def test_every_word_is_reached_from_the_root(behind: str) -> None:
    root = parse_html(_START + behind)
    assert root is not None
    assert "words behind" in " ".join(element.text_content() for element in root.iter("p"))
    assert root.getnext() is None
    assert [element.tag for element in root] == ["head", "body"]


def test_an_article_behind_the_end_is_read() -> None:
    body = f"{_START}<html><body><div class='post'>{''.join(f'<p>{n}. {_SENTENCE}</p>' for n in range(6))}</div></html>"
    url = "https://news.example/2026/11/30/bridge-stays"
    reading = read_page(RawPage(url, url, body.encode(), 200, utc_now(), (("content-type", "text/html"),)))
    assert reading.is_article
    assert reading.text.count(_SENTENCE.strip()) == 6
