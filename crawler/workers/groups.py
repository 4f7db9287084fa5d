"""Groups of sources that share hosts: a group is crawled in one place at a time, so each host has one pace. Pure."""

from collections.abc import Collection, Mapping


def group_sources(domains: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Group sources by the registered domains that they reach, directly or through one another.

    ``domains`` gives each source's. The result names each group by its first domain in order of the alphabet, so
    that a group keeps its name while sources that bring no earlier domain come and go; sources in their given order.
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
