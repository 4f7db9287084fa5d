"""Serve a snapshot to analysts: Datasette with pages of our own."""
