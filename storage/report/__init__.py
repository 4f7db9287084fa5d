"""Write the morning report: one HTML file with its own charts."""
