"""Crawl related articles: the project's one spider."""
