"""Extract the article's text from a page."""
