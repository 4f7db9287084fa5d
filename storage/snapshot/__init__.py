"""The archive as analysts take it away: one flat SQLite file with local times, indexed, read-only."""
