"""JSON as news-please and Fundus write it, and as anybody writes it who names the keys."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.warc.foreign_json import canonical
from tests.support.commands import kiji, query
from tests.support.hostile_server import JAPANESE, WORDS

NEWS_PLEASE: dict[str, Any] = {
    "authors": ["Ada Byron"],
    "date_download": "2026-11-20 08:00:00+00:00",
    "date_modify": "None",
    "date_publish": "2026-11-19 06:30:00",
    "description": "The ferry is back.",
    "filename": "https%3A%2F%2Fwire.example%2Fferry.json",
    "image_url": None,
    "language": "en",
    "localpath": None,
    "maintext": WORDS,
    "source_domain": "wire.example",
    "text": None,
    "title": "The ferry returns",
    "title_page": None,
    "title_rss": None,
    "url": "https://wire.example/ferry",
}
PARAGRAPHS = JAPANESE.splitlines()
FUNDUS: dict[str, Any] = {
    "title": "The market opens",
    "body": {"summary": [PARAGRAPHS[0]], "sections": [{"headline": ["Repairs"], "paragraphs": PARAGRAPHS[1:]}]},
    "authors": ["Grace Hopper"],
    "publishing_date": "2026-11-18 10:00:00+01:00",
    "topics": ["harbour"],
    "free_access": True,
    "html": {
        "requested_url": "https://market.example/a",
        "responded_url": "https://market.example/b",
        "content": "<p>",
    },
}


def test_files_of_news_please_and_fundus(tmp_path: Path) -> None:
    (tmp_path / "ferry.json").write_text(json.dumps(NEWS_PLEASE), encoding="utf-8")
    (tmp_path / "fundus.json").write_text(json.dumps({"Market": [FUNDUS, FUNDUS | {"html": None}]}, indent=4), "utf-8")
    done = kiji("import", "ferry.json", "fundus.json", "--timezone", "UTC", folder=tmp_path)
    assert done.returncode == 1
    assert 'kiji: fundus.json, record 2: "url" is missing' in done.stderr
    assert "times without a zone were read as UTC" in done.stdout
    assert query(tmp_path, "SELECT url, source, title, authors, published_at FROM articles ORDER BY id") == [
        ("https://wire.example/ferry", "wire.example", "The ferry returns", "Ada Byron", "2026-11-19T06:30:00Z"),
        ("https://market.example/b", "market.example", "The market opens", "Grace Hopper", "2026-11-18T09:00:00Z"),
    ]
    texts = [text.splitlines() for (text,) in query(tmp_path, "SELECT text FROM articles ORDER BY id")]
    assert texts == [WORDS.splitlines(), [PARAGRAPHS[0], "Repairs", *PARAGRAPHS[1:]]]


def test_keys_of_anybody_are_named(tmp_path: Path) -> None:
    theirs: dict[str, Any] = {"link": "https://other.example/a", "content": {"plain": WORDS}, "text": "Teaser."}
    theirs["date"] = "2026-11-19 06:30"
    (tmp_path / "theirs.jsonl").write_text(json.dumps(theirs), encoding="utf-8")
    named = ["--map", "url=link", "--map", "text=content.plain", "--map", "published_at=date"]
    done = kiji("import", *named, "theirs.jsonl", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "were read as Asia/Tokyo" in done.stdout
    assert query(tmp_path, "SELECT text, published_at FROM articles") == [(WORDS.strip(), "2026-11-18T21:30:00Z")]
    wrong = kiji("import", "--map", "words=content", "--timezone", "Asia/Tokio", "theirs.jsonl", folder=tmp_path)
    assert wrong.returncode == 2
    assert "--map words=content: not of the form FIELD=KEY; allowed fields: url, title" in wrong.stderr
    assert 'did you mean "Asia/Tokyo"?' in wrong.stderr


@pytest.mark.parametrize("content", ["[1, 2]", '{"a": [', "\xff", "[" * 100_000])
def test_a_json_file_that_is_none_is_named_in_a_line(content: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(content.encode("latin-1"))
    done = kiji("import", "bad.json", folder=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "kiji: bad.json, record 1: " in done.stderr


def test_a_key_of_ours_beats_those_of_others_and_what_says_nothing_is_passed_over() -> None:
    both = NEWS_PLEASE | {"text": "Ours.", "published_at": "None"}
    own = canonical(both, {})
    assert (own["text"], own["published_at"]) == ("Ours.", "2026-11-19 06:30:00")
    assert "source" not in own
    assert canonical({"url": "u", "body": "<p>markup</p>"}, {}) == {"url": "u", "text": "<p>markup</p>"}
