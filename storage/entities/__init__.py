"""Store and query the persons, organisations and places that articles name."""
