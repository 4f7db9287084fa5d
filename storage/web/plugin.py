"""Register our pages, template filters and headers with Datasette."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote, unquote

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from storage.errors import DatabaseError
from storage.monitoring.openmetrics import CONTENT_TYPE
from storage.search.nodes import QueryError
from storage.web import coverage, entities, networks, search, stories, views
from storage.web.archived import Capture
from storage.web.article_list import Choice, browse, read_metadata
from storage.web.downloads import TYPES, download, watch_feed
from storage.web.http_headers import Application, guard_requests
from storage.web.preferences import (
    YEAR,
    ZONES,
    chosen_language,
    chosen_zone,
    cookies_of,
    in_zone,
    local_address,
    read_cookies,
)
from storage.web.query_answer import bars_of, explain_error
from storage.web.safe_text import clean_text, language_tag, title_or_dash, web_address
from storage.web.sample_queries import samples
from storage.web.serving import Serving

DATA = "data"
"""The snapshot's name in addresses."""

HERE = Path(__file__).parent

_Hook = TypeVar("_Hook", bound=Callable[..., Any])
hook = cast(Callable[[_Hook], _Hook], hookimpl)  # pluggy publishes no types for its markers

Page = Callable[[sqlite3.Connection], Mapping[str, Any] | None]


async def _render(datasette: Datasette, request: Request, template: str, page: Page) -> Response:
    """Query the snapshot on a thread, and render; NotFound for None."""

    def ask(connection: sqlite3.Connection) -> tuple[Mapping[str, Any] | None, dict[str, str]]:
        return page(connection), read_metadata(connection)

    context, snapshot = await datasette.get_database(DATA).execute_fn(ask)
    if context is None:
        message = "There is no such page in this snapshot."
        raise NotFound(message)
    shown = {**context, "snapshot": snapshot, "keeps_pages": _keeps(datasette)}
    html = await datasette.render_template(template, shown, request=request)
    return Response.html(html, headers={"cache-control": "no-cache"})


async def _render_searching(
    datasette: Datasette, request: Request, template: str, page: Callable[..., Mapping[str, Any] | None], asked: object
) -> Response:
    """Render a page that also needs the connection of searches; it is called with both and ``asked``."""

    def ask(connection: sqlite3.Connection) -> Mapping[str, Any] | None:
        with datasette.kiji_search.connect() as searched:
            return page(connection, searched, asked)

    return await _render(datasette, request, template, ask)


async def home_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/``."""
    return await _render(datasette, request, "kiji_home.html", views.home)


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

    return await _render(datasette, request, "kiji_articles.html", page)


def _choice(request: Request) -> Choice:
    names = ("q", "language", "source", "day", "sort", "page")
    return Choice.of({name: request.args.get(name) or "" for name in names})


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


async def article_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/articles/ID``."""
    article_id = int(request.url_vars["id"])
    return await _render(datasette, request, "kiji_article.html", lambda snapshot: views.article(snapshot, article_id))


async def archived_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/articles/ID/archived``: an article's pages as they were fetched, the newest in a frame."""
    article_id, number = int(request.url_vars["id"]), request.args.get("n") or ""
    captures = await _captures(datasette, article_id)
    shown = int(number[:6]) if number.isascii() and number.isdigit() and int(number[:6]) < len(captures) else None

    def page(connection: sqlite3.Connection) -> Mapping[str, Any] | None:
        article = views.headline(connection, article_id)
        place = len(captures) - 1 if shown is None else shown
        return article and {"article": article, "captures": captures, "shown": place, "is_kept": _keeps(datasette)}

    return await _render(datasette, request, "kiji_archived.html", page)


async def archived_html(datasette: Datasette, request: Request) -> Response:
    """Give ``/articles/ID/archived/N``: the archived page itself, made harmless, for a frame without rights."""
    captures = await _captures(datasette, int(request.url_vars["id"]))
    number = int(request.url_vars["number"])
    if number >= len(captures) or not captures[number].html:
        message = "There is no such archived page."
        raise NotFound(message)
    return Response(
        captures[number].html, content_type="text/html; charset=utf-8", headers={"cache-control": "no-store"}
    )


def _keeps(datasette: Datasette) -> bool:
    return datasette.kiji_serving.captures is not None


async def _captures(datasette: Datasette, article_id: int) -> Sequence[Capture]:
    read = datasette.kiji_serving.captures
    return [] if read is None else await asyncio.to_thread(read, article_id)


async def similar_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/articles/ID/similar``: articles like one."""
    article_id = int(request.url_vars["id"])
    return await _render_searching(datasette, request, "kiji_similar.html", search.similar_to, article_id)


async def stories_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/stories`` of a day, week, month or ever."""
    asked = {name: request.args.get(name) or "" for name in ("period", "at", "language")}
    return await _render_searching(datasette, request, "kiji_stories.html", stories.stories_page, asked)


async def story_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/stories/ID``."""
    story_id = int(request.url_vars["id"])
    return await _render_searching(datasette, request, "kiji_story.html", stories.story_page, story_id)


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
    return await _render_searching(datasette, request, "kiji_coverage.html", coverage.coverage_page, asked)


async def entities_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/entities``: persons, organisations and places."""
    name, kind = request.args.get("name") or "", request.args.get("kind") or ""
    return await _render(
        datasette, request, "kiji_entities.html", lambda snapshot: entities.list_page(snapshot, name, kind)
    )


