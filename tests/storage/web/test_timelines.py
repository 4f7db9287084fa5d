"""A story's timeline over any length of time, and of more articles than are drawn."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database.engine import Database
from storage.snapshot.sqlite_file import make_snapshot
from storage.web.stories import MOST_DOTS
from storage.web.svg import timeline
from tests.support.requests import get
from tests.support.web_pages import ORIGIN, serving


def labels(first: str, last: str) -> list[str]:
    """The labels under a story's drawing."""
    articles = [
        {"id": number, "source": "mirai", "language": "ja", "local": f"{day} 08:00:00"}
        for number, day in enumerate((first, last))
    ]
    return [label for label, _ in timeline(articles, []).ticks]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-11-01", "2026-11-04", ["11/2", "11/3", "11/4"]),
        ("2025-12-30", "2026-01-01", ["12/30 08:00", "12/30 20:00", "12/31 08:00", "12/31 20:00", "1/1 08:00"]),
        ("2025-10-02", "2026-11-01", ["2025/10/2", "2026/3/31", "9/27"]),
        ("2011-03-11", "2026-03-11", ["2011/3/11", "2015/3/10", "2019/3/9", "2023/3/8"]),
    ],
)
def test_the_days_under_a_timeline_name_their_years_and_are_five_at_most(
    first: str, last: str, expected: list[str]
) -> None:
    assert labels(first, last) == expected


@pytest.mark.parametrize("last", ["0001-01-01", "0001-01-02", "2026-01-01", "9999-12-31"])
def test_a_story_of_any_length_is_drawn(last: str) -> None:
    assert len(labels("0001-01-01", last)) <= 5


def test_a_timeline_says_that_it_leaves_articles_out(archive: Database, tmp_path: Path) -> None:
    with archive.writing() as session:
        session.execute(text("UPDATE article SET story_id = 1 WHERE id <= :most"), {"most": MOST_DOTS + 1})
        session.execute(text("UPDATE article SET story_id = 2 WHERE id BETWEEN 100 AND 110"))
    make_snapshot(archive, tmp_path / "news.sqlite", ORIGIN)
    with serving("--snapshot", str(tmp_path / "news.sqlite")) as address:
        told = {story: get(address, f"/stories/{story}")[2] for story in (1, 2)}
    heading = {
        story: re.sub("<.*?>", "", re.findall('<h2 id="timeline">.*?</h2>', page)[0]) for story, page in told.items()
    }
    assert f"newest {MOST_DOTS}" in heading[1]
    assert "newest" not in heading[2]
    assert told[1].count("<circle") == MOST_DOTS
