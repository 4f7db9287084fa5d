"""Send a subscription request to a hub, at a public address only.

A feed names its hub, so the hub can be anything: the name is resolved once, what is not public is refused, and the
request is bounded in time and size. It goes past any proxy.
"""

import asyncio
import socket
import ssl
from collections.abc import Collection
from urllib.parse import urljoin

import httpx

from crawler.hosts import DEFAULT_PORTS, host_and_port
from crawler.middlewares.public_ips import why_not_public
from storage.websub.subscriptions import LEASE, HubRequest

SECONDS = 20.0
_MOST_MOVES = 3
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
    except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
        return str(getattr(error, "strerror", None) or error or type(error).__name__)[:200]


async def _send(url: str, form: dict[str, str], user_agent: str, private_hosts: Collection[str]) -> str:
    """Post a form, and follow the redirects that keep the method (section 5.1 of the recommendation)."""
    async with httpx.AsyncClient(verify=ssl.create_default_context(), trust_env=False, timeout=SECONDS) as client:
        client.headers["User-Agent"] = user_agent
        for _ in range(_MOST_MOVES):
            status, location = await _post(client, httpx.URL(url), form, private_hosts)
            if status not in (_TEMPORARY, _PERMANENT) or not location:
                return "" if status // 100 == 2 else f"HTTP {status}"
            url = urljoin(url, location)
    return "too many redirects"


async def _post(
    client: httpx.AsyncClient, url: httpx.URL, form: dict[str, str], private_hosts: Collection[str]
) -> tuple[int, str]:
    """Return status and location of the answer, whose body is not read. Raises OSError, ValueError and HTTPError."""
    if url.scheme not in DEFAULT_PORTS or not url.host:
        raise ValueError("not an http(s) address")
    port = url.port or DEFAULT_PORTS[url.scheme]
    address = await _public_address(url.host, port, host_and_port(str(url)) in private_hosts)
    request = client.build_request(
        "POST",
        url.copy_with(host=address, userinfo=b""),  # the address that was looked at, not one that is resolved anew
        data=form,
        headers={"Host": url.netloc.decode("ascii"), "Connection": "close"},
        extensions={"sni_hostname": url.host},  # the certificate must be for the name
    )
    answer = await client.send(request, stream=True)
    try:
        return answer.status_code, answer.headers.get("location", "")
    finally:
        await answer.aclose()


async def _public_address(host: str, port: int, may_be_private: bool) -> str:
    """Resolve a host to one address that the guard allows. Raises OSError."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in infos]
    allowed = [each for each in addresses if may_be_private or why_not_public(each) is None]
    if not allowed:
        raise OSError(f"{why_not_public(addresses[0]) if addresses else 'no'} address")
    return allowed[0]
