"""Fetch pages from the web: command line, config, spider, middlewares, workers."""

OWNER = "kiji-news"
"""Tells this package from another of its name: ``kiji_news`` looks."""
