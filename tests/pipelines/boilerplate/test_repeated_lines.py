"""Lines that a text repeats are labels and captions, unless they are items, cells, headings or values."""

import pytest

from pipelines.boilerplate.lines import clean_lines
from pipelines.extraction import extract
from tests.support.article_pages import BODY, MORE, URL, html, paragraphs

_LABEL = "Compare new car deals here"


def test_a_line_that_is_repeated_three_times_goes() -> None:
    lines = [line for sentence in (*BODY, *MORE) for line in (sentence, _LABEL)]
    text, cuts = clean_lines("\n".join(lines), "")
    assert text.split("\n") == [*BODY, *MORE]
    assert {cut.rule for cut in cuts} == {"line-repeated"}


@pytest.mark.parametrize(
    "line", ["Location: New York City", "Preis ab Werk: 20 Euro", "営業時間の目安：午前十時から五時"]
)
def test_a_label_with_its_value_stays(line: str) -> None:
    lines = [each for sentence in BODY for each in (sentence, line)]
    assert clean_lines("\n".join(lines), "") == ("\n".join(lines), [])


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("<ul><li>{}</li><li>Walk for ten minutes</li></ul>", "Easy jogging for half an hour"),
        ("<table><tr><td>{}</td><td>Walk for ten minutes</td></tr></table>", "Easy jogging for half an hour"),
        ("<h3>{}</h3>", "Flaws but not dealbreakers"),
    ],
)
def test_items_cells_and_headings_may_come_again(part: str, line: str) -> None:
    weeks = "".join(f"<p>{sentence}</p>{part.format(line)}" for sentence in BODY)
    text = extract(html(f"<main><article><h1>Plan</h1>{weeks}{paragraphs(MORE)}</article></main>"), URL).text
    assert text.split("\n").count(line) == len(BODY)
