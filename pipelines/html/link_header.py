"""Read the links in ``Link`` headers of HTTP (RFC 8288, section 3)."""

import re
from collections.abc import Iterator

_MOST_CHARACTERS = 20_000
"""Characters of a header that are looked at. Servers may send 256 kB of headers."""

# No part can begin where the one before may go on, so that a hostile header takes linear time.
_NAME = r"[^\s=;,<>\"']++"
_VALUE = r""""(?:[^"\\]|\\.)*+"?|'[^']*+'?|[^\s;,"'<>]*+"""
_PARAMETER = re.compile(rf"\s*+;\s*+({_NAME})\s*+(?:=\s*+({_VALUE}))?", re.DOTALL)
_TARGET = re.compile(r"<([^<>]*+)>")


def header_links(header: str | None) -> Iterator[tuple[str, str]]:
    """Yield each relation, in lower case, with the target as it is written.

    A header of several values has them joined by commas. Links of another resource (``anchor``) are left out.
    """
    text = (header or "")[:_MOST_CHARACTERS]
    end = 0
    while target := _TARGET.search(text, end):
        parameters: dict[str, str] = {}
        end = target.end()
        while parameter := _PARAMETER.match(text, end):
            end = parameter.end()
            parameters.setdefault(parameter[1].lower(), (parameter[2] or "").strip("\"'"))  # later ones do not count
        if "anchor" not in parameters:
            for relation in parameters.get("rel", "").lower().split():
                yield relation, target[1].strip()
