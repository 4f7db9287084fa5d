"""Articles that a single extractor, or a container that was never closed, would reduce to a scrap."""

import pytest

from pipelines.extraction import extract
from tests.support.article_pages import BODY, MORE, URL, html, paragraphs


@pytest.mark.parametrize("tag", ["nav", "aside", "button", "noscript", "label"])
def test_a_body_inside_an_element_that_is_no_place_for_one_is_read(tag: str) -> None:
    page = html(f'<main><h1>Rice harvest begins</h1><{tag} class="top">{paragraphs([*BODY, *MORE])}</{tag}></main>')
    assert extract(page, URL).text.split("\n") == [*BODY, *MORE]


@pytest.mark.parametrize("name", ["container cmp-container", "cmp-container", "responsivegrid cmp-container"])
def test_classes_of_adobes_components_are_no_consent_platforms(name: str) -> None:
    page = html(f'<main><h1>Rice harvest begins</h1><div class="{name}">{paragraphs([*BODY, *MORE])}</div></main>')
    assert extract(page, URL).text.split("\n") == [*BODY, *MORE]


@pytest.mark.parametrize("tag", ["p", "div", "blockquote"])
def test_a_body_of_which_trafilatura_finds_a_scrap_is_read_by_the_other_extractor(tag: str) -> None:
    scrap = f'<div class="entry-content">{paragraphs(BODY)}</div>'
    days = [f"On day {day} of the harvest {line[0].lower()}{line[1:]}" for day in range(1, 11) for line in MORE]
    rows = (f'<div class="row-{n}"><div class="c-{n}"><{tag}>{day}</{tag}></div></div>' for n, day in enumerate(days))
    text = extract(html(f"<main><h1>Rice harvest begins</h1><div>{scrap}</div>{''.join(rows)}</main>"), URL).text
    assert [line for line in days if line not in text] == []
