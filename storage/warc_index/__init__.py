"""Index the WARC files of the raw archive."""
