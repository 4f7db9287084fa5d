"""Make sources of single addresses: ``kiji crawl URL``, ``kiji inspect URL``."""

from crawler.config import validators as config_values
from crawler.config.errors import ConfigError, shown
from crawler.config.models import Config, Source
from crawler.hosts import host_and_port, hostname_of
from pipelines.addresses.place import place
from pipelines.addresses.traps import is_trap
from storage.scope import Scope

REQUEST_KEYS = ("headers", "cookies", "user_agent", "proxy", "render")
"""The keys of a source that say how its pages are asked for."""


def check_address(url: str) -> None:
    """Check an address of the command line. Raises :class:`ConfigError`."""
    try:
        config_values.check_web_address(url)
    except ValueError as error:
        raise ConfigError([f"{shown(url)}: not an address to crawl: {error}; allowed: http:// or https://…"]) from None


def ad_hoc_source(url: str, config: Config) -> Source:
    """Make a source of one address: that page and its related pages.

    Its name is the host. It takes the delay of configured sources with a start page on that host, and what the requests
    of the first one with that host carry. It may reach private
    addresses if one of them may, with a start page on that host and port. Raises :class:`ConfigError`.
    """
    check_address(url)
    host = hostname_of(url)
    name = f"ipv6-{host}" if ":" in host else host
    delays = [source.effective_delay for source in config.sources if host in source.start_hosts]
    private = any(host_and_port(url) in source.private_hosts for source in config.sources)
    is_https = url.lower().startswith("https:")
    known = next((source for source in config.sources if _sends_secrets_to(source, host, is_https=is_https)), None)
    requests = {key: getattr(known, key) for key in REQUEST_KEYS} if known is not None else {}
    source = Source(name=name, start=(url,), depth=1, delay=max(delays, default=None), allow_private_addresses=private)
    return source.model_copy(update=requests).inheriting(config.crawl, config.parameter_rules)


def _sends_secrets_to(source: Source, host: str, *, is_https: bool) -> bool:
    is_own = host in (*source.start_hosts, *source.hosts)
    return is_own and (is_https or any(start.lower().startswith("http:") for start in source.start))


def source_at(url: str, source: Source) -> Source:
    """Make a configured source whose only start page is this address, to try it on one page.

    Raises :class:`ConfigError`.
    """
    check_address(url)
    is_private = source.allow_private_addresses and hostname_of(url) in source.start_hosts
    return source.model_copy(update={"start": (url,), "allow_private_addresses": is_private})


def ad_hoc_scope(source: Source) -> Scope:
    """Make the scope of an ad hoc source: its host, one link deep."""
    starts = tuple(place(url, source.parameter_rules) for url in source.start)
    return Scope(
        name=source.name,
        starts=starts,
        hosts=frozenset(start.host for start in starts),
        depth=source.depth,
        max_pages=source.max_pages,
        entry_depth=1,
        rhythm=source.rhythm,
        is_trap=is_trap,
    )
