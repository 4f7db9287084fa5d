"""Write the articles of a collection with their notes and tags as a file."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from storage.export.citations import cite
from storage.export.text_files import write_csv

Format = Literal["csv", "json", "bib", "ris"]
FORMATS: tuple[Format, ...] = get_args(Format)

COLUMNS = (
    *("id", "url", "source", "site", "language", "title", "summary", "text", "authors", "published_at"),
    *("first_seen_at", "last_seen_at", "story_id", "access", "note", "tags", "added_at"),
)


def collection_text(articles: Sequence[Mapping[str, Any]], kind: Format) -> str:
    """Write articles that have COLUMNS, in their order; ``bib`` and ``ris`` hold citations alone."""
    if kind == "json":
        return json.dumps([{name: each[name] for name in COLUMNS} for each in articles], ensure_ascii=False) + "\n"
    if kind == "csv":
        file = io.StringIO(newline="")
        write_csv(file, COLUMNS, [tuple(each[name] for name in COLUMNS) for each in articles])
        return file.getvalue()
    return "\n".join(cite(each, "bibtex" if kind == "bib" else "ris") for each in articles)
