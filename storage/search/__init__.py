"""Index and search articles in both languages."""
