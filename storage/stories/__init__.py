"""Store stories and their edges."""
