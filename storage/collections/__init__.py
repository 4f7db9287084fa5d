"""Collect articles under a name, with notes and tags."""
