"""Decide which articles report the same event."""
