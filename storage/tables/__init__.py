"""Define tables, views and the data dictionary."""
