"""Describe and render the structure of an article's text."""
