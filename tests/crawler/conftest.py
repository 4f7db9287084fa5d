"""Give crawls the sample site and a folder configured for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.sample.server import SampleSite


@pytest.fixture(scope="module")
def site() -> Iterator[SampleSite]:
    """The sample sites, for a whole file of tests."""
    with SampleSite() as site:
        yield site


@pytest.fixture
def folder(tmp_path: Path, site: SampleSite) -> Path:
    """A folder with a config for the sample sites."""
    (tmp_path / "kiji.toml").write_text(site.config("sqlite:///kiji.db"), encoding="utf-8")
    return tmp_path
