"""Erase articles at the operator's request."""
