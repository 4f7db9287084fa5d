"""Every module that declares tables: who speaks of all tables of ``Base`` imports this one."""

from storage.articles import amp as amp_forms
from storage.frontier import blocklist as forgotten
from storage.monitoring import source_health as health
from storage.tables import core as models
from storage.tables import dedup as near_models
from storage.tables import hosts as host_models
from storage.tables import multipage as part_models
from storage.tables import search as search_models
from storage.tables import site_lines as site_models
from storage.tables import stories as story_models
from storage.warc_index import index as kept_pages

__all__ = [
    "amp_forms",
    "forgotten",
    "health",
    "host_models",
    "kept_pages",
    "models",
    "near_models",
    "part_models",
    "search_models",
    "site_models",
    "story_models",
]
