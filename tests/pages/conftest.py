"""An archive with weeks of made-up news, and hostile pages among them, on either kind of database."""

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.generated_archive import fill
from storage.database import Database, open_database
from storage.snapshot.making import Origin

NOW = datetime.datetime(2026, 11, 25, 21, 30, tzinfo=datetime.UTC)
"""Half past six in the morning of the 26th in Tokyo."""
ORIGIN = Origin("0.0", "Asia/Tokyo", NOW)
ARTICLES = 300


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite archive of generated articles; copy it before writing."""
    path = tmp_path_factory.mktemp("generated") / "kiji.db"
    database = open_database(f"sqlite:///{path}")
    with database.writing() as session:
        fill(session, ARTICLES, NOW)
    database.close()
    return path


@pytest.fixture
def archive(generated: Path, tmp_path: Path) -> Iterator[Database]:
    """The same, to write to."""
    shutil.copy(generated, tmp_path / "kiji.db")
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    yield database
    database.close()
