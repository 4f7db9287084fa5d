"""Detect the language of a text."""

from pipelines.language.detect import detect_language

__all__ = ["detect_language"]
