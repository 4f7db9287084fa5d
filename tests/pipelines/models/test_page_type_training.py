"""Training of page types: truth is read from folders, and a page's word becomes its class."""

import datetime
import json
import logging
from pathlib import Path

import numpy as np
import pytest

from benchmarks.training.page_types import train
from benchmarks.training.truths import TruePage, read_truths
from pipelines.models.boosted_trees import trees_of
from pipelines.raw_page import RawPage
from pipelines.text.page_features import FEATURE_NAMES
from pipelines.text.page_type import CLASSES
from pipelines.warc.write import payload_digest, response_record
from tests.support.article_pages import html

_WHEN = datetime.datetime(2026, 10, 5, tzinfo=datetime.UTC)


def _raw(url: str) -> RawPage:
    return RawPage(url, url, html("<p>A page.</p>"), 200, _WHEN, (("content-type", "text/html"),))


def test_truth_is_read_with_its_pages_and_what_has_no_page_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    urls = ["https://news.example/a", "https://shop.example/b", "https://club.example/login"]
    records = [response_record(raw, payload_digest(raw.body)) for raw in map(_raw, urls)]
    (tmp_path / "pages.warc.gz").write_bytes(b"".join(records))
    rows = [
        {"url": urls[0], "text": "A page.\u2028Its second line.", "page_type": "article"},
        {"url": urls[1], "text": "Goods.", "page_type": "collection"},
        {"url": urls[2], "kind": "login"},
        {"url": "https://gone.example/", "kind": "home"},
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "truth.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        pages = list(read_truths(tmp_path))
    assert [(page.site, page.page_type, page.text) for page in pages] == [
        ("news.example", "article", "A page.\u2028Its second line."),
        ("shop.example", "collection", None),
        ("club.example", "login", None),
    ]
    assert "https://gone.example/" in caplog.text


def test_a_trained_model_knows_forms_from_articles() -> None:
    place = FEATURE_NAMES.index("page:control_password")
    rows = np.zeros((60, len(FEATURE_NAMES)))
    rows[30:, place] = 1.0
    pages = [
        TruePage(_raw("https://news.example/"), "news.example", "set", None, (), (), kind)
        for kind in ["article"] * 30 + ["login"] * 30
    ]
    probabilities = trees_of(train(pages, rows)).probabilities(rows[[0, -1]])
    assert [CLASSES[best] for best in probabilities.argmax(axis=1)] == ["article", "form"]
