"""Compare texts: exact duplicates, near-duplicates, revisions."""

from pipelines.duplicates.compare import compare

__all__ = ["compare"]
