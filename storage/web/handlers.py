"""Answer requests for our pages: query the snapshot on a thread, and render."""

import asyncio
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from storage.errors import DatabaseError
from storage.monitoring.openmetrics import CONTENT_TYPE
from storage.search.nodes import QueryError
from storage.web import coverage, entities, networks, search, stories, views
from storage.web.archive_writer import suggested_watch
from storage.web.article_list import Choice, browse, page_number, read_metadata
from storage.web.downloads import TYPES, attached, citation, download
from storage.web.preferences import YEAR, cookies_of, local_address
from storage.web.rendering import DATA, keeps_pages, read_captures, render, render_searching
from storage.web.sample_queries import samples


async def home_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/``."""
    return await render(datasette, request, "kiji_home.html", views.home)


async def articles_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/articles``: the list, or the hits of a search."""
    choice = _choice(request)

    def page(connection: sqlite3.Connection) -> Mapping[str, Any]:
        if not choice.q:
            return browse(connection, choice)
        try:
            with datasette.kiji_search.connect() as searched:
                return search.search_articles(searched, choice, read_metadata(connection))
        except QueryError as error:
            return {"choice": choice, "hits": [], "total": 0, "facets": [], "more": False, "refused": str(error)}

    return await render(datasette, request, "kiji_articles.html", page, more={"watch": suggested_watch(choice)})


def _choice(request: Request) -> Choice:
    names = ("q", "language", "day", "since", "until", "sort", "page")
    return Choice.of({name: request.args.get(name) or "" for name in names}, request.args.getlist("source"))


async def articles_download(datasette: Datasette, request: Request) -> Response:
    """Give ``/articles.csv``, ``.json`` or ``.atom``: what a search finds."""
    choice, kind = _choice(request), request.url_vars["kind"]
    snapshot = await datasette.get_database(DATA).execute_fn(read_metadata)

    def ask() -> tuple[bytes, dict[str, str]]:
        with datasette.kiji_search.connect() as searched:
            return download(searched, choice, snapshot, kind, request.url)

    try:
        body, headers = await asyncio.to_thread(ask)
    except QueryError as error:
        return Response.text(f"{error}\n", status=400)
    return Response(body, headers={**headers, "cache-control": "no-cache"}, content_type=TYPES[kind])


async def archived_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/articles/ID/archived``: an article's pages as they were fetched, the newest in a frame."""
    article_id, number = int(request.url_vars["id"]), request.args.get("n") or ""
    captures = await read_captures(datasette, article_id)
    shown = int(number[:6]) if number.isascii() and number.isdigit() and int(number[:6]) < len(captures) else None

    def page(connection: sqlite3.Connection) -> Mapping[str, Any] | None:
        article = views.headline(connection, article_id)
        place = len(captures) - 1 if shown is None else shown
        return article and {"article": article, "captures": captures, "shown": place, "is_kept": keeps_pages(datasette)}

    return await render(datasette, request, "kiji_archived.html", page)


async def archived_html(datasette: Datasette, request: Request) -> Response:
    """Give ``/articles/ID/archived/N``: the archived page itself, made harmless, for a frame without rights."""
    captures = await read_captures(datasette, int(request.url_vars["id"]))
    number = int(request.url_vars["number"])
    if number >= len(captures) or not captures[number].html:
        message = "There is no such archived page."
        raise NotFound(message)
    return Response(
        captures[number].html, content_type="text/html; charset=utf-8", headers={"cache-control": "no-store"}
    )


async def wacz_file(datasette: Datasette, request: Request) -> Response:
    """Give ``/articles/ID/archived.wacz``: the archived pages of an article, for ReplayWeb.page."""
    article_id, pack = int(request.url_vars["id"]), datasette.kiji_serving.wacz
    body = None if pack is None else await asyncio.to_thread(pack, article_id)
    if not body:
        message = "No page of this article is archived."
        raise NotFound(message)
    return Response(body, headers=attached(f"kiji-{article_id}.wacz"), content_type=TYPES["wacz"])


async def citation_file(datasette: Datasette, request: Request) -> Response:
    """Give ``/articles/ID/cite.bib``, ``.ris`` or ``.json`` (CSL-JSON)."""
    article_id, kind = int(request.url_vars["id"]), request.url_vars["kind"]
    body = await datasette.get_database(DATA).execute_fn(lambda connection: citation(connection, article_id, kind))
    if body is None:
        message = "There is no such article in this snapshot."
        raise NotFound(message)
    return Response(body, headers=attached(f"kiji-{article_id}.{kind}"), content_type=TYPES[kind])


