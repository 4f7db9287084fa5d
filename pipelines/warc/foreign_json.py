"""Map the JSON objects of other programs to Kiji's own keys, and read whole JSON files of them.

Known are news-please (``NewsArticle.get_serializable_dict``) and Fundus (``Article.to_json``). Any other program's keys
can be named by the operator.
"""

import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MAX_FILE = 200 * 1024 * 1024
"""Bytes of a JSON file, which is parsed as a whole. Longer ones are to be JSONL."""

FIELDS = ("url", "title", "text", "published_at", "authors", "source")

KEYS: Mapping[str, tuple[str, ...]] = {
    "url": ("url", "html.responded_url", "html.requested_url"),
    "title": ("title",),
    "text": ("text", "maintext", "plaintext", "body"),
    "published_at": ("published_at", "date_publish", "publishing_date"),
    "authors": ("authors",),
    "source": ("source",),
}
"""The keys that hold each field, the first with a value counts. A dot leads into an object."""

_BODY = ("summary", "headline", "paragraphs", "sections")
"""The keys of Fundus's ``body``, in the order of reading."""


def canonical_line(values: dict[str, Any], mapping: Mapping[str, str], line: bytes) -> bytes:
    """Return a line with Kiji's own keys: the same one, where it has them already."""
    own = canonical(values, mapping)
    if all(values.get(name) == value for name, value in own.items()):
        return line
    return json.dumps(own, ensure_ascii=False).encode("utf-8", "surrogatepass")


def canonical(values: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return an object with Kiji's own keys. ``mapping`` names the operator's key of a field."""
    own: dict[str, Any] = {}
    for name in FIELDS:
        keys = (mapping[name],) if name in mapping else KEYS[name]
        value = next((value for key in keys if not _is_nothing(value := _value(values, key))), None)
        if name == "text" and isinstance(value, dict):
            value = "\n".join(_paragraphs(value)) or value
        if value is not None:
            own[name] = value
    return own


def _value(values: dict[str, Any], key: str) -> Any:
    if key in values:
        return values[key]
    value: Any = values
    for name in key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _is_nothing(value: object) -> bool:
    """Return whether a value says nothing. news-please writes a missing date as ``"None"``."""
    return value is None or value in ("", "None", [])


def _paragraphs(body: object) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif isinstance(body, list):
        for part in body:
            yield from _paragraphs(part)
    elif isinstance(body, dict):
        for key in _BODY:
            yield from _paragraphs(body.get(key))


class NotRead(ValueError):
    """A JSON file that cannot be read as articles."""


def json_objects(path: Path) -> list[object]:
    """Read the articles of a JSON file: one object, a list of them, or Fundus's object of lists by publisher.

    Raises OSError and NotRead.
    """
    if path.stat().st_size > MAX_FILE:
        raise NotRead(f"larger than {MAX_FILE:,} bytes; write one object a line, as .jsonl")
    try:
        values = json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotRead(f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise NotRead("no JSON that can be read: nested too deeply") from None
    except ValueError as error:
        raise NotRead(f"no JSON: {error}") from None
    if isinstance(values, list):
        return values
    if isinstance(values, dict) and values and all(isinstance(each, list) for each in values.values()):
        return [one for each in values.values() for one in each]
    return [values]


def file_time(path: Path, now: datetime.datetime) -> datetime.datetime:
    """Return the time at which a file's articles count as fetched: its modification, or ``now`` if that is earlier."""
    return min(datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC), now).replace(microsecond=0)
