"""Give an archive with hostile pages, its pages served, and a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from storage.database.engine import Database
from storage.database.open import open_database
from storage.snapshot.making import make_snapshot
from tests.support.generated_archive import fill
from tests.support.web_pages import ARTICLES, CHROMIUM, FLAGS, NOW, ORIGIN, Watched, add_hostile, serving


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite archive of generated and hostile articles; copy it before writing."""
    path = tmp_path_factory.mktemp("generated") / "kiji.db"
    database = open_database(f"sqlite:///{path}")
    with database.writing() as session:
        fill(session, ARTICLES, NOW)
        add_hostile(session, NOW)
    database.close()
    return path


@pytest.fixture
def archive(generated: Path, tmp_path: Path) -> Iterator[Database]:
    """The same, to write to."""
    shutil.copy(generated, tmp_path / "kiji.db")
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    yield database
    database.close()


@pytest.fixture(scope="session")
def snapshot(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of it."""
    path = tmp_path_factory.mktemp("snapshot") / "news.sqlite"
    database = open_database(f"sqlite:///{generated}")
    make_snapshot(database, path, ORIGIN)
    database.close()
    return path


@pytest.fixture(scope="session")
def served(snapshot: Path) -> Iterator[str]:
    """The address of the pages."""
    with serving("--snapshot", str(snapshot)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one a module; its tests are left out, visibly, where it is not installed.

    Not one a session: as long as it is open, Playwright's event loop runs in this thread, and other modules' tests
    could have none of their own.
    """
    if not Path(CHROMIUM).exists():
        pytest.skip(f"the pages are not tried in a browser: there is no {CHROMIUM} (apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def tab(browser: Browser, served: str) -> Iterator[Watched]:
    """A tab for the pages' server; each costs a process of the browser's."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP")
    yield Watched(context.new_page(), served)
    context.close()


@pytest.fixture
def watched(tab: Watched) -> Iterator[Watched]:
    """The tab, empty, and with nothing wrong so far."""
    tab.wrong.clear()
    yield tab
    tab.page.goto("about:blank")
