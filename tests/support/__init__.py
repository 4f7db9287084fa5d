"""Many processes on one archive."""
