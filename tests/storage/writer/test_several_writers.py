"""Several processes write to one database at once."""

from pathlib import Path

import pytest

from tests.support import warm_python
from tests.support.commands import environment_of


@pytest.mark.parametrize("writers", [2, 4])
def test_writers_that_race_with_the_same_articles_miss_no_copy_and_double_no_row(
    archive_url: str, writers: int, tmp_path: Path
) -> None:
    race = ("--writers", str(writers), "--races", "5")
    done = warm_python.run(
        archive_url, *race, module="tests.support.writer_race", folder=tmp_path, environment=environment_of()
    )
    assert done.returncode == 0, done.stdout + done.stderr
