"""Give a snapshot of the archive with hostile pages, its pages served, and a tab of the browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from storage.database.open import open_database
from storage.snapshot.sqlite_file import make_snapshot
from tests.support.web_pages import ORIGIN, Watched, serving


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
def tab(browser: Browser, served: str) -> Iterator[Watched]:
    """A tab for the pages' server; each costs a process of the browser's."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP")
    yield Watched(context.new_page(), served)
    context.close()


@pytest.fixture
def watched(tab: Watched) -> Watched:
    """The tab, with nothing wrong so far. It stays at the last page: coming from a blank one costs a process, 0.2 s."""
    tab.page.evaluate("0")  # what the last page had to say has been told by then
    tab.wrong.clear()
    return tab
