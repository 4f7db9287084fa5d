"""Migrate the schema, from the first table on."""
