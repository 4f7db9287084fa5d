"""Read pages: parsing, language, metadata, related articles, and their rules."""
