"""Classify IP addresses as public or not, in any notation."""

import ipaddress
import socket

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: IPv6 networks that contain an IPv4 address, and its distance from the right end in bits.
#: NAT64 well-known prefix: RFC 6052, 2.1; NAT64 local use: RFC 8215; IPv4-compatible: RFC 4291, 2.5.5.1;
#: IPv4-translated: RFC 2765, 2.1.
_CARRIERS = tuple(
    ipaddress.IPv6Network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")
)
#: What ``ipaddress`` of Python 3.11 still calls global: deprecated site-local addresses (RFC 3879), the 6to4 relays'
#: anycast (RFC 7526), SRv6 identifiers (RFC 9602), discard-only and dummy prefixes (RFC 6666, RFC 9780).
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in ("fec0::/10", "192.88.99.0/24", "5f00::/16", "100::/64", "100:0:0:1::/64", "192.0.0.0/24")
)


def why_not_public(address: str) -> str | None:
    """Return the kind of an address that is not public ("loopback", …), else None.

    ``address`` is an IPv4 or IPv6 literal as a resolver returns it (a zone such as ``%eth0`` may follow). An IPv6
    address that carries an IPv4 one (mapped, 6to4, Teredo, NAT64) is judged by that one too.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unreadable"
    kinds = (_kind(inner) for inner in (parsed, *_carried(parsed)))
    return next((kind for kind in kinds if kind), None)


def _kind(address: Address) -> str | None:
    """Return the first kind that fits. The order matters: loopback is private too."""
    names = (
        ("unspecified", address.is_unspecified),
        ("loopback", address.is_loopback),
        ("link-local", address.is_link_local),
        ("multicast", address.is_multicast),
        ("private", address.is_private),
        ("reserved", not address.is_global or _is_listed(address)),
    )
    carried = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None
    return None if carried else next((name for name, fits in names if fits), None)


def _is_listed(address: Address) -> bool:
    return any(address.version == network.version and address in network for network in _NOT_PUBLIC)


def _carried(address: Address) -> list[ipaddress.IPv4Address]:
    """Return the IPv4 addresses that a gateway may forward this IPv6 address to."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _CARRIERS):
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [address for address in inner if address is not None]


def literal_address(host: str) -> str | None:
    """Return the IP address that a host is a literal of, in any notation.

    Returns None for a name.

    ``127.1``, ``0x7f.1``, ``017700000001`` and ``2130706433`` are all 127.0.0.1 (inet_aton(3)).
    """
    host = host.strip().strip("[]").rstrip(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    if not host or not host.isascii() or not host[-1].isalnum():
        return None
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None
