"""Store articles, revisions and copies."""
