"""Store articles and the frontier; define tables, views, exports and pages."""

OWNER = "kiji-news"
"""Tells this package from another of its name: ``kiji_news`` looks."""
