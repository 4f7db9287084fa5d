"""Make archived pages safe to look at: nothing runs, nothing is fetched, and no link leads away."""

import lxml.etree
import lxml.html

from pipelines.html.charset import decode
from pipelines.html.parse import parse_html

_REMOVED = ("script", "iframe", "frame", "fencedframe")
_UNWRAPPED = ("object", "embed", "applet", "portal", "form", "link", "base", "meta")
"""Their contents stay: where one was never closed, the parser puts the rest of the page into it."""

_LEADING = frozenset(
    {"href", "src", "srcset", "ping", "action", "formaction", "srcdoc", "background", "poster", "data"}
)
"""Attributes that lead to other pages or files. A form's fields stay, the form goes."""

LONGEST = 4_000_000
"""Bytes of a page that are shown."""


def freeze_html(body: bytes, content_type: str | None = None) -> str:
    """Give a page's HTML without scripts, frames, forms, links and files. Never raises for any bytes.

    It has the page's words and its own inline styles. The server's policy forbids the rest once more.
    """
    root = parse_html(decode(body[:LONGEST], content_type).text)
    if root is None:
        return ""
    for element in list(root.iter(*_REMOVED, *_UNWRAPPED)):
        if element.getparent() is not None:
            element.drop_tree() if element.tag in _REMOVED else element.drop_tag()
    for element in root.iter(lxml.etree.Element):
        for name in list(element.attrib):
            local = str(name).rpartition("}")[2].rpartition(":")[2].lower()
            if local in _LEADING or local.startswith("on"):
                if local == "href" and element.tag == "a":
                    element.set("title", str(element.attrib[name])[:500])
                del element.attrib[name]
    return str(lxml.html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>"))
