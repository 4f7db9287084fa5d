"""Find the related-article links of a page."""
