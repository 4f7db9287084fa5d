"""Keep saved searches, match new articles and revisions, and decide what is sent."""
