"""A learnt model decides about blocks on which rules and extractors disagree, and only about those."""

import numpy as np
import pytest
from lxml.html import HtmlElement, document_fromstring

from pipelines.extraction import extract
from pipelines.html.text_blocks import text_blocks
from pipelines.models.boosted_trees import packaged_trees
from pipelines.text.arbiter import CLASSES, MODEL, BlockEvidence, PageSetting, arbitrate, decide
from pipelines.text.block_features import BLOCK_NAMES, BlockVotes, block_rows
from pipelines.text.opinions import Opinions
from tests.support.article_pages import BODY, MORE, URL, html, paragraphs


def _opinions(markup: str, first: list[float], second: list[float]) -> tuple[Opinions, list[HtmlElement]]:
    tree = document_fromstring(f"<html><body><main>{markup}</main></body></html>")
    blocks = text_blocks(tree.find("body"))
    opinions = Opinions(tree, blocks, first)
    opinions.__dict__["resiliparse"] = second
    return opinions, [block.element.getparent() for block in blocks]


def _evidence(
    markup: str, first: list[float], second: list[float], rules: list[int], inside: list[float] | None = None
) -> BlockEvidence:
    seen: list[BlockEvidence] = []
    opinions, containers = _opinions(markup, first, second)
    arbitrate(opinions, rules, PageSetting(containers, inside or [1.0] * len(containers)), seen.append)
    return seen[0]


def test_the_packaged_weights_are_for_the_features_of_today() -> None:
    trees = packaged_trees(MODEL)
    assert trees.features == BLOCK_NAMES
    assert trees.classes == CLASSES


def test_each_block_has_one_number_for_each_feature() -> None:
    opinions, containers = _opinions(paragraphs(BODY), [1.0] * 4, [1.0, 1.0, 0.0, 1.0])
    votes = BlockVotes(np.ones(4), np.array(opinions.resiliparse), np.ones(4), np.ones(4), containers)
    rows = block_rows(opinions.blocks, votes, np.array([1, 3]), "")
    assert rows.shape == (2, len(BLOCK_NAMES))
    assert np.isfinite(rows).all()
    assert rows[0, BLOCK_NAMES.index("second+1")] == 0.0
    assert rows[1, BLOCK_NAMES.index("second+1")] == -1.0  # there is no block behind the last


def test_where_rules_and_trafilatura_agree_nothing_is_decided_and_resiliparse_does_not_run() -> None:
    opinions, containers = _opinions(paragraphs(BODY), [1.0] * 4, [])
    del opinions.__dict__["resiliparse"]
    assert arbitrate(opinions, [0, 1, 2, 3], PageSetting(containers, [1.0] * 4)) == [0, 1, 2, 3]
    assert "resiliparse" not in opinions.__dict__


@pytest.mark.parametrize(
    ("likely", "kept"),
    [
        ([0.9, 0.9, 0.9, 0.9], [0, 1, 2, 3]),
        ([0.9, 0.7, 0.9, 0.9], [0, 2, 3]),  # one extractor alone needs more
        ([0.9, 0.9, 0.45, 0.9], [0, 1, 2, 3]),  # the rules keep it
        ([0.9, 0.9, 0.3, 0.9], [0, 1, 3]),
        ([0.9, 0.9, 0.9, 0.45], [0, 1, 2]),
    ],
)
def test_what_is_needed_to_keep_a_block_depends_on_who_keeps_it(likely: list[float], kept: list[int]) -> None:
    evidence = _evidence(paragraphs(BODY), [1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], [0, 2])
    assert decide(evidence, np.array(likely)) == kept


@pytest.mark.parametrize(("likely", "kept"), [(0.85, [0, 1, 2, 3, 4, 5]), (0.75, [2, 3, 4, 5])])
def test_above_the_containers_what_both_extractors_keep_needs_more(likely: float, kept: list[int]) -> None:
    table = "<table><tr><td>Small firms pay nothing at all.</td><td>Others pay nine pounds.</td></tr></table>"
    inside = [0.0, 0.0, 1.0, 1.0, 1.0, 1.0]
    evidence = _evidence(table + paragraphs(BODY), [1.0] * 5 + [0.0], [1.0] * 6, [2, 3, 4, 5], inside)
    assert decide(evidence, np.array([likely] * 6)) == kept


