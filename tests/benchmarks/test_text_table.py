"""Scoring of texts by several packages: each set by its own measure, and the best package of each page."""

import datetime

import pytest

from benchmarks.training.text_scores import mean_f1, score_page
from benchmarks.training.text_table import ScoredPage, table
from benchmarks.training.truths import TruePage
from pipelines.raw_page import RawPage
from tests.support.article_pages import URL

_RAW = RawPage(URL, URL, b"", 200, datetime.datetime(2026, 10, 5, tzinfo=datetime.UTC), ())


def _truth(text: str | None, *, kind: str = "", language: str = "en", **phrases: tuple[str, ...]) -> TruePage:
    wanted, unwanted = phrases.get("wanted", ()), phrases.get("unwanted", ())
    return TruePage(_RAW, "news.example", "set", text, wanted, unwanted, kind, language)


def test_news_is_scored_by_four_words_in_a_row_and_japanese_by_characters() -> None:
    score = score_page("one two three four six", _truth("one two three four five"))
    assert (score.hit, score.surplus, score.missed) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert score_page("港が開いた。", _truth("港が 開いた", language="ja")).f1 == 1.0
    assert score_page("", _truth("one two three four five")).f1 == 0.0


def test_pages_of_many_types_are_scored_by_their_words_whatever_the_order() -> None:
    assert score_page("four three Two one", _truth("one two three four", kind="article")).f1 == 1.0
    assert score_page("one two", _truth("one two three four", kind="article")).f1 == pytest.approx(2 / 3)


def test_phrases_are_counted_over_all_pages() -> None:
    pages = [_truth(None, wanted=("a b", "c d"), unwanted=("e f",)), _truth(None, wanted=("g",))]
    scores = [score_page("a  b e f", pages[0]), score_page("g", pages[1])]
    assert [(score.hit, score.surplus, score.missed) for score in scores] == [(1, 1, 1), (1, 0, 0)]
    assert mean_f1(pages, scores) == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))


def test_the_oracle_takes_the_best_package_of_each_page() -> None:
    truth = _truth("one two", kind="article")
    good, bad = score_page("one two", truth), score_page("one three", truth)
    rows = ((good, bad, good), (bad, good, bad))
    names = ("Kiji", "trafilatura", "resiliparse")
    pages = [ScoredPage(truth, dict(zip(names, scores, strict=True)), {}) for scores in rows]
    assert [page.best() for page in pages] == ["Kiji", "trafilatura"]
    assert table(pages)[-1] == "| set | 2 | 0.7500 | 0.7500 | 0.7500 | 1.0000 | 1.0000 |"
