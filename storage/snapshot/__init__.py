"""Write snapshots: one flat, indexed, read-only SQLite file with local times."""
