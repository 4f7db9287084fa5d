"""Answer the hubs of feeds at ``/websub/TOKEN``: verifications and deliveries.

This is the only path that is not for readers. It is open to everybody, so it asks for little: a token that only the
hub knows, at most 10 MB and 20 seconds for a delivery, whose pieces are not kept, and some deliveries at once.
"""

import asyncio
import contextlib
import datetime
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from storage.database.engine import Database
from storage.errors import DatabaseError
from storage.websub.deliveries import Secret, SignedBody, accept, count_rejected, find_secret
from storage.websub.subscriptions import LEASE, refuse, verify

PREFIX = "/websub/"
MAX_BODY = 10_000_000
BODY_SECONDS = 20.0
AT_ONCE = 8

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_MOST_QUERY = 8_192
_GET, _POST = ("GET", "HEAD"), "POST"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Answer = tuple[int, bytes]

_UNKNOWN: Answer = (404, b"Nothing is subscribed to here.\n")
_BUSY: Answer = (503, b"Try again later.\n")


class HubCallback:
    """ASGI application for hubs, on the archive's own database."""

    def __init__(self, open_archive: Callable[[], Database]) -> None:
        self._open_archive = open_archive
        self._free = AT_ONCE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        token = scope["path"].removeprefix(PREFIX)
        try:
            if not _TOKEN.fullmatch(token):
                status, body = _UNKNOWN
            elif scope["method"] in _GET:
                status, body = await asyncio.to_thread(self._confirm, token, scope["query_string"])
            elif scope["method"] == _POST:
                status, body = await self._deliver(token, scope, receive)
            else:
                status, body = 405, b"GET or POST.\n"
        except DatabaseError:  # a hub delivers again later
            status, body = _BUSY
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        headers.append((b"x-content-type-options", b"nosniff"))
        if status in (413, 408, 503):  # the rest of a body is not read
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _confirm(self, token: str, query: bytes) -> Answer:
        """Answer a hub that verifies a request, or refuses it."""
        if len(query) > _MOST_QUERY:
            return _UNKNOWN
        values = {name: given[0] for name, given in parse_qs(query.decode("utf-8", "replace")).items()}
        mode, topic = values.get("hub.mode", ""), values.get("hub.topic", "")
        now = datetime.datetime.now(datetime.UTC)
        with contextlib.closing(self._open_archive()) as database:
            if mode == "denied":
                is_known = refuse(database, token, topic, values.get("hub.reason", ""), now)
                return (200, b"") if is_known else _UNKNOWN
            challenge = values.get("hub.challenge", "")
            lease = _lease(values.get("hub.lease_seconds", ""))
            if challenge and verify(database, token, mode, topic, lease, now):
                return 200, challenge.encode()
        return _UNKNOWN

    async def _deliver(self, token: str, scope: Scope, receive: Receive) -> Answer:
        if self._free <= 0:
            return _BUSY
        self._free -= 1
        try:
            headers = {bytes(name).lower(): bytes(value).decode("latin-1") for name, value in scope["headers"]}
            return await self._take(token, headers, receive)
        finally:
            self._free += 1

    async def _take(self, token: str, headers: dict[bytes, str], receive: Receive) -> Answer:
        secret = await asyncio.to_thread(self._secret, token)
        if secret is None:
            return 410, b"Nothing is subscribed to here any more.\n"
        body = SignedBody(headers.get(b"x-hub-signature", ""), secret.value)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                is_whole = _declared(headers) <= MAX_BODY and await _read(receive, body)
        except TimeoutError:
            return 408, b"Too slow.\n"
        if not is_whole or not body.is_genuine:
            await asyncio.to_thread(self._reject, secret.subscription_id)
            return (403, b"The signature is not the subscription's.\n") if is_whole else (413, b"Too large.\n")
        receipt = await asyncio.to_thread(self._accept, secret.subscription_id, body.digest)
        return (410, b"") if receipt == "gone" else (202, b"")

    def _secret(self, token: str) -> Secret | None:
        with contextlib.closing(self._open_archive()) as database:
            return find_secret(database, token)

    def _reject(self, subscription_id: int) -> None:
        with contextlib.closing(self._open_archive()) as database:
            count_rejected(database, subscription_id)

    def _accept(self, subscription_id: int, digest: str) -> str:
        with contextlib.closing(self._open_archive()) as database:
            return accept(database, subscription_id, digest, datetime.datetime.now(datetime.UTC))


def _lease(seconds: str) -> datetime.timedelta:
    """Return a lease; the one that was asked for if the hub names none."""
    return datetime.timedelta(seconds=int(seconds)) if re.fullmatch(r"[0-9]{1,9}", seconds) else LEASE


def _declared(headers: dict[bytes, str]) -> int:
    length = headers.get(b"content-length", "")
    return int(length) if re.fullmatch(r"[0-9]{1,15}", length) else 0


async def _read(receive: Receive, body: SignedBody) -> bool:
    """Read a body to its end; return False if it is too large, or the connection ended before."""
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return False
        piece = message.get("body", b"")
        size += len(piece)
        if size > MAX_BODY:
            return False
        body.update(piece)
        if not message.get("more_body"):
            return True
