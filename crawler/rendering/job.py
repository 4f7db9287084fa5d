"""Define what a crawl and its browser's process send each other, as bytes.

A message is a line of JSON with the length of a body, and that body. Nothing is pickled: the process on the other side
shows pages that anybody wrote.
"""

import dataclasses
import json
from typing import Any, Self

MAX_LINE = 2 * 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """A page to render: ``body`` is what the server sent for ``url``; see ``pipelines.render_order.RenderOrder``."""

    url: str
    body: bytes = dataclasses.field(repr=False)
    content_type: str = ""
    is_listing: bool = False
    user_agent: str = ""
    language: str = ""
    timezone: str = ""
    hosts: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()
    cookies: tuple[tuple[str, str, str, str, bool], ...] = dataclasses.field(default=(), repr=False)
    proxy: str = dataclasses.field(default="", repr=False)
    robots: str = dataclasses.field(default="", repr=False)
    robots_token: str = ""
    consent_buttons: tuple[str, ...] = ()
    consent_context: tuple[str, ...] = ()
    seconds: float = 30.0
    max_requests: int = 200
    max_hosts: int = 30
    max_characters: int = 5_000_000

    def pack(self) -> bytes:
        """Write the job as a message."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "body"}
        return pack(fields, self.body)

    @classmethod
    def unpack(cls, fields: dict[str, Any], body: bytes) -> Self:
        """Make the job of a message's parts."""
        return cls(body=body, **fields)


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: the page's ``html`` at ``url`` after ``requests`` of its own, or a ``problem``.

    ``is_last`` says that the browser cannot go on.
    """

    html: bytes = dataclasses.field(default=b"", repr=False)
    url: str = ""
    requests: int = 0
    problem: str = ""
    is_last: bool = False

    def pack(self) -> bytes:
        """Write the outcome as a message."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "html"}
        return pack(fields, self.html)

    @classmethod
    def unpack(cls, fields: dict[str, Any], body: bytes) -> Self:
        """Make the outcome of a message's parts, which are not believed to be well formed."""
        url, problem = str(fields.get("url", "")), str(fields.get("problem", ""))
        return cls(body, url, int(fields.get("requests", 0)), problem, bool(fields.get("is_last")))


def pack(fields: dict[str, Any], body: bytes = b"") -> bytes:
    """Write a message."""
    return json.dumps({**fields, "length": len(body)}).encode() + b"\n" + body


def read_line(line: bytes) -> tuple[dict[str, Any], int]:
    """Return a message's fields and its body's length. Raises ValueError, KeyError or TypeError."""
    fields = json.loads(line)
    return fields, int(fields.pop("length"))
