"""Read pages in worker processes."""
