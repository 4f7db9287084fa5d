"""Read the sample queries, which run on every database and on snapshots.

A file's first comment line is its title, the further ones say what to know; the rest is one statement. They stand in
``docs/analysts.md``, and a test runs them all.
"""

import dataclasses
import functools
from pathlib import Path

FOLDER = Path(__file__).parent

ORDER = (
    "newest-in-japanese",
    "articles-per-day",
    "mentions-of-a-word",
    "people-by-day",
    "names-in-one-language",
    "biggest-stories",
    "stories-in-both-languages",
    "timeline-of-the-biggest-story",
    "first-with-the-story",
    "links-between-languages",
    "most-linked",
    "mutual-links",
    "not-yet-stored",
    "rankings",
    "most-copied",
    "who-copies-whom",
    "copies-that-came-first",
    "most-revised",
    "changed-headlines",
    "sources",
    "authors",
    "wrong-language-labels",
    "runs",
)
"""As they are shown: what happened first, how the data fares last."""


@dataclasses.dataclass(frozen=True, slots=True)
class SampleQuery:
    """One SQL statement with its name, title and explanation."""

    name: str
    title: str
    about: str
    sql: str


@functools.cache
def sample_queries() -> tuple[SampleQuery, ...]:
    """Give all sample queries, in ORDER."""
    return tuple(_read(name) for name in ORDER)


def _read(name: str) -> SampleQuery:
    lines = (FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    comment_lines = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    statement = "\n".join(line for line in lines if not line.startswith("--")).strip().rstrip(";")
    return SampleQuery(name, comment_lines[0], " ".join(comment_lines[1:]), statement)


def as_markdown() -> str:
    """Write the queries as ``docs/analysts.md`` ends with them."""
    return "\n".join(f"### {query.title}\n\n{query.about}\n\n```sql\n{query.sql};\n```\n" for query in sample_queries())
