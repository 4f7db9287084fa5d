"""Open, lock, upgrade, check, back up and copy the database."""
