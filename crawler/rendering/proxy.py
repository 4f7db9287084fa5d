"""Pass a browser's traffic on, to public addresses only: an HTTP proxy on loopback.

A browser resolves and connects by itself, so the crawl's own address guard cannot see it. Chromium is started with
this proxy for everything. The proxy resolves each host once, drops the addresses that the guard refuses, and connects
to one of the rest. So no redirect, WebSocket, hint to connect early or name with two answers gets through.
"""

import asyncio
import base64
import contextlib
import re
import socket
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import unquote, urlsplit

from crawler.hosts import DEFAULT_PORTS, join_port
from crawler.middlewares.public_ips import why_not_public

MAX_HEAD = 256 * 1024
"""Bytes of a request's or an answer's head, as in ``crawler.middlewares.header_cap``."""

CONNECT_SECONDS = 10.0
_CHUNK = 64 * 1024
_HOP_HEADERS = frozenset({b"connection", b"proxy-connection", b"keep-alive", b"proxy-authorization", b"te", b"upgrade"})
"""Headers that are the connection's own (RFC 9110, 7.6.1)."""

_TARGET = re.compile(rb"(?:\[([0-9a-fA-F:.]+)\]|([^:/\[\]@]+))(?::(\d{1,5}))?\Z")

Look = Callable[[str, int], Awaitable[list[str]]]


class Refusal(Exception):
    """A connection that is not made. The message says why in one line."""


async def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises OSError."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


