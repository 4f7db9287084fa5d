"""Find, import and export sources."""
