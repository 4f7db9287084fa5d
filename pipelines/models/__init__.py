"""Learnt models: weights as packaged data, read with numpy alone.

:mod:`pipelines.models.boosted_trees` reads them; ``benchmarks/training`` makes them (``docs/training.md``).
"""
