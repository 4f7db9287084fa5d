"""Register our pages, template filters and headers with Datasette."""

import datetime
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from storage.column_types import utc_now
from storage.web import handlers, saving
from storage.web.article_list import read_metadata
from storage.web.http_headers import Application, answer_hubs, guard_requests
from storage.web.preferences import ZONES, chosen_language, chosen_zone, in_zone, read_cookies
from storage.web.query_answer import bars_of, explain_error
from storage.web.rendering import DATA, error_page
from storage.web.safe_text import clean_text, language_tag, title_or_dash, web_address
from storage.web.serving import Serving

HERE = Path(__file__).parent

_Hook = TypeVar("_Hook", bound=Callable[..., Any])
hook = cast(Callable[[_Hook], _Hook], hookimpl)  # pluggy publishes no types for its markers


@hook
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """Register our pages before Datasette's own."""
    return [
        (r"^/$", handlers.home_page),
        (r"^/articles$", handlers.articles_page),
        (r"^/articles\.(?P<kind>csv|json|atom)$", handlers.articles_download),
        (r"^/articles/(?P<id>[0-9]{1,18})$", saving.article_page),
        (r"^/articles/(?P<id>[0-9]{1,18})/similar$", handlers.similar_page),
        (r"^/articles/(?P<id>[0-9]{1,18})/archived$", handlers.archived_page),
        (r"^/articles/(?P<id>[0-9]{1,18})/archived/(?P<number>[0-9]{1,6})$", handlers.archived_html),
        (r"^/articles/(?P<id>[0-9]{1,18})/archived\.wacz$", handlers.wacz_file),
        (r"^/articles/(?P<id>[0-9]{1,18})/cite\.(?P<kind>bib|ris|json)$", handlers.citation_file),
        (r"^/stories$", handlers.stories_page),
        (r"^/stories/(?P<id>[0-9]{1,18})$", handlers.story_page),
        (r"^/stories/(?P<id>[0-9]{1,18})/links\.(?P<kind>graphml|csv)$", handlers.story_links),
        (r"^/coverage$", handlers.coverage_page),
        (r"^/entities$", handlers.entities_page),
        (r"^/entities/(?P<id>[0-9]{1,18})$", handlers.entity_page),
        (r"^/sources$", handlers.sources_page),
        (r"^/sources/show$", handlers.source_page),
        (r"^/articles/(?P<id>[0-9]{1,18})/(?P<action>collect|take-out)$", saving.change_article),
        (r"^/watches$", saving.watches_page),
        (r"^/watches/(?P<action>add|remove)$", saving.change_watches),
        (r"^/watches/(?P<name>[^/]+)\.(?P<kind>atom|json)$", saving.watch_download),
        (r"^/collections$", saving.collections_page),
        (r"^/collections/(?P<name>[^/]+)$", saving.collection_page),
        (r"^/collections/(?P<name>[^/]+)/articles\.(?P<kind>csv|json|bib|ris)$", saving.collection_file),
        (r"^/preferences$", handlers.preferences_page),
        (r"^/queries$", handlers.queries_page),
        (r"^/healthz$", handlers.health_page),
        (r"^/metrics$", handlers.metrics_page),
    ]


@hook
def prepare_jinja2_environment(env: Environment) -> None:
    """Add the filters that make the web's texts safe to show."""
    env.filters |= {"shown": clean_text, "titled": title_or_dash, "web_address": web_address, "lang": language_tag}
    env.filters |= {"moment": _moment, "age": _age, "sql_error": explain_error}
    env.filters |= {"grouped": "{:,}".format}
    env.globals |= {
        "answer_bars": bars_of,
        "source_address": lambda name: "/sources/show?name=" + quote(str(name)),
        "collection_address": lambda name: f"/collections/{quote(str(name), safe='')}",
        "watch_address": lambda name, kind: f"/watches/{quote(str(name), safe='')}.{kind}",
        "sql_address": lambda sql: f"/{DATA}?sql=" + quote(sql),
    }


def _age(made_at: str) -> tuple[int, str]:
    """Give how old a snapshot is: a number of minutes, hours or days."""
    minutes = max(0, round((utc_now() - datetime.datetime.fromisoformat(made_at)).total_seconds()) // 60)
    if minutes < 120:
        return minutes, "minute"
    return (minutes // 60, "hour") if minutes < 48 * 60 else (minutes // (24 * 60), "day")


@pass_context
def _moment(context: Context, local: str | None) -> str:
    """Write a local time of the snapshot to the minute, in the zone that the reader chose."""
    return in_zone(local, (context.get("snapshot") or {}).get("timezone", ""), context.get("zone") or "")


@hook
def extra_template_vars(datasette: Datasette, request: Request | None) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Give every page what its reader chose, and Datasette's own pages the schema and how old the data are."""

    async def chosen() -> dict[str, Any]:
        if request is None:
            return {}
        known = _chosen(datasette, request)
        if request.path == f"/{DATA}" or request.path.startswith(f"/{DATA}/"):
            known["snapshot"] = await datasette.get_database(DATA).execute_fn(read_metadata)
        return known

    return chosen


def _chosen(datasette: Datasette, request: Request) -> dict[str, Any]:
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
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Awaitable[Response | None]:
    """Answer what a reader asks wrongly with a page of ours."""
    return error_page(datasette, request, exception)


@hook
def asgi_wrapper(datasette: Datasette) -> Callable[[Application], Application]:
    """Add the headers."""

    def serving() -> Serving:
        return cast(Serving, datasette.kiji_serving)  # set after Datasette has made its application

    return lambda application: answer_hubs(guard_requests(application, serving), serving)
