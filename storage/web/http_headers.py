"""Add security headers, and refuse requests under other host names."""

import base64
import binascii
import hmac
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from storage.web.archived import FROZEN
from storage.web.serving import Serving
from storage.websub.callback import PREFIX

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing inline and nothing from elsewhere: what a page of the web wrote could not run even where escaping failed."""

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # a form of ours names its origin; nobody else gets an address
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

LARGEST_FORM = 100_000
"""Bytes of a form: a note has up to 10,000 characters, each up to nine bytes in a form."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

# Datasette's own: its settings, paths of files and debugging aids are nobody's business who reads news.
_OPEN = ("/-/static/", "/-/kiji/")


_ARCHIVED = re.compile(r"/articles/[0-9]+/archived(/[0-9]+)?")


def _policy(path: str) -> str:
    """Give the policy of a page: an archived page has its own, and the page around it may frame it."""
    archived = _ARCHIVED.fullmatch(path)
    if archived is None:
        return POLICY
    return FROZEN if archived[1] else f"{POLICY}; frame-src 'self'"


def answer_hubs(application: Application, serving: Callable[[], Serving]) -> Application:
    """Wrap the guarded application: answer the hubs of feeds, who know no password and come by the public name."""

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        hubs = serving().hubs
        is_theirs = hubs is not None and scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (hubs if hubs is not None and is_theirs else application)(scope, receive, send)

    return route


def guard_requests(application: Application, serving: Callable[[], Serving]) -> Application:
    """Wrap an application: add headers, hide Datasette's own pages, check names.

    Where the server is bound to loopback, a page elsewhere whose name was made to point here (DNS rebinding) could
    read everything; its requests carry its own name in ``Host``, and are refused. Names of None answer to
    any.

    What a page elsewhere asks for as a picture, a frame or by a script is refused too: it could read nothing of the
    answer, but keep the server busy with SQL. Links from elsewhere are followed.

    With a password every request needs it: by HTTP Basic with any user name, or as a Bearer token.

    A form is taken only from a page of this server: browsers name the page's origin. Its body is read here, up to
    LARGEST_FORM, because Datasette reads any. Datasette compares the form's token with its cookie besides.
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = {b"content-security-policy", *(name for name, _ in HEADERS)}
                kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
                policy = (b"content-security-policy", _policy(scope["path"]).encode())
                message = {**message, "headers": [*kept, policy, *HEADERS]}
            await send(message)

        path: str = scope["path"]
        names, password = serving().names, serving().password
        if names is not None and _host(scope) not in names:
            await _refuse(send_with_headers, 421, b"This server answers to localhost only; see kiji serve --host.\n")
        elif _is_embedded_elsewhere(scope):
            await _refuse(send_with_headers, 403, b"Another site's page asked for this; open it by its address.\n")
        elif password and not _knows(scope, password):
            challenge = (b"www-authenticate", b'Basic realm="Kiji", charset="UTF-8"')
            await _refuse(send_with_headers, 401, b"This server asks for its password.\n", challenge)
        elif path.startswith("/-/") and not path.startswith(_OPEN):
            await _refuse(send_with_headers, 404, b"Not found.\n")
        elif scope["method"] in _READING:
            await application(scope, receive, send_with_headers)
        elif not _is_own_form(scope):
            await _refuse(send_with_headers, 403, b"Another site's page sent this form; use the one on these pages.\n")
        elif (body := await _read_body(receive)) is None:
            await _refuse(send_with_headers, 413, b"The form is too large.\n")
        else:
            await application(scope, _replay(body, receive), send_with_headers)

    return guard


def _host(scope: Scope) -> str:
    host = _header(scope, b"host")
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def _is_embedded_elsewhere(scope: Scope) -> bool:
    """Tell whether another site's page embeds the request, by Sec-Fetch headers."""
    if _header(scope, b"sec-fetch-site") not in ("cross-site", "same-site"):
        return False
    return (_header(scope, b"sec-fetch-mode"), _header(scope, b"sec-fetch-dest")) != ("navigate", "document")


def _is_own_form(scope: Scope) -> bool:
    """Tell whether a page of this server sent a form, by Sec-Fetch-Site, else by Origin and Host.

    Browsers send the first where the connection is trusted (https, loopback). A request with neither is refused, too.
    """
    site = _header(scope, b"sec-fetch-site")
    if site:
        return site == "same-origin"
    scheme, _, origin = _header(scope, b"origin").partition("://")
    return scheme in ("http", "https") and origin == _header(scope, b"host")


async def _read_body(receive: Receive) -> bytes | None:
    """Read the body of a request; None where it is larger than LARGEST_FORM, or breaks off."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or len(body) > LARGEST_FORM:
            return None
        more = message.get("more_body", False)
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more, then what follows it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _knows(scope: Scope, password: str) -> bool:
    """Tell whether a request has the password; takes as long for any wrong one."""
    kind, _, given = _raw_header(scope, b"authorization").partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given.strip(), validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, ValueError):
            return False
    elif kind.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), password.encode())


def _header(scope: Scope, wanted: bytes) -> str:
    return _raw_header(scope, wanted).lower()


def _raw_header(scope: Scope, wanted: bytes) -> str:
    return next((str(value.decode("latin-1")) for name, value in scope["headers"] if name == wanted), "")


async def _refuse(send: Send, status: int, body: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
