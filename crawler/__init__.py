"""Fetch pages from the web: command line, configuration, spider, middlewares, workers."""
