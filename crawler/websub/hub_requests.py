"""Send a subscription request to a hub, at a public address only.

A feed names its hub, so the hub can be anything: the name is resolved once, what is not public is refused, and the
request is bounded in time and size. It goes past any proxy.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Collection
from urllib.parse import urlencode, urljoin, urlsplit

from crawler.hosts import DEFAULT_PORTS, host_and_port
from crawler.middlewares.public_ips import why_not_public
from storage.websub.subscriptions import LEASE, HubRequest

SECONDS = 20.0
_MOST_HEAD = 65_536
_MOST_MOVES = 3
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})[ \r]")
_LOCATION = re.compile(rb"\r\nlocation:[ \t]*([^\r\n]*)", re.IGNORECASE)
_TEMPORARY, _PERMANENT = 307, 308


def ask_hub(request: HubRequest, user_agent: str, private_hosts: Collection[str] = ()) -> str:
    """Send a request; return why the hub did not take it in one line, "" if it did. Never raises.

    ``private_hosts`` are ``host:port`` that may have private addresses. Blocks for 20 seconds at most.
    """
    form = {"hub.mode": request.mode, "hub.topic": request.topic, "hub.callback": request.callback}
    if request.mode == "subscribe":
        form |= {"hub.lease_seconds": str(int(LEASE.total_seconds())), "hub.secret": request.secret}
    try:
        return asyncio.run(asyncio.wait_for(_send(request.hub, form, user_agent, private_hosts), SECONDS))
    except TimeoutError:
        return f"no answer in {SECONDS:.0f} seconds"
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        return str(getattr(error, "strerror", None) or error)[:200]


async def _send(url: str, form: dict[str, str], user_agent: str, private_hosts: Collection[str]) -> str:
    """Post a form, and follow the redirects that keep the method (section 5.1 of the recommendation)."""
    for _ in range(_MOST_MOVES):
        head = await _post(url, urlencode(form).encode(), user_agent, private_hosts)
        answer = _STATUS.match(head)
        if answer is None:
            return "the answer is not HTTP"
        status = int(answer[1])
        moved = _LOCATION.search(head)
        if status not in (_TEMPORARY, _PERMANENT) or moved is None:
            return "" if status // 100 == 2 else f"HTTP {status}"
        url = urljoin(url, moved[1].decode("latin-1"))
    return "too many redirects"


async def _post(url: str, body: bytes, user_agent: str, private_hosts: Collection[str]) -> bytes:
    """Return the head of the answer. Raises OSError and ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("not an http(s) address")
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    address = await _public_address(parts.hostname, port, host_and_port(url) in private_hosts)
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    reader, writer = await asyncio.open_connection(
        address, port, ssl=secure, server_hostname=parts.hostname if secure else None, limit=_MOST_HEAD
    )
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\nUser-Agent: {user_agent}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        writer.write(head.encode("latin-1", "replace") + body)
        await writer.drain()
        return await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()


async def _public_address(host: str, port: int, may_be_private: bool) -> str:
    """Resolve a host to one address that the guard allows. Raises OSError."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in infos]
    allowed = [each for each in addresses if may_be_private or why_not_public(each) is None]
    if not allowed:
        raise OSError(f"{why_not_public(addresses[0]) if addresses else 'no'} address")
    return allowed[0]
