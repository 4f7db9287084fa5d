"""What is wrong with a config, said in one line for each mistake: file, key, what was given, what is allowed."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crawler.config.quantities import DURATIONS, SIZES
from crawler.sanitize import escaped
from storage.credentials import without_credentials

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}\Z")
_SHOWN = 80

_RHYTHM = {
    "poll_min": DURATIONS,
    "poll_max": DURATIONS,
    "rereads": 'a list of growing durations, 20 at most, such as ["1h", "6h", "1d", "1w"]; [] for never',
    "max_age": DURATIONS,
}
#: What each key allows, in the operator's words. Lists of keys (for unknown ones) are taken from here too.
ALLOWED: Mapping[str, Mapping[str, str]] = {
    "": {
        "database": "a table: [database]",
        "crawl": "a table: [crawl]",
        "archive": "a table: [archive]",
        "alerts": "a table: [alerts]",
        "source": "tables, one for each source: [[source]]",
    },
    "database": {"url": "an SQLAlchemy URL such as sqlite:///kiji.db or postgresql+psycopg://user@host/name"},
    "crawl": {
        "user_agent": "1 to 300 printable ASCII characters: who is crawling, and where to complain",
        "delay": "seconds, a number from 0",
        "timezone": "a name of the IANA time zone database, such as Asia/Tokyo or UTC",
        **_RHYTHM,
    },
    "archive": {
        "enabled": "true or false",
        "path": 'a folder; "" for one beside the database',
        "max_file": f"{SIZES}, at which a file is ended and the next begun",
        "max_age": f'{DURATIONS}; "" for ever',
        "max_size": f'{SIZES}; "" without limit',
    },
    "alerts": {
        "urls": 'a list of Apprise addresses, such as "mailto://…" or "slack://…"',
        "ping": "an http:// or https:// address that is told of every crawl's end",
    },
    "source": {
        "name": "1 to 100 letters, digits and . _ : -, beginning with a letter or digit; no name twice",
        "start": "a list of at least one http:// or https:// address",
        "hosts": "a list of host names, such as news.example, without scheme, port or path",
        "follow": '"related", "site" or "none"',
        "depth": "a whole number from 0 to 1,000,000,000",
        "max_pages": "a whole number from 1 to 1,000,000,000",
        "delay": "seconds, a number from 0",
        "allow_private_addresses": "true or false",
        "enabled": "true or false",
        "parameters": '{ keep = ["NAME", …], drop = ["NAME", …] }: parameters\' names, "NAME*" for all that begin so',
        **_RHYTHM,
    },
}
#: Values of these keys are not repeated in messages: they may hold a password.
SECRET = frozenset({("database", "url"), ("", "database"), ("alerts", "urls"), ("alerts", "ping"), ("", "alerts")})


class ConfigError(Exception):
    """The config cannot be used. ``problems`` holds one line for each mistake, ``str()`` gives them all."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def shown(value: object) -> str:
    """A value as it may stand in a message: on one line, escaped, shortened, without a password in an address."""
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if not isinstance(value, str) else value
    text = without_credentials(text[:10_000])
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    text = escaped(text)
    return f'"{text}"' if isinstance(value, str) else text


def problems_of(error: ValidationError, data: Mapping[str, object], file: str) -> list[str]:
    """One line for each mistake that the models found in what the file holds."""
    details = error.errors(include_url=False)
    inner = {detail["loc"][:-1] for detail in details}  # a list whose items are wrong is also reported as too short
    return [
        f"{file}: {_line(detail, data)}"
        for detail in details
        if not (detail["type"] == "too_short" and detail["loc"] in inner)
    ]


def _line(detail: ErrorDetails, data: Mapping[str, object]) -> str:
    location = detail["loc"]
    table, key = _table_and_key(location)
    where = _where(location, data)
    allowed = ALLOWED[table].get(key, "")
    if detail["type"] == "extra_forbidden":
        return _unknown(where, str(location[-1]), ALLOWED[table])
    if detail["type"] == "missing":
        return f"{where}: missing; it must be given: {allowed}"
    given = "this value" if (table, key) in SECRET else shown(detail["input"])
    why = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else ""
    return f"{where}: {given} is not allowed{f' ({why})' if why else ''}; allowed: {allowed}"


def _unknown(where: str, key: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(key.lower(), known, n=1)
    hint = f'did you mean "{near[0]}"? ' if near else ""
    return f"{where}: unknown key; {hint}allowed here: {', '.join(known)}"


def _table_and_key(location: tuple[int | str, ...]) -> tuple[str, str]:
    """("source", 1, "start", 0) is about the key ``start`` of the table ``source``."""
    names = [part for part in location if isinstance(part, str)]
    return ("", names[0]) if len(names) < 2 or names[0] not in ALLOWED else (names[0], names[1])


def _where(location: tuple[int | str, ...], data: Mapping[str, object]) -> str:
    """The key as the operator would look for it: ``source[2] "mirai".depth``, counted from 1."""
    text = ""
    for position, part in enumerate(location):
        if isinstance(part, int):
            text += f"[{part + 1}]"
            if position == 1 and location[0] == "source":
                text += _name_of_source(data, part)
        else:
            text += ("." if text else "") + (part if _BARE_KEY.match(part) else shown(part))
    return text


def _name_of_source(data: Mapping[str, object], index: int) -> str:
    sources = data.get("source")
    source = sources[index] if isinstance(sources, list) and index < len(sources) else None
    name = source.get("name") if isinstance(source, dict) else None
    return f" {shown(name)}" if isinstance(name, str) else ""
