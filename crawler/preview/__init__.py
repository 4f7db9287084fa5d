"""Fetch and read pages without storing anything."""
