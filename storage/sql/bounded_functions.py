"""Bound what one call of a function of SQLite takes: a clock is looked at between instructions only."""

import functools
import re
import sqlite3
from collections.abc import Callable, Mapping

Value = str | bytes | int | float | None
Function = Callable[..., Value]

LONGEST_VALUE = 5_000_000
"""Bytes of a value or a row: an article's text has 4 MB at most."""

LONGEST_PATTERN = 200
"""Bytes of a pattern of LIKE and GLOB, which may be compared at every place of a text."""

WIDEST = 1_000
"""Characters that a width or precision of printf() may have: SQLite takes seconds for one of 900 million."""

LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: LONGEST_PATTERN,
}
"""Limits of a connection on which somebody's SQL runs."""

REFUSED_FUNCTIONS = frozenset({"json_patch", "jsonb_patch", "fts3_tokenizer", "load_extension", "rtreecheck"})
"""What takes long within one call, or reaches what is not the reader's."""

_DIRECTIVE = re.compile(r"%[^A-Za-z%]*")


def bounded_functions() -> Mapping[tuple[str, int], Function]:
    """Give functions that take SQLite's place, by name and number of arguments (-1: any)."""
    # What they raise is the reader's mistake, and told to the reader. Datasette has SQLite print a traceback of it.
    sqlite3.enable_callback_tracebacks(False)
    printf = _printf()
    return {**_LINEAR, ("printf", -1): printf, ("format", -1): printf}


@functools.cache
def _printf() -> Function:
    """Make a printf() that refuses wide directives, and else asks SQLite, on one connection for the whole process."""
    asked = sqlite3.connect(":memory:", check_same_thread=False)
    asked.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)

    def printf(*values: Value) -> Value:
        for directive in _DIRECTIVE.findall(_text(values[0])) if values else ():
            widths = [int(digits) for digits in re.findall(r"[0-9]+", directive)]
            widths += [abs(value) for value in values[1:] if isinstance(value, int)] if "*" in directive else []
            if max(widths, default=0) > WIDEST:
                msg = f"a width of printf() is at most {WIDEST}"
                raise sqlite3.OperationalError(msg)
        value: Value = asked.execute(f"SELECT printf({', '.join('?' * len(values))})", values).fetchone()[0]
        return value

    return printf


# SQLite's own compare all of one text at each place of the other; Python's take the time of reading both.
def _instr(value: Value, wanted: Value) -> int | None:
    if value is None or wanted is None:
        return None
    if isinstance(value, bytes) and isinstance(wanted, bytes):
        return value.find(wanted) + 1
    return _text(value).find(_text(wanted)) + 1


def _replace(value: Value, wanted: Value, instead: Value) -> str | None:
    if value is None or wanted is None or instead is None:
        return None
    text, sought = _text(value), _text(wanted)
    return text.replace(sought, _text(instead)) if sought else text


def _trim(strip: Callable[[str, str], str], value: Value, characters: Value = " ") -> str | None:
    if value is None or characters is None:
        return None
    return strip(_text(value), "".join(set(_text(characters))))


def _text(value: Value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


_LINEAR: Mapping[tuple[str, int], Function] = {
    ("instr", 2): _instr,
    ("replace", 3): _replace,
    **{
        (name, arguments): functools.partial(_trim, strip)
        for name, strip in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip))
        for arguments in (1, 2)
    },
}
