"""Refuse connections to private addresses, unless a source allows them.

The resolved address must be checked, and it must be the one that is connected to. Otherwise a name server with two
different answers (rebinding) gets through. So the guard is the reactor's resolver, which drops addresses that are not
public. The downloader middleware beside it turns this into a typed refusal, and checks schemes.
"""

import collections
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, Self, cast
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution

from crawler.console.twisted_logs import quieten_twisted
from crawler.hosts import DEFAULT_PORTS, host_and_port, hostname_of, join_port, normal_host, port_of
from crawler.middlewares.exceptions import AddressRefused
from crawler.middlewares.public_ips import literal_address, why_not_public
from storage.library_versions import fits

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

logger = logging.getLogger(__name__)

#: Hosts whose refusals are stored; each is read within the same request.
_REMEMBERED = 10_000


class Receiver(Protocol):
    """Twisted's IResolutionReceiver, as a type that mypy understands."""

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's interface
        """Come first."""

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's interface
        """Come once for each address."""

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's interface
        """Come last; there is no way to say that something failed."""


class Resolver(Protocol):
    """Twisted's IHostnameResolver, as such a type."""

    def resolveHostName(  # noqa: N802 - Twisted's interface
        self,
        resolutionReceiver: Receiver,  # noqa: N803 - Twisted's interface
        hostName: str,  # noqa: N803 - Twisted's interface
        portNumber: int = 0,  # noqa: N803 - Twisted's interface
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 - Twisted's interface
        transportSemantics: str = "TCP",  # noqa: N803 - Twisted's interface
    ) -> IHostResolution:
        """Resolve a name, and call the receiver."""


class _PublicOnly:
    """Passes only public addresses from a resolver to its caller."""

    def __init__(self, receiver: Receiver, resolver: "GuardedResolver", key: str) -> None:
        self._receiver, self._resolver, self._key = receiver, resolver, key
        self._refused: list[str] = []
        self._passed = False

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's interface
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's interface
        host = str(getattr(address, "host", ""))
        kind = why_not_public(host)
        if kind is None or self._resolver.allows(self._key):
            self._passed = True
            self._receiver.addressResolved(address)
        else:
            self._refused.append(f"{kind} address {host}")

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's interface
        if self._refused and not self._passed:
            self._resolver.remember(self._key, self._refused[0])
        elif self._passed:
            self._resolver.forget(self._key)
        self._receiver.resolutionComplete()


class GuardedResolver:
    """Resolver for the reactor that drops addresses that are not public.

    It is also set as ``TWISTED_DNS_RESOLVER``, so that the guard is installed before any crawler. Every connection
    passes here, literals included, with its port. Private ``host:port`` are granted for the length of a
    crawl. Nothing is cached, so that each answer is the name server's current one.
    """

    def __init__(self, inner: Resolver, reactor: "ReactorBase") -> None:
        self._inner = inner
        self._reactor = reactor
        self._granted: collections.Counter[str] = collections.Counter()
        self._refusals: collections.OrderedDict[str, str] = collections.OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: object, reactor: "ReactorBase") -> Self:  # noqa: ARG003 - Scrapy's signature
        """Make it as Scrapy's process does, which passes itself and no crawler."""
        return cls(cast(Resolver, reactor.nameResolver), reactor)

    @classmethod
    def on(cls, reactor: "ReactorBase") -> "GuardedResolver":
        """Return the guard of this reactor; install it if it is missing."""
        installed = cast(Resolver, reactor.nameResolver)
        if isinstance(installed, GuardedResolver):
            return installed
        guard = cls(installed, reactor)
        guard.install_on_reactor()
        return guard

    def install_on_reactor(self) -> None:
        """Replace the reactor's resolver."""
        self._reactor.installNameResolver(cast(IHostnameResolver, self))

    def grant(self, hosts: Iterable[str]) -> None:
        """Allow private addresses for these ``host:port``. Grants are counted."""
        self._granted.update(hosts)

    def revoke(self, hosts: Iterable[str]) -> None:
        """Undo one :meth:`grant` of each."""
        self._granted.subtract(hosts)
        self._granted = +self._granted

    def allows(self, key: str) -> bool:
        """Return whether ``host:port`` may be private."""
        return key in self._granted

    def remember(self, key: str, refusal: str) -> None:
        """Store why ``host:port`` was refused, for the middleware."""
        self._refusals[key] = refusal
        if len(self._refusals) > _REMEMBERED:
            self._refusals.popitem(last=False)

    def forget(self, key: str) -> None:
        """Delete the refusal of ``host:port``, which has a public address now."""
        self._refusals.pop(key, None)

    def refusal(self, key: str) -> str | None:
        """Return why ``host:port`` was last refused, or None."""
        return self._refusals.get(key)

    def resolveHostName(  # noqa: N802 - Twisted's interface
        self,
        resolutionReceiver: Receiver,  # noqa: N803 - Twisted's interface
        hostName: str,  # noqa: N803 - Twisted's interface
        portNumber: int = 0,  # noqa: N803 - Twisted's interface
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 - Twisted's interface
        transportSemantics: str = "TCP",  # noqa: N803 - Twisted's interface
    ) -> IHostResolution:
        """Twisted's interface; see :class:`Resolver`."""
        receiver = _PublicOnly(resolutionReceiver, self, join_port(hostName, portNumber))
        return self._inner.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


