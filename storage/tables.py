"""Every module that declares tables: who speaks of all tables of ``Base`` imports this one."""

from storage import host_models, kept_pages, models, near_models, part_models, search_models, site_models, story_models
from storage.articles import amp as amp_forms
from storage.frontier import blocklist as forgotten
from storage.monitoring import source_health as health

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
