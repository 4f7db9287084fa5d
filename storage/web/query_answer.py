"""Explain errors of SQL in plain words, and draw answers as bars."""

import re
from collections.abc import Sequence
from typing import Any

from storage.web.article_list import Context

MOST_BARS = 60

_ERRORS = (
    (
        r"interrupted|query took too long",
        "The query took longer than 8 seconds. A narrower WHERE, or LIMIT, makes it faster.",
    ),
    (r"no such table: (\S+)", 'There is no table "{}". The tables are listed below.'),
    (r"no such column: (\S+)", 'There is no column "{}". Each table below shows its columns.'),
    (r"no such function: (\S+)", 'There is no function "{}" in SQLite.'),
    (r'near "([^"]*)": syntax error', 'The SQL cannot be read from "{}" on.'),
    (r"incomplete input", "The SQL ends too early; a bracket or a quote may be open."),
    (
        r"Statement must be a SELECT|Statement may not contain PRAGMA",
        "Only one SELECT can be run; nothing is changed here.",
    ),
    (r"You can only execute one statement at a time", "Only one SELECT can be run at a time."),
    (r"not authorized|attempt to write a readonly database", "Nothing can be changed here; only SELECT is run."),
    (
        r"string or blob too big|out of memory",
        "The answer is larger than this server gives; ask for less, or use LIMIT.",
    ),
    (r'unrecognized token: "?(.)', 'The SQL cannot be read at "{}".'),
)


def explain_error(message: object) -> str:
    """Say in plain words what is wrong with a query; SQLite's own words where nothing fits."""
    text = str(message)
    for pattern, words in _ERRORS:
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            return words.format(*match.groups())
    return text


def bars_of(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Context]:
    """Give bars for an answer of labels and one number: the last column's, labelled by those before it.

    [] for an answer of another shape, of one row, or of more than MOST_BARS.
    """
    if len(columns) < 2 or not 2 <= len(rows) <= MOST_BARS:
        return []
    numbers = [row[len(columns) - 1] for row in rows]
    if not all(isinstance(number, int | float) and not isinstance(number, bool) and number >= 0 for number in numbers):
        return []
    labels = [" ".join(str(row[place])[:60] for place in range(len(columns) - 1)) for row in rows]
    if any(len(label) > 120 for label in labels) or not any(numbers):
        return []
    most = max(numbers)
    return [
        {"label": label, "number": number, "share": 100 * number / most}
        for label, number in zip(labels, numbers, strict=True)
    ]
