"""An article's words as JSON-LD gives them: for pages that scripts fill in the reader's browser."""

import html
import re
from collections.abc import Sequence

from pipelines.metadata.jsonld import read_jsonld

_LINE_BREAK = re.compile(r"<(?:/p|/li|/h[1-6]|/div|br\s{0,3}/?)>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,2000}>")


def declared_body(scripts: Sequence[str]) -> str:
    """The longest ``articleBody`` that the scripts declare, its markup dropped, one paragraph a line; "" for none."""
    telling = [script for script in scripts if "articleBody" in script]
    bodies = [body for thing in read_jsonld(telling) if isinstance(body := thing.get("articleBody"), str)]
    text = html.unescape(_TAG.sub("", _LINE_BREAK.sub("\n", max(bodies, key=len, default=""))))
    return "\n".join(line for part in text.splitlines() if (line := " ".join(part.split())))
