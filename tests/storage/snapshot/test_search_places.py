"""A snapshot counts what is found by language, source and local day."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import create_engine

from storage.snapshot.local_time import LocalClock
from storage.snapshot.search_places import BLOCK, Place, count_places, store_places

ROWS = (
    (3, "ja", "mirai", "2026-10-07T14:59:00Z"),
    (5, "ja", "mirai", "2026-10-07T15:00:00Z"),
    (BLOCK - 1, "en", "harbor", "2026-10-07T00:00:30Z"),
    (5 * BLOCK + 7, "ja", "mirai", "2026-10-08T14:59:59.5Z"),
    (5 * BLOCK + 8, "en", "harbor", "0001-01-01T00:00:00Z"),
    (5 * BLOCK + 9, "en", "harbor", "9999-12-31T23:59:00Z"),
)
PLACES = {
    ("ja", "mirai", "2026-10-07"): 1,
    ("ja", "mirai", "2026-10-08"): 2,
    ("en", "harbor", "2026-10-07"): 1,
    ("en", "harbor", "0001-01-01"): 1,
    ("en", "harbor", ""): 1,
}


def counted(path: Path, ids: Sequence[int]) -> dict[Place, int]:
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        found = count_places(connection, ids)
    engine.dispose()
    return found


def test_each_article_is_counted_on_its_local_day_wherever_its_id_lies(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "news.sqlite") as target:
        target.execute("CREATE TABLE search_document (article_id INTEGER PRIMARY KEY, language, source, dated_at)")
        target.executemany("INSERT INTO search_document VALUES (?, ?, ?, ?)", ROWS)
        store_places(target, LocalClock("Asia/Tokyo"))
    target.close()
    assert counted(tmp_path / "news.sqlite", [article_id for article_id, *_ in ROWS]) == PLACES
    assert counted(tmp_path / "news.sqlite", [5]) == {("ja", "mirai", "2026-10-08"): 1}
    assert counted(tmp_path / "news.sqlite", []) == {}