class AddressGuard:
    """Downloader middleware that refuses addresses, with the resolver's reason.

    It is nearer to the downloader than the proxy and retry middlewares: the proxy must be known here, and a
    refusal must not be retried.
    """

    def __init__(
        self, resolver: GuardedResolver, private_hosts: Sequence[str] = (), *, checks_answers: bool = False
    ) -> None:
        self._resolver = resolver
        self._checks_answers = checks_answers
        self._private_hosts = tuple(private_hosts)
        self._proxies: set[str] = set()
        resolver.grant(self._private_hosts)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ``KIJI_PRIVATE_HOSTS``, ``host:port`` that may have private addresses."""
        from twisted.internet import reactor  # here, since importing it chooses the reactor

        quieten_twisted()
        hosts = [str(host) for host in crawler.settings.getlist("KIJI_PRIVATE_HOSTS")]
        known = fits("scrapy") and fits("twisted")
        guard = cls(GuardedResolver.on(reactor), hosts, checks_answers=not known)
        for signal in (signals.spider_closed, signals.engine_stopped):  # of a spider closed as it opens only the first
            crawler.signals.connect(guard.closed, signal=signal)
        return guard

    def closed(self) -> None:
        """Revoke this crawl's grants: other crawls in this process have their own."""
        self._resolver.revoke(self._private_hosts)
        self._private_hosts = ()
        while self._proxies:
            self._resolver.revoke(_keys_of_proxy(self._proxies.pop()))

    def process_request(self, request: Request) -> None:
        """Refuse schemes and IP literals before any look-up.

        Raises :class:`AddressRefused`.
        """
        scheme = urlsplit(request.url).scheme.lower()
        if scheme not in DEFAULT_PORTS:
            raise AddressRefused(f"scheme {scheme}: only http and https are fetched")
        if request.meta.get("proxy"):
            self._let_the_proxy_through(str(request.meta["proxy"]))
        key = join_port(hostname_of(request.url), port_of(request.url) or 0)
        own = request.meta.get("private_hosts")
        if own is not None and key not in own and self._resolver.allows(key):
            raise AddressRefused(_reason("address allowed to another source only", key))
        literal = literal_address(hostname_of(request.url))
        kind = why_not_public(literal) if literal else None
        if kind and not self._resolver.allows(key):
            raise AddressRefused(_reason(f"{kind} address {literal}", key))

    def process_response(self, request: Request, response: Response) -> Response:
        """Refuse an answer from an address that is not public, or unknown.

        Checked only with versions of Scrapy and Twisted that are not known to pass all connections through the
        resolver. Raises :class:`AddressRefused`.
        """
        if not self._checks_answers or request.meta.get("proxy"):
            return response
        key = host_and_port(request.url)
        address = response.ip_address
        kind = why_not_public(str(address)) if address is not None else "unknown"
        if kind and not self._resolver.allows(key):
            raise AddressRefused(_reason(f"{kind} address {address}", key))
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise AddressRefused for a refused name, which Twisted reports as unknown."""
        if isinstance(exception, CannotResolveHostError):
            key = join_port(hostname_of(request.url), port_of(request.url) or 0)
            refusal = self._resolver.refusal(key)
            if refusal:
                raise AddressRefused(_reason(refusal, key)) from exception

    def _let_the_proxy_through(self, proxy: str) -> None:
        host = normal_host(urlsplit(proxy if "://" in proxy else f"http://{proxy}").netloc.rpartition("@")[2])
        if host in self._proxies:
            return
        self._proxies.add(host)
        self._resolver.grant(_keys_of_proxy(host))
        logger.warning(
            "Requests go through the proxy %s, which looks names up itself: the address guard is blind there. Refuse "
            "private addresses at the proxy too.",
            host,
        )


def _keys_of_proxy(netloc: str) -> tuple[str, str]:
    """Return both keys of a proxy: with its port for http, and with port 0 for tunnelled https."""
    address = f"http://{netloc}"
    return join_port(hostname_of(address), port_of(address) or 0), join_port(hostname_of(address), 0)


def _reason(refusal: str, key: str) -> str:
    return f"{refusal} behind {key}: only start pages of a source with allow_private_addresses = true may have one"
