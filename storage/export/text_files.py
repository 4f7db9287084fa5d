"""Write CSV that Excel reads, and JSON lines."""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TextIO

from storage.reading import iso_utc

# Excel takes the full-width signs for ASCII's own, and skips white space before.
_FORMULA = re.compile(r"\s*[=+\-@|%＝＋－＠]")
_NUMBER = re.compile(r"-?[0-9,.]+")


def write_csv(file: TextIO, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write CSV with Excel's line ends.

    It begins with a BOM, without which Excel takes Japanese for Latin letters. A text that Excel would run as a
    formula begins with an apostrophe instead; numbers are left alone.
    """
    writer = csv.writer(file)
    file.write("\ufeff")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return iso_utc(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def write_jsonl(file: TextIO, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write one JSON object per line, times in ISO 8601 with ``Z``."""
    for row in rows:
        values = (iso_utc(value) if isinstance(value, datetime) else value for value in row)
        file.write(json.dumps(dict(zip(columns, values, strict=True)), ensure_ascii=False) + "\n")
