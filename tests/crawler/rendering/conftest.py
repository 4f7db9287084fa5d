"""Give a site that scripts make, and one browser for all pages."""

import asyncio
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from crawler.config.tables import Browser
from crawler.rendering.renderer import PageRenderer
from pipelines.raw_page import RawPage
from pipelines.render_order import Rendered, RenderOrder
from tests.support.chromium import CHROMIUM, MISSING
from tests.support.script_made_site import ScriptMadeSite

Render = Callable[..., Rendered]
SETTINGS = Browser(
    path=CHROMIUM, sandbox=False, timeout=datetime.timedelta(seconds=20), memory="700 MB", max_requests=5_000
)


@pytest.fixture
def site() -> Iterator[ScriptMadeSite]:
    with ScriptMadeSite() as site:
        yield site


@pytest.fixture(scope="module")
def renderer() -> Iterator[PageRenderer]:
    """One for all tests of a module, which are left out, visibly, where there is no Chromium."""
    pytest.importorskip("playwright", reason="pages are not rendered: the extra browser is not installed")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"pages are not rendered: {MISSING}")
    with PageRenderer(SETTINGS) as renderer:
        yield renderer


@pytest.fixture
def render(renderer: PageRenderer, site: ScriptMadeSite) -> Render:
    """Render a page of the site, which may have its private address, and no other."""

    def render(path: str, *, is_listing: bool = False, hosts: tuple[str, ...] = ("127.0.0.1",)) -> Rendered:
        url = f"{site.base}{path}"
        with urlopen(url) as answer:  # noqa: S310 - our own server
            body = answer.read()
        headers = (("content-type", "text/html"), ("etag", '"shell"'))
        raw = RawPage(url, url, body, 200, datetime.datetime.now(datetime.UTC), headers)
        order = RenderOrder(
            is_auto=False, is_listing=is_listing, language="en", hosts=hosts, private_hosts=(site.host,)
        )
        return asyncio.run(renderer.render(raw, order))

    return render
