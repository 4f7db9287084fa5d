"""Serve sample news sites over loopback, and compute what a crawl must find on them."""