async def similar_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/articles/ID/similar``: articles like one."""
    article_id = int(request.url_vars["id"])
    return await render_searching(datasette, request, "kiji_similar.html", search.similar_to, article_id)


async def stories_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/stories`` of a day, week, month or ever."""
    asked = {name: request.args.get(name) or "" for name in ("period", "at", "language", "page")}
    return await render_searching(datasette, request, "kiji_stories.html", stories.stories_page, asked)


async def story_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/stories/ID``."""
    story_id = int(request.url_vars["id"])
    return await render_searching(datasette, request, "kiji_story.html", stories.story_page, story_id)


async def story_links(datasette: Datasette, request: Request) -> Response:
    """Give ``/stories/ID/links.graphml`` or ``.csv``: the network of a story's related links."""
    story_id, kind = int(request.url_vars["id"]), request.url_vars["kind"]
    body = await datasette.get_database(DATA).execute_fn(
        lambda connection: networks.story_links(connection, story_id, kind)
    )
    if body is None:
        message = "There is no such story in this snapshot."
        raise NotFound(message)
    headers = {
        "content-disposition": f'attachment; filename="kiji-story-{story_id}.{kind}"',
        "cache-control": "no-cache",
    }
    return Response(body, headers=headers, content_type=networks.TYPES[kind])


async def coverage_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/coverage``: what the languages and sources report, and who was first."""
    asked = {name: request.args.get(name) or "" for name in ("period", "at")}
    return await render_searching(datasette, request, "kiji_coverage.html", coverage.coverage_page, asked)


async def entities_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/entities``: persons, organisations and places."""
    name, kind = request.args.get("name") or "", request.args.get("kind") or ""
    page = page_number(request.args.get("page") or "")
    return await render(
        datasette, request, "kiji_entities.html", lambda snapshot: entities.list_page(snapshot, name, kind, page)
    )


async def entity_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/entities/ID``."""
    entity_id = int(request.url_vars["id"])
    return await render(
        datasette, request, "kiji_entity.html", lambda snapshot: entities.entity_page(snapshot, entity_id)
    )


async def sources_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/sources``, sorted by a column."""
    sort, descending = request.args.get("sort") or "", request.args.get("desc") or ""
    return await render(
        datasette,
        request,
        "kiji_sources.html",
        lambda snapshot: views.sorted_sources(snapshot, sort, descending),
    )


async def preferences_page(datasette: Datasette, request: Request) -> Response:  # noqa: ARG001 - Datasette's signature
    """Take ``/preferences``: keep a choice in cookies, and go back."""
    asked = {name: request.args.get(name) or "" for name in ("language", "zone") if name in request.args}
    response = Response("", status=303, headers={"location": local_address(request.args.get("next") or "/")})
    for name, value in cookies_of(asked).items():
        response.set_cookie(name, quote(value, safe=""), max_age=YEAR if value else 0, samesite="lax", httponly=True)
    return response


async def source_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/sources/show?name=NAME``; a name may hold slashes and colons."""
    name = request.args.get("name") or ""
    return await render(datasette, request, "kiji_source.html", lambda snapshot: views.source(snapshot, name))


async def queries_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/queries``."""
    return await render(datasette, request, "kiji_queries.html", lambda _found: {"samples": samples()})


async def health_page(datasette: Datasette, request: Request) -> Response:  # noqa: ARG001 - Datasette's signature
    """Show ``/healthz``: 200 while the snapshot, and the archive where it is watched, can be read."""
    await datasette.get_database(DATA).execute_fn(read_metadata)
    if (metrics := datasette.kiji_serving.metrics) is not None:
        try:
            await asyncio.to_thread(metrics)
        except DatabaseError as error:
            return Response.text(f"{error}\n", status=503)
    return Response.text("ok\n", headers={"cache-control": "no-store"})


async def metrics_page(datasette: Datasette, request: Request) -> Response:  # noqa: ARG001 - Datasette's signature
    """Show ``/metrics``, where it is switched on."""
    metrics = datasette.kiji_serving.metrics
    if metrics is None:
        message = "Metrics are off; see kiji serve --metrics."
        raise NotFound(message)
    try:
        body = await asyncio.to_thread(metrics)
    except DatabaseError as error:
        return Response.text(f"{error}\n", status=503)
    return Response(body, content_type=CONTENT_TYPE, headers={"cache-control": "no-store"})
