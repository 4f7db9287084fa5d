"""A name server's two answers: an address that is public, and then one that is not."""

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self, cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress, IHostResolution

from crawler.middlewares.ssrf_guard import GuardedResolver, Receiver

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

NOWHERE = "2e00::1"
"""A public address that nobody has: IANA has not allocated it."""

ANSWERS = ([NOWHERE], [NOWHERE, "127.0.0.1"], ["127.0.0.1"])
"""Look-up by look-up; the last for ever."""


class _Rebinding:
    """Answers as a name server does whose owner wants to be let in, with a time to live of 0."""

    def __init__(self) -> None:
        self._answers: Iterator[list[str]] = itertools.chain(ANSWERS, itertools.repeat(ANSWERS[-1]))

    def resolveHostName(  # noqa: N802 - Twisted's interface
        self,
        resolutionReceiver: Receiver,  # noqa: N803 - Twisted's interface
        hostName: str,  # noqa: ARG002, N803 - Twisted's interface
        portNumber: int = 0,  # noqa: N803 - Twisted's interface
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: ARG002, N803 - Twisted's interface
        transportSemantics: str = "TCP",  # noqa: ARG002, N803 - Twisted's interface
    ) -> IHostResolution:
        receiver = resolutionReceiver
        receiver.resolutionBegan(self)  # type: ignore[arg-type] # nobody asks it anything
        for host in next(self._answers):
            kind = IPv6Address if ":" in host else IPv4Address
            receiver.addressResolved(cast(IAddress, kind("TCP", host, portNumber)))
        receiver.resolutionComplete()
        return self  # type: ignore[return-value] # as above


class ReboundResolver(GuardedResolver):
    """The guard, before that name server."""

    @classmethod
    def from_crawler(cls, crawler: object, reactor: "ReactorBase") -> Self:  # noqa: ARG003 - Scrapy's signature
        return cls(_Rebinding(), reactor)
