"""Test the benchmarks' own tools."""
