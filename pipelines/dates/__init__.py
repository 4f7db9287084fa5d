"""Dates as they are written: the words, the forms and the grammar that every part of the pipelines shares."""
