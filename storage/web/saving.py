"""Show watches and collections, and take the forms that save them in the archive.

The pages that ``kiji serve`` shows beside an archive read both from the archive itself, so that what is saved is seen
at once. A snapshot alone shows its own.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from storage.errors import DatabaseError
from storage.web import views
from storage.web.archive_writer import ArchiveWriter
from storage.web.article_list import read_metadata
from storage.web.downloads import TYPES, attached, collection_download, watch_feed, watch_query
from storage.web.rendering import DATA, render

_Read = TypeVar("_Read")


async def _live(datasette: Datasette, read: Callable[[ArchiveWriter], _Read]) -> _Read | None:
    """Read from the archive; None where there is none, or it has trouble: then the snapshot's own is shown."""
    writer: ArchiveWriter | None = datasette.kiji_serving.writer
    if writer is None:
        return None
    try:
        return await asyncio.to_thread(read, writer)
    except DatabaseError:
        return None


async def article_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/articles/ID``."""
    article_id = int(request.url_vars["id"])
    collected = await _live(datasette, lambda writer: writer.collected(article_id))
    names = await _live(datasette, ArchiveWriter.collections) or []
    more = {"collection_names": [each["name"] for each in names]}
    more |= {} if collected is None else {"collected": collected}
    page = views.article
    return await render(datasette, request, "kiji_article.html", lambda shown: page(shown, article_id), more=more)


async def change_article(datasette: Datasette, request: Request) -> Response:
    """Take a form of an article's page: put it into a collection, or take it out."""
    article_id, action = int(request.url_vars["id"]), request.url_vars["action"]
    change = ArchiveWriter.collect if action == "collect" else ArchiveWriter.take_out
    back = f"/articles/{article_id}"
    return await _save(datasette, request, lambda writer, form: change(writer, form, article_id), back, "#collections")


async def watches_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/watches``."""
    watches = await _live(datasette, ArchiveWriter.watches)
    more = {} if watches is None else {"watches": watches}
    return await render(datasette, request, "kiji_watches.html", views.watches, more=more)


async def change_watches(datasette: Datasette, request: Request) -> Response:
    """Take a form that adds or removes a watch."""
    change = ArchiveWriter.add_watch if request.url_vars["action"] == "add" else ArchiveWriter.remove_watch
    return await _save(datasette, request, change, "/watches")


async def _save(
    datasette: Datasette,
    request: Request,
    change: Callable[[ArchiveWriter, dict[str, str]], None],
    back: str,
    place: str = "",
) -> Response:
    """Change the archive and go back; what cannot be saved is shown again, with the reason."""
    if request.method != "POST":
        return Response("", status=303, headers={"location": back})
    writer = datasette.kiji_serving.writer
    if writer is None:
        return Response.text("These pages are read-only; see kiji serve --help.\n", status=403)
    form = {str(name): str(value) for name, value in (await request.post_vars()).items()}
    try:
        await asyncio.to_thread(change, writer, form)
    except DatabaseError as error:
        shown: dict[str, Any] = {"problem": str(error), "form": form, "action": request.path, "back": back}
        return await render(datasette, request, "kiji_not_saved.html", lambda _snapshot: {}, more=shown, status=400)
    return Response("", status=303, headers={"location": back + place})


async def watch_download(datasette: Datasette, request: Request) -> Response:
    """Give ``/watches/NAME.atom`` or ``.json``: the feed of a saved search."""
    name, kind = unquote(request.url_vars["name"]), request.url_vars["kind"]
    snapshot = await datasette.get_database(DATA).execute_fn(read_metadata)
    saved = await _live(datasette, ArchiveWriter.watches) or []
    queries = {watch["name"]: watch["query"] for watch in saved}

    def ask() -> bytes | None:
        with datasette.kiji_search.connect() as searched:
            query = queries.get(name) or watch_query(searched, name)
            return None if query is None else watch_feed(searched, name, query, snapshot, kind, request.url)

    body = await asyncio.to_thread(ask)
    if body is None:
        message = "There is no such watch in this snapshot."
        raise NotFound(message)
    content_type = TYPES["atom"] if kind == "atom" else "application/feed+json; charset=utf-8"
    return Response(body, headers={"cache-control": "no-cache"}, content_type=content_type)


async def collections_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/collections``."""
    collections = await _live(datasette, ArchiveWriter.collections)
    more = {} if collections is None else {"collections": collections}
    return await render(datasette, request, "kiji_collections.html", views.collections, more=more)


async def collection_page(datasette: Datasette, request: Request) -> Response:
    """Show ``/collections/NAME``."""
    name = unquote(request.url_vars["name"])
    notes = await _live(datasette, lambda writer: writer.notes(name))
    if notes is None:
        page = views.collection
        return await render(datasette, request, "kiji_collection.html", lambda shown: page(shown, name))
    noted = notes
    return await render(datasette, request, "kiji_collection.html", lambda shown: views.noted(shown, name, noted))


async def collection_file(datasette: Datasette, request: Request) -> Response:
    """Give ``/collections/NAME/articles.csv``, ``.json``, ``.bib`` or ``.ris``."""
    name, kind = unquote(request.url_vars["name"]), request.url_vars["kind"]
    live = await _live(datasette, lambda writer: writer.notes(name))
    body = await datasette.get_database(DATA).execute_fn(lambda shown: collection_download(shown, name, live, kind))
    if body is None:
        message = "There is no such collection in this snapshot."
        raise NotFound(message)
    return Response(body, headers=attached(f"kiji-{name}.{kind}"), content_type=TYPES[kind])
