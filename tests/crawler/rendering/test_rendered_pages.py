"""Pages that scripts make, on loopback, in Debian's Chromium."""

import datetime
import os
import signal
from collections.abc import Callable

import pytest

from crawler.rendering.process_tree import descendants
from crawler.rendering.renderer import PageRenderer
from pipelines.read_page import read_page
from pipelines.render_order import Rendered
from tests.support.script_made_site import LEAVING, SPELLINGS, Canary, ScriptMadeSite

Render = Callable[..., Rendered]
SPELT = '<img src="{0}/image"><iframe src="{0}/frame"></iframe><script>fetch("{0}/data", {{mode: "no-cors"}})</script>'
"""How a page asks an address that is spelt in another way: the guard looks at the address alone, not at the route."""


def wait_no_longer_than(seconds: int, renderer: PageRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each page less time, for a page that takes all that it is given."""
    hasty = renderer._settings.model_copy(update={"timeout": datetime.timedelta(seconds=seconds)})
    monkeypatch.setattr(renderer, "_settings", hasty)


def test_a_list_made_by_a_script_is_scrolled_to_its_end(render: Render) -> None:
    rendered = render("/", is_listing=True)
    assert rendered.raw is not None
    assert b'/story-29"' in rendered.raw.body
    assert "etag" not in dict(rendered.raw.headers)
    assert dict(rendered.raw.headers)["x-kiji-rendered"].startswith("Chromium ")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/news/2026/11/05/story-4", "ferry line 40"),
        ("/consent", "ferry line 90"),
        ("/shadow", "in the default slot"),
        ("/endless", "more more more"),
    ],
)
def test_what_scripts_bring_is_in_the_page(
    render: Render, renderer: PageRenderer, monkeypatch: pytest.MonkeyPatch, path: str, words: str
) -> None:
    if path == "/endless":
        wait_no_longer_than(4, renderer, monkeypatch)
    rendered = render(path)
    assert rendered.raw is not None, rendered.problem
    assert words in rendered.raw.body.decode()
    if path.startswith("/news/"):
        reading = read_page(rendered.raw)
        assert (reading.is_article, reading.title) == (True, "Ferry line number 4 opens")


@pytest.mark.parametrize(("path", "problem"), [("/hang", "not done with it in 4 s"), ("/leak", "700.0 MB of memory")])
def test_a_page_that_hangs_or_fills_the_memory_is_given_up_and_the_next_is_rendered(
    render: Render, renderer: PageRenderer, monkeypatch: pytest.MonkeyPatch, path: str, problem: str
) -> None:
    assert render("/shadow").raw is not None  # the browser runs
    if path == "/hang":
        wait_no_longer_than(4, renderer, monkeypatch)
    assert problem in render(path).problem
    monkeypatch.undo()
    assert render("/shadow").raw is not None


def test_a_browser_that_is_killed_is_replaced(render: Render, renderer: PageRenderer) -> None:
    assert render("/shadow").raw is not None
    process = renderer._browser._process  # type: ignore[union-attr]
    for child in descendants(process.pid) - {process.pid}:
        os.kill(child, signal.SIGKILL)
    assert render("/shadow").problem
    assert render("/shadow").raw is not None


def test_no_route_of_a_page_leads_to_a_private_address(render: Render, site: ScriptMadeSite) -> None:
    canary = Canary()
    try:
        targets = [f"http://{host}:{canary.port}" for host in SPELLINGS]
        by_every_route = "".join(f'<iframe src="/routes?{target}"></iframe>' for target in targets[:2])
        spelt = "".join(SPELT.format(target) for target in targets[2:])
        site.pages["/all"] = f"<!DOCTYPE html><html><body>{by_every_route}{spelt}</body></html>"
        render("/all")
        for name, leaving in LEAVING.items():
            site.pages[f"/{name}"] = f"<!DOCTYPE html><p>Leaving</p>{leaving.format(targets[0])}"
            render(f"/{name}", hosts=())
        assert canary.hits == []
    finally:
        canary.close()
    for made in ("/routes?", "/redirect?", "/worker.js?"):  # the scripts ran
        assert any(path.startswith(made) for path in site.asked)


def test_a_page_leads_to_hosts_of_its_source_only(render: Render, site: ScriptMadeSite) -> None:
    leaving = "<!DOCTYPE html><html><body><p>Here</p><script>location.href = '{}'</script>"
    site.pages["/near"], site.pages["/far"] = leaving.format("/shadow"), leaving.format("http://news.invalid/")
    near, far = render("/near").raw, render("/far").raw
    assert near is not None
    assert (near.url, near.final_url) == (f"{site.base}/near", f"{site.base}/shadow")
    assert far is not None
    assert far.final_url == f"{site.base}/far"
    assert b"Here" in far.body
