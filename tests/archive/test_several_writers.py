"""Several processes write to one database at once."""

import pytest

from tests.archive.writer_race import Race, run


@pytest.mark.parametrize("writers", [2, 4])
def test_writers_that_race_with_the_same_articles_miss_no_copy_and_double_no_row(
    archive_url: str, writers: int
) -> None:
    outcome = run(Race(archive_url, writers, races=8))
    assert outcome.clean, outcome
