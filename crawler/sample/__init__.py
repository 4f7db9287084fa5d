"""Serve sample news sites over loopback, and compute their truth."""