async def entity_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/entities/ID``."""
    entity_id = int(request.url_vars["id"])
    return await _render(
        datasette, request, "kiji_entity.html", lambda snapshot: entities.entity_page(snapshot, entity_id)
    )


async def sources_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/sources``, sorted by a column."""
    sort, descending = request.args.get("sort") or "", request.args.get("desc") or ""
    return await _render(
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
    return await _render(datasette, request, "kiji_source.html", lambda snapshot: views.source(snapshot, name))


async def watches_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/watches``."""
    return await _render(datasette, request, "kiji_watches.html", views.watches)


async def collections_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/collections``."""
    return await _render(datasette, request, "kiji_collections.html", views.collections)


async def collection_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/collections/NAME``."""
    name = unquote(request.url_vars["name"])
    return await _render(datasette, request, "kiji_collection.html", lambda snapshot: views.collection(snapshot, name))


async def watch_download(datasette: Datasette, request: Request) -> Response:
    """Give ``/watches/NAME.atom`` or ``.json``: the feed of a saved search."""
    name, kind = request.url_vars["name"], request.url_vars["kind"]
    snapshot = await datasette.get_database(DATA).execute_fn(read_metadata)

    def ask() -> bytes | None:
        with datasette.kiji_search.connect() as searched:
            return watch_feed(searched, unquote(name), snapshot, kind, request.url)

    body = await asyncio.to_thread(ask)
    if body is None:
        message = "There is no such watch in this snapshot."
        raise NotFound(message)
    content_type = TYPES["atom"] if kind == "atom" else "application/feed+json; charset=utf-8"
    return Response(body, headers={"cache-control": "no-cache"}, content_type=content_type)


async def queries_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/queries``."""
    return await _render(datasette, request, "kiji_queries.html", lambda _found: {"samples": samples()})


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


@hook
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """Register our pages before Datasette's own."""
    return [
        (r"^/$", home_page),
        (r"^/articles$", articles_page),
        (r"^/articles\.(?P<kind>csv|json|atom)$", articles_download),
        (r"^/articles/(?P<id>[0-9]{1,18})$", article_page),
        (r"^/articles/(?P<id>[0-9]{1,18})/similar$", similar_page),
        (r"^/articles/(?P<id>[0-9]{1,18})/archived$", archived_page),
        (r"^/articles/(?P<id>[0-9]{1,18})/archived/(?P<number>[0-9]{1,6})$", archived_html),
        (r"^/stories$", stories_page),
        (r"^/stories/(?P<id>[0-9]{1,18})$", story_page),
        (r"^/stories/(?P<id>[0-9]{1,18})/links\.(?P<kind>graphml|csv)$", story_links),
        (r"^/coverage$", coverage_page),
        (r"^/entities$", entities_page),
        (r"^/entities/(?P<id>[0-9]{1,18})$", entity_page),
        (r"^/sources$", sources_page),
        (r"^/sources/show$", source_page),
        (r"^/watches$", watches_page),
        (r"^/watches/(?P<name>[^/]+)\.(?P<kind>atom|json)$", watch_download),
        (r"^/collections$", collections_page),
        (r"^/collections/(?P<name>[^/]+)$", collection_page),
        (r"^/preferences$", preferences_page),
        (r"^/queries$", queries_page),
        (r"^/healthz$", health_page),
        (r"^/metrics$", metrics_page),
    ]


@hook
def prepare_jinja2_environment(env: Environment) -> None:
    """Add the filters that make the web's texts safe to show."""
    env.filters |= {"shown": clean_text, "titled": title_or_dash, "web_address": web_address, "lang": language_tag}
    env.filters |= {"moment": _moment, "sql_error": explain_error}
    env.filters |= {"grouped": "{:,}".format}
    env.globals |= {
        "answer_bars": bars_of,
        "source_address": lambda name: "/sources/show?name=" + quote(str(name)),
        "collection_address": lambda name: f"/collections/{quote(str(name), safe='')}",
        "watch_address": lambda name, kind: f"/watches/{quote(str(name), safe='')}.{kind}",
        "sql_address": lambda sql: f"/{DATA}?sql=" + quote(sql),
    }


@pass_context
def _moment(context: Context, local: str | None) -> str:
    """Write a local time of the snapshot to the minute, in the zone that the reader chose."""
    return in_zone(local, (context.get("snapshot") or {}).get("timezone", ""), context.get("zone") or "")


@hook
def extra_template_vars(datasette: Datasette, request: Request | None) -> dict[str, Any]:
    """Give every page what its reader chose, and what the page about SQL shows."""
    if request is None:
        return {}
    cookies = read_cookies(request.headers.get("cookie", ""))
    here = request.full_path if request.method == "GET" else "/"
    return {
        "ui": chosen_language(cookies, request.headers.get("accept-language", "")),
        "zone": chosen_zone(cookies),
        "zones": ZONES,
        "here": here if len(here) < 2_000 else request.path,
        "schema": datasette.kiji_schema,
    }


@hook
def asgi_wrapper(datasette: Datasette) -> Callable[[Application], Application]:
    """Add the headers."""

    def serving() -> Serving:
        return cast(Serving, datasette.kiji_serving)  # set after Datasette has made its application

    return lambda application: guard_requests(application, serving)
