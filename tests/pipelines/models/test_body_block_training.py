"""Training of the model of an article's blocks: a block's label comes from a text or from phrases."""

import datetime

import numpy as np

from benchmarks.training.body_blocks import LabelledPage, labelled_pages, train
from benchmarks.training.truths import TruePage
from pipelines.models.boosted_trees import trees_of
from pipelines.raw_page import RawPage
from pipelines.text.arbiter import CLASSES
from pipelines.text.block_features import BLOCK_NAMES
from tests.support.article_pages import BODY, MORE, URL, html, paragraphs

_WHEN = datetime.datetime(2026, 10, 5, tzinfo=datetime.UTC)


def _page(text: str | None, wanted: tuple[str, ...] = (), unwanted: tuple[str, ...] = ()) -> list[LabelledPage]:
    body = html(f"<article><h1>Rice harvest begins</h1>{paragraphs([*BODY, *MORE])}</article>")
    raw = RawPage(URL, URL, body, 200, _WHEN, (("content-type", "text/html"),))
    return labelled_pages(TruePage(raw, "news.example", "set", text, wanted, unwanted, ""))


def test_a_block_is_the_articles_if_the_true_text_has_it() -> None:
    (page,) = _page("\n".join(BODY))
    assert page.labels.tolist()[-7:] == [1, 1, 1, 1, 0, 0, 0]


def test_phrases_label_their_blocks_alone() -> None:
    (page,) = _page(None, wanted=("a week earlier than usual",), unwanted=("Visitors may watch",))
    assert page.labels.tolist()[-7:] == [1, -1, -1, -1, -1, -1, 0]


def test_a_page_without_a_text_or_phrases_trains_nothing() -> None:
    assert _page(None) == []


def test_a_trained_model_follows_the_extractors() -> None:
    place = BLOCK_NAMES.index("first")
    (page,) = _page("\n".join(BODY))
    rows = np.zeros((len(page.labels), len(BLOCK_NAMES)))
    rows[:, place] = page.labels
    evidence = page.evidence.__class__((), page.evidence.weights, page.evidence.votes, page.evidence.places, (), rows)
    pages = [LabelledPage("s", "set", evidence, page.labels, page.counts, page.weights)] * 20
    likely = trees_of(train(pages)).probabilities(rows)[:, CLASSES.index("article")]
    assert (likely[page.labels == 1] > 0.9).all()
    assert (likely[page.labels == 0] < 0.1).all()
