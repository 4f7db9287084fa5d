"""Read, check and edit ``kiji.toml``."""
