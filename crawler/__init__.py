"""Fetch pages from the web: command line, config, spider, middlewares, workers."""
