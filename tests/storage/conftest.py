"""Give the tests of pages and report an archive with hostile pages, and a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from pipelines.text_rules import PipelineRules
from storage.database.engine import Database
from storage.database.open import open_database
from storage.entities.store import find_missing
from tests.support.chromium import CHROMIUM, MISSING
from tests.support.generated_archive import fill
from tests.support.web_pages import ARTICLES, FLAGS, NOW, add_hostile


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite archive of generated and hostile articles; copy it before writing."""
    path = tmp_path_factory.mktemp("generated") / "kiji.db"
    database = open_database(f"sqlite:///{path}")
    with database.writing() as session:
        fill(session, ARTICLES, NOW)
        add_hostile(session, NOW)
    find_missing(database, PipelineRules())
    database.close()
    return path


@pytest.fixture
def archive(generated: Path, tmp_path: Path) -> Iterator[Database]:
    """The same, to write to."""
    shutil.copy(generated, tmp_path / "kiji.db")
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    yield database
    database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one a module; its tests are left out, visibly, where it is not installed.

    Not one a session: as long as it is open, Playwright's event loop runs in this thread, and other modules' tests
    could have none of their own.
    """
    if not Path(CHROMIUM).exists():
        pytest.skip(f"the pages are not tried in a browser: {MISSING}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()
