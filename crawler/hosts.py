"""Normalize host names, so that all parts of a crawl compare them alike."""

from collections.abc import Iterable
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def normal_host(host: str) -> str:
    """Normalize a host: lower case, ASCII (IDNA), no brackets, no trailing dot."""
    host = host.strip().lower().strip("[]").rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def hostname_of(url: str) -> str:
    """Return the host of an address without its port; "" if it has none."""
    try:
        return normal_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def port_of(url: str) -> int | None:
    """Return the port that a connection to the address uses; None if it is unknown."""
    try:
        parts = urlsplit(url)
        return parts.port if parts.port is not None else DEFAULT_PORTS.get(parts.scheme.lower())
    except ValueError:
        return None


def host_and_port(url: str) -> str:
    """Return ``host:port``, always with the port, and IPv6 in brackets."""
    return join_port(hostname_of(url), port_of(url) or 0)


def join_port(host: str, port: int) -> str:
    """Join a host and a port, in the form of :func:`host_and_port`."""
    host = normal_host(host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def slot_of(url: str) -> str:
    """Return the name of the queue for requests to this address.

    It is the host, with the port unless that is 80 or 443. So http and https of a host share one queue, and two servers
    on one machine do not.
    """
    host, port = hostname_of(url), port_of(url)
    return host if port is None or port in DEFAULT_PORTS.values() else join_port(host, port)


def is_within(host: str, domains: Iterable[str]) -> bool:
    """Return whether the host is one of the domains or a subdomain of one."""
    host = normal_host(host)
    return any(host == domain or host.endswith(f".{domain}") for domain in map(normal_host, domains) if domain)
