"""Group sources that share hosts. Pure.

One crawl at a time takes a group, so that each host has one pace.
"""

from collections.abc import Collection, Mapping


def group_sources(domains: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Group sources that share registered domains, directly or through other sources.

    ``domains`` has the domains of each source. A group is named by its alphabetically first domain, so that its name
    changes only if a source with an earlier domain joins. Sources keep their given order.
    """
    parent: dict[str, str] = {}

    def root(domain: str) -> str:
        while parent.setdefault(domain, domain) != domain:
            parent[domain] = domain = parent[parent[domain]]
        return domain

    for reached in domains.values():
        first, *others = sorted(reached)
        for other in others:
            one, two = sorted((root(first), root(other)))
            parent[two] = one
    groups: dict[str, list[str]] = {}
    for source, reached in domains.items():
        groups.setdefault(root(min(reached)), []).append(source)
    return {name: tuple(sources) for name, sources in groups.items()}
