"""Read titles, authors, dates and other metadata of a page."""
