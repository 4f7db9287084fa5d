"""Import every module that defines tables, so that ``Base.metadata`` is complete."""

from storage.tables import (
    amp,
    blocklist,
    collections,
    core,
    dedup,
    entities,
    health,
    hosts,
    multipage,
    page_lists,
    search,
    site_lines,
    stories,
    warc,
    watches,
    websub,
)

__all__ = [
    "amp",
    "blocklist",
    "collections",
    "core",
    "dedup",
    "entities",
    "health",
    "hosts",
    "multipage",
    "page_lists",
    "search",
    "site_lines",
    "stories",
    "warc",
    "watches",
    "websub",
]
