"""Recognize captions, list headings, class names and AI labels."""