@pytest.mark.parametrize(("tag", "kept"), [("li", [0, 1, 2, 3, 4]), ("h3", [0, 1, 2, 3, 4]), ("div", [0, 1, 3, 4])])
def test_items_and_headings_that_resiliparse_alone_keeps_need_less_than_prose(tag: str, kept: list[int]) -> None:
    markup = f"{paragraphs(BODY[:2])}<{tag}>Fines start at 80 pounds in the city.</{tag}>{paragraphs(BODY[2:])}"
    evidence = _evidence(markup, [1.0, 1.0, 0.0, 1.0, 1.0], [1.0] * 5, [0, 1, 3, 4])
    assert decide(evidence, np.array([0.65] * 5)) == kept


@pytest.mark.parametrize("tag", ["li", "h3", "p"])
def test_what_neither_rules_nor_extractors_keep_is_not_asked_about(tag: str) -> None:
    markup = f"{paragraphs(BODY[:2])}<{tag}>Fines start at 80 pounds in the city.</{tag}>{paragraphs(BODY[2:])}"
    evidence = _evidence(markup, [1.0, 1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.2, 1.0, 1.0], [0, 1, 3, 4])
    assert evidence.is_disputed
    assert evidence.places.tolist() == [0, 1, 3, 4]


def test_what_is_noted_of_a_page_without_dispute_changes_nothing() -> None:
    evidence = _evidence(paragraphs(BODY), [1.0] * 4, [1.0] * 4, [0, 1, 2, 3])
    assert not evidence.is_disputed
    assert decide(evidence, np.array([0.9, 0.1, 0.9, 0.9])) == [0, 1, 2, 3]


def test_a_heading_is_not_added_without_what_it_is_over() -> None:
    markup = f"{paragraphs(BODY)}<h2>About the author</h2><p>Jane Doe writes about farms.</p>"
    evidence = _evidence(markup, [1.0] * 6, [1.0] * 6, [0, 1, 2, 3])
    assert decide(evidence, np.array([0.9, 0.9, 0.9, 0.9, 0.9, 0.1])) == [0, 1, 2, 3]
    assert decide(evidence, np.array([0.9] * 6)) == [0, 1, 2, 3, 4, 5]


def test_a_second_copy_of_the_body_in_one_block_is_not_added() -> None:
    copy = " ".join(BODY)
    opinions, containers = _opinions(f"{paragraphs([*BODY, *MORE])}<p>{copy}</p>", [1.0] * 8, [1.0] * 8)
    assert arbitrate(opinions, list(range(7)), PageSetting(containers, [1.0] * 8)) == list(range(7))
    other, containers = _opinions(paragraphs([*BODY, *MORE]), [1.0] * 7, [1.0] * 7)
    assert arbitrate(other, list(range(6)), PageSetting(containers, [1.0] * 7)) == list(range(7))


LIST = "<ul><li>Cars from before 2010 are inspected twice.</li><li>Fines start at 80 pounds.</li></ul>"
HEADING = "<h2>What is next</h2>"
ROUND = ["{}", "<div>{}</div>", "<div><div>{}</div></div>", "<main>{}</main>", "<section>{}</section>"]


@pytest.mark.parametrize("round_it", ROUND)
def test_lists_and_headings_stay_whatever_the_body_stands_in(round_it: str) -> None:
    body = f"<h1>Inspection rules change</h1>{paragraphs(BODY)}{LIST}{HEADING}{paragraphs(MORE)}"
    head = '<html lang="en"><head><title>Inspection rules change</title></head>'
    page = f"{head}<body>{round_it.format(body)}</body></html>"
    expected = [*BODY, "Cars from before 2010 are inspected twice.", "Fines start at 80 pounds.", "What is next", *MORE]
    assert extract(page.encode(), URL).text.split("\n") == expected


@pytest.mark.parametrize(
    "between",
    [
        '<ul><li><a href="/a">A night train returns</a></li><li><a href="/b">Harbour fees rise</a></li></ul>',
        "<h2>Related articles</h2>",
    ],
)
def test_links_and_headings_of_other_articles_between_paragraphs_stay_out(between: str) -> None:
    page = html(f"<div><h1>Rice harvest begins</h1>{paragraphs(BODY)}{between}{paragraphs(MORE)}</div>")
    assert extract(page, URL).text.split("\n") == [*BODY, *MORE]
