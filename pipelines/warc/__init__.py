"""Read and write WARC and JSONL files."""
