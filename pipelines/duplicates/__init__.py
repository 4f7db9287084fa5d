"""Compare texts: exact duplicates, near-duplicates, revisions."""

from pipelines.duplicates.comparison import compare

__all__ = ["compare"]
