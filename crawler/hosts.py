"""Hosts, written the one way in which sources, politeness, redirects and the address guard compare them."""

from collections.abc import Iterable
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def normal_host(host: str) -> str:
    """A host name or literal in lower case, in ASCII (IDNA), without brackets and without the root's trailing dot."""
    host = host.strip().lower().strip("[]").rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def hostname_of(url: str) -> str:
    """The host of an address, without its port; "" where the address has none."""
    try:
        return normal_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def port_of(url: str) -> int | None:
    """The port that a connection to the address would use; None where that cannot be told."""
    try:
        parts = urlsplit(url)
        return parts.port if parts.port is not None else DEFAULT_PORTS.get(parts.scheme.lower())
    except ValueError:
        return None


def host_and_port(url: str) -> str:
    """``host:port`` with the port always given, IPv6 in brackets: what the address guard lets through by name."""
    return join_port(hostname_of(url), port_of(url) or 0)


def join_port(host: str, port: int) -> str:
    """``host:port`` of two parts, as :func:`host_and_port` writes it."""
    host = normal_host(host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def slot_of(url: str) -> str:
    """Under which name requests to this address queue: the host, with its port unless that is http's or https's own.

    So http and https of a host share one queue, and two servers on one machine do not.
    """
    host, port = hostname_of(url), port_of(url)
    return host if port is None or port in DEFAULT_PORTS.values() else join_port(host, port)


def is_within(host: str, domains: Iterable[str]) -> bool:
    """Whether the host is one of the domains or lies below one."""
    host = normal_host(host)
    return any(host == domain or host.endswith(f".{domain}") for domain in map(normal_host, domains) if domain)
