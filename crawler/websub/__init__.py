"""Subscribe at the hubs of feeds."""
