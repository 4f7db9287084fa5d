"""Import WARC and JSONL files, and read archived pages again."""
