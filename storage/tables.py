"""Every module that declares tables: who speaks of all tables of ``Base`` imports this one."""

from storage import host_models, kept_pages, models, near_models, search_models, story_models

__all__ = ["host_models", "kept_pages", "models", "near_models", "search_models", "story_models"]
