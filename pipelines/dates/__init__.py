"""Parse and find written dates."""
