"""From bytes to a reading: pure functions, rules as data beside them, the worker pool, the Scrapy pipelines."""
