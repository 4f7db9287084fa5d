"""The analysts' pages: Datasette on a snapshot, with pages of our own. Needs the extra ``pages``."""
