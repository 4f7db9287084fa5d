"""Query the history of sources for health checks."""
