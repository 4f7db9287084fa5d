"""Normalize addresses and recognize article addresses."""

from pipelines.addresses.normalize import address_key

__all__ = ["address_key"]
