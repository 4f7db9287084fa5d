"""A body is whole where a page builder names each part, readers comment below, or a hidden copy repeats it."""

import hashlib

import pytest
from lxml.html import document_fromstring

from pipelines.extraction import extract
from pipelines.html.text_blocks import TextBlock, text_blocks
from pipelines.text.confirmed import without_copies
from tests.support.article_pages import BODY, MORE, URL, html, paragraphs

_DAYS = [f"On day {day} of the harvest {line[0].lower()}{line[1:]}" for day in range(1, 6) for line in MORE]


@pytest.mark.parametrize("name", ["builder-{}", "elementor-element elementor-element-{}", "block_{}", "c{}"])
def test_parts_with_a_hash_for_a_name_are_one_body(name: str) -> None:
    groups = [_DAYS[:5], *([line] for line in _DAYS[5:])]
    hashes = [hashlib.sha256(lines[0].encode()).hexdigest()[:16] for lines in groups]
    parts = [
        f'<div class="{name.format(code)}"><div class="text-{code}">{paragraphs(lines)}</div></div>'
        for lines, code in zip(groups, hashes, strict=True)
    ]
    text = extract(html(f"<main><h1>Rice harvest begins</h1>{''.join(parts)}</main>"), URL).text
    assert text.split("\n") == _DAYS


@pytest.mark.parametrize("holder", ["comment", "comment odd alt", "comment-content"])
def test_comments_in_the_container_of_the_body_are_left_out(holder: str) -> None:
    said = [f"I remember the harvest of {1960 + n}, when we had to carry all the sacks by hand." for n in range(40)]
    comments = "".join(f'<li class="row"><div class="{holder}">{paragraphs([line])}</div></li>' for line in said)
    area = f'<div class="postarea">{paragraphs([*BODY, *MORE])}<h3>40 replies</h3><ol>{comments}</ol></div>'
    text = extract(html(f"<div class='row'><h1>Rice harvest begins</h1>{area}</div>"), URL).text
    assert text.split("\n")[:7] == [*BODY, *MORE]
    assert "sacks by hand" not in text


_ELSEWHERE = '<p class="{}"><a href="/n/7001">Mayor of the river town resigns after the vote</a></p>'


@pytest.mark.parametrize("name", ["", "x81"])
@pytest.mark.parametrize("label", ['<div><a href="/topics/farms">Farms</a></div>', _ELSEWHERE.format("x2"), ""])
def test_paragraphs_that_are_one_link_and_topics_above_the_headline_are_left_out(name: str, label: str) -> None:
    body = f"{label}<h1>Rice harvest begins</h1>{paragraphs(BODY)}{_ELSEWHERE.format(name)}{paragraphs(MORE)}"
    text = extract(html(f'<div class="main"><div class="x1">{body}</div></div>'), URL).text
    assert text.split("\n") == [*BODY, *MORE]


def _blocks(lines: list[str]) -> list[TextBlock]:
    return text_blocks(document_fromstring(f"<html><body>{paragraphs(lines)}</body></html>"))


@pytest.mark.parametrize(("place", "share"), [(0, 1.0), (7, 1.0), (3, 0.7)])
def test_a_copy_of_several_blocks_goes(place: int, share: float) -> None:
    copy = " ".join([*BODY, *MORE]) + " And more." * int((1 - share) * 100)
    lines = [*BODY, *MORE]
    blocks = _blocks([*lines[:place], copy, *lines[place:]])
    assert without_copies(blocks, list(range(8))) == [each for each in range(8) if each != place]


@pytest.mark.parametrize("copies", [2, 3])
def test_two_copies_go_and_a_block_that_quotes_one_stays(copies: int) -> None:
    quoting = f"{BODY[0]} This is what we wrote on Friday. " + " ".join(_DAYS)
    blocks = _blocks([*BODY, *MORE, *[" ".join([*BODY, *MORE])] * copies, quoting])
    assert without_copies(blocks, list(range(len(blocks)))) == [*range(7), 7 + copies]


def test_a_body_that_begins_without_a_paragraph_is_whole() -> None:
    lead = " ".join([*BODY, *MORE])[:600] + "."
    body = f"<div>{lead}<p>{BODY[1]}</p>{BODY[2]}<p>{BODY[3]}</p></div>"
    page = f"<html><head><title>Rice harvest begins</title></head><body>{body}</body></html>"
    assert extract(page.encode(), URL).text.split("\n") == [lead, *BODY[1:4]]
