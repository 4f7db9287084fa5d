"""Decode and parse HTML, and measure the parsed tree."""
