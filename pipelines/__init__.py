"""Read pages: parsing, language, metadata, related articles, and their rules."""

OWNER = "kiji-news"
"""Tells this package from another of its name: ``kiji_news`` looks."""
