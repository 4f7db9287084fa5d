"""Pages with several ``article`` elements: others below the first, a live blog's updates, the parts of one body."""

import pytest

from pipelines.extraction import extract
from tests.support.article_pages import BODY, MORE, URL, html, paragraphs

MARKS = (
    '<meta property="og:type" content="article">'
    '<meta property="article:published_time" content="2026-08-14T09:00:00+09:00">'
)
OWN = f"<article><h1>Rice harvest begins</h1><div class='text'>{paragraphs(BODY)}</div></article>"
UPDATES = [f"{9 + number}.30: {line}" for number, line in enumerate([*MORE, *BODY])]


def text_of(main: str) -> list[str]:
    return extract(html(f"<main>{main}</main>", MARKS), URL).text.split("\n")


def update(number: int, line: str) -> str:
    return f"<article><h2>Update {number} from the valley</h2><div class='text'><p>{line}</p></div></article>"


@pytest.mark.parametrize("tag", ["h1", "h2"])
@pytest.mark.parametrize("lines", [MORE, [*MORE, *MORE[::-1]]], ids=["short", "long"])
def test_an_article_that_follows_as_one_scrolls_on_is_another(tag: str, lines: list[str]) -> None:
    following = f"<article><{tag}>The mill is rebuilt</{tag}><div class='text'>{paragraphs(lines)}</div></article>"
    assert text_of(OWN + following) == BODY
    assert text_of(f"<div>{OWN}</div><div>{following}</div>") == BODY


def test_the_updates_of_a_live_blog_stay_under_the_headline_above_them() -> None:
    updates = "".join(update(number, line) for number, line in enumerate(UPDATES))
    found = text_of(f"<h1>Rice harvest begins</h1>{updates}")
    assert [line for line in found if line in UPDATES] == UPDATES


def test_the_updates_of_a_live_blog_stay_within_the_article_that_holds_them() -> None:
    updates = "".join(update(number, line) for number, line in enumerate(UPDATES))
    found = text_of(
        f"<article><h1>Rice harvest begins</h1><div class='text'>{paragraphs(BODY[:2])}</div>{updates}</article>"
    )
    assert [line for line in found if line in [*BODY[:2], *UPDATES]] == [*BODY[:2], *UPDATES]


def test_the_updates_of_a_live_blog_stay_beside_the_article_that_opens_it() -> None:
    updates = "".join(update(number, line) for number, line in enumerate(UPDATES))
    found = text_of(OWN + updates)
    assert [line for line in found if line in [*BODY, *UPDATES]] == [*BODY, *UPDATES]


def test_a_body_in_a_second_article_stays_whatever_its_subheadings() -> None:
    lead = "<article><h1>Rice harvest begins</h1><div class='text'><p>" + MORE[0] + "</p></div></article>"
    body = (
        f"<article><div class='text'>{paragraphs(BODY)}<h2>What comes next</h2>{paragraphs(MORE[1:])}</div></article>"
    )
    assert [line for line in text_of(lead + body) if line in [*BODY, *MORE]] == [MORE[0], *BODY, *MORE[1:]]
