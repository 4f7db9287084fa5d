"""The morning report: one HTML file that carries its own charts, to be mailed or served."""
