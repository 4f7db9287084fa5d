"""Markup is tamed before parsing: fewer attributes, elements and tables, and every word is kept."""

import lxml.html
import pytest

from pipelines.html.parse import parse_html
from pipelines.html.tame_markup import drop_attributes, flatten, unnest_tables


def _attributes(number: int) -> bytes:
    return b"".join(b' data-a%d="%d"' % (each, each) for each in range(number))


def test_an_element_keeps_its_first_500_attributes() -> None:
    tamed = drop_attributes(b"<body><p" + _attributes(5_000) + b">Words stay.</p></body>")
    assert tamed.count(b"data-a") == 500
    assert b' data-a499="499"' in tamed
    assert list(lxml.html.document_fromstring(tamed).itertext()) == ["Words stay."]


def test_an_element_behind_a_long_script_keeps_its_first_500_attributes() -> None:
    script = b"<script>" + b"x" * 25_000 + b"</script>"
    assert drop_attributes(script + b"<p" + _attributes(5_000) + b">Words</p>").count(b"data-a") == 500


@pytest.mark.parametrize("number", [0, 20, 400])
def test_tags_with_few_attributes_stay_as_they_are(number: int) -> None:
    body = b"<body><p" + _attributes(number) + b' title="' + b"x" * 12_000 + b'">Words</p></body>'
    assert drop_attributes(body) == body


def test_attributes_of_several_elements_are_counted_apart() -> None:
    one = b"<p" + _attributes(900) + b">one</p>"
    assert drop_attributes(one * 3).count(b"data-a") == 1_500


def test_elements_below_the_hundredth_become_lines_and_keep_their_words() -> None:
    body = b"<div>" * 150 + b"deep <b>bold</b> word" + b"</div>" * 150 + b"<p>behind</p>"
    flat = flatten(body)
    assert flat.count(b"<div>") == flat.count(b"</div>") == 100
    assert flat.count(b"<br>") == 100  # fifty beginnings and fifty ends of blocks
    assert b"deep  bold  word" in flat
    assert flat.endswith(b"<p>behind</p>")


def test_elements_without_end_do_not_count_as_depth() -> None:
    body = b"<br><img src=a><input>" * 200 + b"<p>words</p>"
    assert flatten(body) == body


def test_ends_without_beginnings_are_borne() -> None:
    assert flatten(b"</div>" * 300 + b"<p>words</p>") == b"</div>" * 300 + b"<p>words</p>"


def _nested_tables(number: int) -> lxml.html.HtmlElement:
    opened = "".join(f"<table><tr><td>cell {each} " for each in range(number))
    return lxml.html.document_fromstring(f"<html><body>{opened}</body></html>")


@pytest.mark.parametrize(("number", "left"), [(1, 1), (12, 12), (13, 12), (40, 12)])
def test_the_thirteenth_table_within_others_becomes_a_box(number: int, left: int) -> None:
    tree = _nested_tables(number)
    before = tree.text_content()
    unnest_tables(list(tree.iter("table")))
    assert len(list(tree.iter("table"))) == left
    assert len(list(tree.iter("td"))) == left
    assert tree.text_content() == before


def test_tables_side_by_side_stay_tables() -> None:
    tree = lxml.html.document_fromstring("<body>" + "<table><tr><td>cell</table>" * 50)
    unnest_tables(list(tree.iter("table")))
    assert len(list(tree.iter("table"))) == 50


def test_a_document_too_deep_for_the_parser_keeps_the_words_at_its_bottom_and_behind() -> None:
    tree = parse_html("<html><body>" + "<div>" * 3_000 + "<p>bottom</p>" + "</div>" * 3_000 + "<p>behind</p>")
    assert tree is not None
    assert list(tree.itertext()) == ["bottom", "behind"]
