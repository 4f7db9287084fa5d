"""One pair of sample sites for the tests that only read them."""

from collections.abc import Iterator

import pytest

from crawler.sample.server import SampleSite


@pytest.fixture(scope="session")
def site() -> Iterator[SampleSite]:
    with SampleSite() as running:
        yield running
