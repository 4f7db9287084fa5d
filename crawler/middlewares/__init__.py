"""Scrapy middlewares: robots.txt, delays, redirects, the address guard, outcomes."""
