"""Render a page from the snapshot, on a thread."""

import asyncio
import sqlite3
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from storage.web.archived import Capture
from storage.web.article_list import read_metadata

DATA = "data"
"""The snapshot's name in addresses."""

Page = Callable[[sqlite3.Connection], Mapping[str, Any] | None]
_NOWHERE = ("404", "Database not found", "No data")  # Datasette's words for an address that it has no page for


async def render(
    datasette: Datasette,
    request: Request,
    template: str,
    page: Page,
    *,
    more: Mapping[str, Any] = types.MappingProxyType({}),
    status: int = 200,
) -> Response:
    """Query the snapshot on a thread, and render with what is known ``more``; NotFound for None."""

    def ask(connection: sqlite3.Connection) -> tuple[Mapping[str, Any] | None, dict[str, str]]:
        return page(connection), read_metadata(connection)

    context, snapshot = await datasette.get_database(DATA).execute_fn(ask)
    if context is None:
        message = "There is no such page in this snapshot."
        raise NotFound(message)
    serves = {"keeps_pages": keeps_pages(datasette), "saves": datasette.kiji_serving.writer is not None}
    shown = {**context, **more, "snapshot": snapshot, **serves}
    html = await datasette.render_template(template, shown, request=request)
    return Response.html(html, status=status, headers={"cache-control": "no-cache"})


async def render_searching(
    datasette: Datasette, request: Request, template: str, page: Callable[..., Mapping[str, Any] | None], asked: object
) -> Response:
    """Render a page that also needs the connection of searches; it is called with both and ``asked``."""

    def ask(connection: sqlite3.Connection) -> Mapping[str, Any] | None:
        with datasette.kiji_search.connect() as searched:
            return page(connection, searched, asked)

    return await render(datasette, request, template, ask)


def keeps_pages(datasette: Datasette) -> bool:
    """Tell whether archived pages can be shown."""
    return datasette.kiji_serving.captures is not None


async def read_captures(datasette: Datasette, article_id: int) -> Sequence[Capture]:
    """Read the archived pages of an article on a thread."""
    read = datasette.kiji_serving.captures
    return [] if read is None else await asyncio.to_thread(read, article_id)


async def error_page(datasette: Datasette, request: Request, error: Exception) -> Response | None:
    """Give the page of a status from 400 to 499; None for others and for downloads, which Datasette answers."""
    status = getattr(error, "status", None)
    if not isinstance(status, int) or not 400 <= status < 500 or request.path.endswith((".json", ".csv")):
        return None
    message = str(getattr(error, "message", "") or (*error.args, "")[0])
    context = {
        "ok": False,
        "error": "There is no page at this address." if message in _NOWHERE else message,
        "status": status,
        "title": getattr(error, "title", None),
        "sql": request.args.get("sql") or "" if request.path == f"/{DATA}" else "",
    }
    return Response.html(await datasette.render_template("error.html", context, request=request), status=status)
