"""When a page is rendered, and what is read where that fails."""

import asyncio
import datetime

import pytest

from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from pipelines.render_order import Rendered, RenderOrder, lacks_text, may_need_script, read_rendered

SHELL = "<!DOCTYPE html><title>Herald</title><div id=root></div><script src=/app.js></script>"
PROSE = "<p>" + "The council approved the new ferry line on Tuesday after six hours. " * 20 + "</p>"
ARTICLE = (
    f"<!DOCTYPE html><html><title>Ferry</title><article><h1>Ferry line opens</h1>{PROSE}</article><script></script>"
)


def page(html: str, status: int = 200) -> RawPage:
    url = "https://news.example/2026/11/05/ferry"
    return RawPage(
        url, url, html.encode(), status, datetime.datetime.now(datetime.UTC), (("content-type", "text/html"),)
    )


@pytest.mark.parametrize(
    ("html", "lacks"),
    [
        (SHELL, True),
        (SHELL.replace("<div id=root>", "<nav><a href=/a>Home</a></nav><p>Please enable JavaScript.</p>"), True),
        (SHELL.replace("script", "style"), False),
        (ARTICLE, False),
        (SHELL.replace("Herald", "404 Not Found"), False),
        ("<rss version='2.0'><channel><title>t</title></channel></rss>", False),
    ],
)
def test_a_page_without_text_but_with_scripts_lacks_text(html: str, *, lacks: bool) -> None:
    assert lacks_text(read_page(page(html)), page(html)) is lacks


def read_with(html: str, *, is_auto: bool, rendered: Rendered) -> tuple[str, str, int]:
    """Read a page; give the text that came of it, the problem, and how often it was rendered."""
    asked: list[str] = []

    async def render(raw: RawPage, _order: RenderOrder) -> Rendered:
        asked.append(raw.url)
        return rendered

    async def read(raw: RawPage) -> tuple[str, bool]:
        reading = read_page(raw)
        return reading.text, lacks_text(reading, raw)

    order = RenderOrder(is_auto=is_auto)
    (text, _), _, problem = asyncio.run(read_rendered(page(html), order, render, read, lambda result: result[1]))
    return text[:11], problem, len(asked)


@pytest.mark.parametrize(
    ("html", "is_auto", "rendered", "expected"),
    [
        (SHELL, True, Rendered(page(ARTICLE)), ("Ferry line ", "", 1)),
        (ARTICLE, True, Rendered(problem="hung"), ("Ferry line ", "", 0)),
        (ARTICLE, False, Rendered(problem="hung"), ("Ferry line ", "", 1)),
        (SHELL, True, Rendered(problem="hung"), ("", "hung", 1)),
        (SHELL, False, Rendered(problem="hung"), ("", "hung", 1)),
        (SHELL.replace("script", "style"), False, Rendered(problem="hung"), ("", "", 0)),
    ],
)
def test_a_page_is_rendered_where_that_can_help(
    html: str, rendered: Rendered, expected: tuple[str, str, int], *, is_auto: bool
) -> None:
    assert read_with(html, is_auto=is_auto, rendered=rendered) == expected


def test_what_is_no_page_is_not_rendered() -> None:
    assert not may_need_script(page(SHELL, status=404))
    assert not may_need_script(page('{"a": "<script"}'))
