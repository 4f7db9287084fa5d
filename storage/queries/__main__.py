"""Write the sample queries into the named document. ``make dictionary`` calls it."""

import sys
from pathlib import Path

from storage.queries import as_markdown

MARK = "Their source is `storage/queries/`.\n"

if __name__ == "__main__":
    path = Path(sys.argv[1])
    head, _, _ = path.read_text(encoding="utf-8").partition(MARK)
    path.write_text(f"{head}{MARK}\n{as_markdown()}", encoding="utf-8")
