"""Read RSS, Atom and sitemaps."""