class GuardingProxy:
    """HTTP proxy for one browser, which shows one page at a time.

    :meth:`begin` sets what the next page may do: ``private_hosts`` (``host:port``) may have private addresses, at most
    ``max_hosts`` different hosts and ``max_bytes`` bytes are passed on. ``upstream`` is the address of a further proxy,
    which then looks names up itself: there only literal addresses are refused. ``refused`` has the page's refusals by
    ``host:port``.
    """

    def __init__(self, look: Look = look_up) -> None:
        self._look = look
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.refused: dict[str, str] = {}
        self.begin()

    @property
    def address(self) -> str:
        """Return the address for Chromium's ``--proxy-server``."""
        if self._server is None:
            raise RuntimeError("the proxy is not started")
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=MAX_HEAD)

    async def close(self) -> None:
        """Stop listening, and close every connection."""
        if self._server is not None:
            self._server.close()
        for task in (connections := list(self._connections)):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    def begin(
        self,
        private_hosts: Collection[str] = (),
        *,
        max_hosts: int = 30,
        max_bytes: int = 50_000_000,
        upstream: str = "",
    ) -> None:
        """Close the last page's connections, and set what the next page may do."""
        for task in self._connections:
            task.cancel()
        self._private_hosts = frozenset(private_hosts)
        self._max_hosts, self._bytes_left, self._upstream = max_hosts, max_bytes, upstream
        self._hosts: set[str] = set()
        self.refused = {}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        try:
            await self._handle(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError, ValueError):
            pass  # the browser sees a connection that ends
        finally:
            writer.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, headers = head.partition(b"\r\n")
        method, target, _ = line.split(b" ", 2)
        try:
            host, port, path = _parse(method, target)
            outward, onward = await self._connect(host, port)
        except Refusal as refusal:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            self.refused.setdefault(target.decode("ascii", "replace")[:200], str(refusal))
            return
        except (OSError, TimeoutError):
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        try:
            if method == b"CONNECT":
                await self._open_tunnel(host, port, outward, onward, writer)
                await asyncio.gather(self._pump(reader, onward), self._pump(outward, writer))
            else:
                await self._pass_on(b" ".join([method, path if not self._upstream else target]), headers, onward)
                await self._send_body(reader, onward, headers)
                await self._answer(outward, writer)
        finally:
            onward.close()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to an address of a host that the guard allows. Raises Refusal, OSError or TimeoutError."""
        key = join_port(host, port)
        if host not in self._hosts and len(self._hosts) >= self._max_hosts:
            raise Refusal(f"more than {self._max_hosts} hosts")
        self._hosts.add(host)
        if self._upstream:
            parts = urlsplit(self._upstream)
            await self._refuse_literal(host, key)
            return await self._open(parts.hostname or "", parts.port or DEFAULT_PORTS["http"])
        addresses = await asyncio.wait_for(self._look(host, port), CONNECT_SECONDS)
        allowed = [each for each in addresses if key in self._private_hosts or why_not_public(each) is None]
        if addresses and not allowed:
            raise Refusal(f"{why_not_public(addresses[0])} address {addresses[0]}")
        for address in allowed[:-1]:
            with contextlib.suppress(OSError, TimeoutError):
                return await self._open(address, port)
        if not allowed:
            raise OSError("no address")
        return await self._open(allowed[-1], port)

    async def _refuse_literal(self, host: str, key: str) -> None:
        """Refuse what needs no look-up to be private: the guard is blind behind a further proxy."""
        try:
            [address] = await self._look_literal(host)
        except (OSError, ValueError):
            return
        if key not in self._private_hosts and (kind := why_not_public(address)):
            raise Refusal(f"{kind} address {address}")

    @staticmethod
    async def _look_literal(host: str) -> list[str]:
        infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(infos[0][4][0])]

    @staticmethod
    async def _open(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.wait_for(asyncio.open_connection(address, port, limit=MAX_HEAD), CONNECT_SECONDS)

    async def _open_tunnel(
        self,
        host: str,
        port: int,
        outward: asyncio.StreamReader,
        onward: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
    ) -> None:
        if self._upstream:
            target = join_port(host, port).encode()
            onward.write(b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n%b\r\n" % (target, target, self._credentials()))
            answer = await outward.readuntil(b"\r\n\r\n")
            if not re.match(rb"HTTP/1\.[01] 2\d\d", answer):
                raise OSError("the further proxy refuses")
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()

    def _credentials(self) -> bytes:
        """Return the header for a further proxy that needs a user's name."""
        parts = urlsplit(self._upstream)
        if parts.username is None:
            return b""
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        return b"Proxy-Authorization: Basic " + base64.b64encode(pair) + b"\r\n"

    async def _pass_on(self, request: bytes, headers: bytes, onward: asyncio.StreamWriter) -> None:
        own = self._credentials() if self._upstream else b""
        onward.write(request + b" HTTP/1.1\r\n" + own + _end_to_end(headers))
        await onward.drain()

    async def _send_body(self, reader: asyncio.StreamReader, onward: asyncio.StreamWriter, headers: bytes) -> None:
        """Pass on a request's body, and nothing after it: the next request may be for another host."""
        match = re.search(rb"(?im)^content-length:\s*(\d{1,15})\s*$", headers)
        left = int(match[1]) if match else 0
        while left > 0 and (data := await reader.read(min(left, _CHUNK))):
            left -= len(data)
            self._count(data)
            onward.write(data)
            await onward.drain()

    async def _answer(self, outward: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await outward.readuntil(b"\r\n\r\n")
        line, _, headers = head.partition(b"\r\n")
        writer.write(line + b"\r\n" + _end_to_end(headers))
        await self._pump(outward, writer)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(_CHUNK):
            self._count(data)
            target.write(data)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()

    def _count(self, data: bytes) -> None:
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise OSError("the page asks for too many bytes")


def _parse(method: bytes, target: bytes) -> tuple[str, int, bytes]:
    """Return host, port and path of a request to a proxy. Raises Refusal."""
    place, path, default = target, b"", 0
    if method != b"CONNECT":
        scheme, _, rest = target.partition(b"://")
        if scheme.lower() != b"http":
            raise Refusal("only http and https are passed on")
        place, default = re.split(rb"[/?#]", rest, maxsplit=1)[0], DEFAULT_PORTS["http"]
        path = rest[len(place) :]
        path = path if path[:1] == b"/" else b"/" + path
    match = _TARGET.match(place)
    port = int(match[3] or default) if match else 0
    if match is None or not 0 < port < 65_536:
        raise Refusal("not an address")
    return (match[1] or match[2]).decode("ascii", "replace"), port, path


def _end_to_end(headers: bytes) -> bytes:
    """Return a head's headers without those of its connection; the connection ends with this exchange."""
    lines = [line for line in headers.split(b"\r\n") if line]
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in _HOP_HEADERS]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""])
