"""Help a shell and a reader of manuals to know the commands."""
