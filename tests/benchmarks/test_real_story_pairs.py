"""Only the features of real pairs are kept, and of those alone that come near to being a story."""

import csv
import sys
from pathlib import Path

import pytest

from benchmarks import real_story_pairs
from storage.database.open import open_database
from tests.support.story_events import articles_of, store


def test_the_pairs_of_an_archive_are_written_with_what_was_read_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = articles_of("development")[:40]
    url = f"sqlite:///{tmp_path}/real.db"
    database = open_database(url)
    store(database, articles, batch=40)
    database.close()
    quakes, others = ([a.url for a in articles if (a.event == articles[0].event) == same] for same in (True, False))
    events, output = tmp_path / "events.txt", tmp_path / "pairs.csv"
    events.write_text(f"{' '.join(quakes)}\n?{' '.join(others[:2])}\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["real_story_pairs", url, str(events), "--output", str(output)])
    assert real_story_pairs.main() == 0
    with output.open(encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["same_event"] == "1" for row in rows) == len(quakes) * (len(quakes) - 1) // 2
    assert 0 < sum(row["same_event"] == "0" for row in rows) < 400
    assert not any(article.title in output.read_text(encoding="ascii") for article in articles)
