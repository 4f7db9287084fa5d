"""Of a page with ten thousands of lines, only the first and last are read as boilerplate, and no word is lost."""

from lxml.html import document_fromstring

from pipelines.boilerplate.dom import cut_boilerplate
from pipelines.boilerplate.lines import clean_lines
from pipelines.labels.captions import is_caption

LINE = "The harvest began on Friday, a week earlier than usual, in field"


def _asked() -> int:
    info = is_caption.cache_info()
    return info.hits + info.misses


def test_the_lines_of_a_long_text_are_asked_about_at_its_ends() -> None:
    lines = [f"{LINE} {number}." for number in range(20_000)]
    before = _asked()
    text, cuts = clean_lines("\n".join([*lines, "Share this article"]), "Rice")
    assert _asked() - before < 6_000
    assert text.split("\n") == lines
    assert [cut.text for cut in cuts] == ["Share this article"]


def test_the_blocks_of_a_long_page_are_asked_about_at_its_start() -> None:
    caption = "<p>Photo: Ada Example</p>"
    body = caption + "".join(f"<p>{LINE} {number}.</p>" for number in range(20_000))
    tree = document_fromstring(f"<html><body><article>{body}</article></body></html>")
    before = _asked()
    cuts = cut_boilerplate(tree)
    assert _asked() - before < 6_000
    assert [cut.rule for cut in cuts] == ["caption"]
    assert len(list(tree.iter("p"))) == 20_000
