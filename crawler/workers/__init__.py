"""Run crawls as jobs on many machines through PostgreSQL."""
