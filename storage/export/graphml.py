"""Write related links as a network in GraphML, which Gephi, NetworkX and igraph read."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, TextIO
from xml.sax.saxutils import escape, quoteattr

from storage.errors import DatabaseError

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="title" for="node" attr.name="title" attr.type="string"/>
<key id="article" for="node" attr.name="article_id" attr.type="long"/>
<key id="language" for="node" attr.name="language" attr.type="string"/>
<key id="position" for="edge" attr.name="position" attr.type="long"/>
<graph id="related_links" edgedefault="directed">
"""
_NEEDED = ("page_url", "url")


def write_graphml(file: TextIO, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows of ``related_links``: a node for each page, an edge for each link.

    A node is written before its first edge, so that memory holds addresses only. A page's title and language are those
    of the first card that leads to it. Raises DatabaseError for other rows than links.
    """
    if not set(_NEEDED) <= set(columns):
        msg = "format graphml: only links are a network; kiji export related -o FILE.graphml"
        raise DatabaseError(msg)
    known: set[str] = set()
    file.write(_HEAD)
    for values in rows:
        row = dict(zip(columns, values, strict=True))
        page, target = row["page_url"], row["url"]
        _node(file, known, page, {"article": row.get("article_id")})
        told = {"title": row.get("title"), "language": row.get("language"), "article": row.get("related_article_id")}
        _node(file, known, target, told)
        file.write(
            f"<edge source={_attribute(page)} target={_attribute(target)}>{_data('position', row['position'])}</edge>\n"
        )
    file.write("</graph>\n</graphml>\n")


def _node(file: TextIO, known: set[str], url: str, told: dict[str, object]) -> None:
    if url not in known:
        known.add(url)
        file.write(f"<node id={_attribute(url)}>{''.join(_data(key, value) for key, value in told.items())}</node>\n")


def _data(key: str, value: object) -> str:
    return "" if value in (None, "") else f'<data key="{key}">{escape(_NOT_IN_XML.sub("", str(value)))}</data>'


def _attribute(text: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("", text))
