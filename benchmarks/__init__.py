"""Figures about Kiji from one command, ``python -m benchmarks``; the results stand in ``docs/benchmarks.md``."""
