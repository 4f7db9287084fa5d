"""Figures about Kiji, each from one command; results stand in ``docs/benchmarks.md``."""
