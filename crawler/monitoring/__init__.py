"""Judge the health of sources, send alerts, check the set-up, prune old data."""
