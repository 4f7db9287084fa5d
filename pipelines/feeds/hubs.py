"""Find the hub that pushes a feed, and the name that the feed has there.

WebSub, section 4 (https://www.w3.org/TR/websub/#discovery): a publisher names both by ``rel=hub`` and ``rel=self``, in
``Link`` headers or in the feed. Headers come first. JSON Feed 1.1 names them as ``hubs`` and ``feed_url``.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipelines.html.link_header import header_links
from storage.reading import Hub
from storage.text_rules import LONGEST_ADDRESS

_MOST_HUBS = 20
_RELATIONS = frozenset({"hub", "self"})


def find_hub(link_header: str | None, named: Sequence[tuple[str, str]], url: str) -> Hub | None:
    """Return the first hub with an http(s) address, https first; None if none is named.

    ``named`` are relations and addresses in the feed, ``url`` is the feed's address, which is its name at the hub
    if it names no other.
    """
    links = [*header_links(link_header), *named]
    hubs = list(itertools.islice(_addresses(links, "hub", url), _MOST_HUBS))
    if not hubs:
        return None
    topic = next(_addresses(links, "self", url), url)
    return Hub(min(hubs, key=lambda address: not address.startswith("https:")), topic)


def hub_links(feed: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the relations and addresses of a feed that feedparser has read."""
    links = [(str(link.get("rel", "")), str(link.get("href", ""))) for link in feed.get("links", ())]
    return tuple(itertools.islice((link for link in links if link[0] in _RELATIONS), _MOST_HUBS))


def json_hub_links(feed: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return the relations and addresses of a JSON Feed."""
    hubs = feed.get("hubs")
    listed = [hub for hub in hubs if isinstance(hub, dict)] if isinstance(hubs, list) else []
    links = [("hub", str(hub.get("url", ""))) for hub in listed if str(hub.get("type", "")).lower() == "websub"]
    own = feed.get("feed_url")
    return (("self", own), *links[:_MOST_HUBS]) if isinstance(own, str) else tuple(links[:_MOST_HUBS])


def _addresses(links: Sequence[tuple[str, str]], relation: str, url: str) -> Iterator[str]:
    """Yield the http(s) addresses of a relation. They are not cleaned: a hub compares them letter by letter."""
    for name, target in links:
        address = _absolute(target, url) if name == relation else ""
        if address and len(address) <= LONGEST_ADDRESS:
            yield address


def _absolute(target: str, url: str) -> str:
    """Return an http(s) address without a fragment, or ""."""
    if not target.strip() or not target.strip().isprintable() or len(target) > LONGEST_ADDRESS:
        return ""
    try:
        address = urljoin(url, target.strip())
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address.partition("#")[0] if parts.scheme in ("http", "https") and parts.hostname else ""
