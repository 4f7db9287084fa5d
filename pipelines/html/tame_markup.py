"""Tame markup that no page needs, and that parsers or extractors lose or take quadratic time for.

A browser shows the words of such pages all the same: they are kept, in fewer elements.
"""

import re
from collections.abc import Iterable, Iterator

import lxml.etree
import lxml.html

_LONG = 10_000  # bytes of a tag that is looked at
_LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{10000,}")
_ATTRIBUTE = re.compile(rb"\s[^\s=<>\"']+=")
_MOST_ATTRIBUTES = 500  # of one element: libxml2 compares each with all before it
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9-]*)[^<>]*>")
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_INLINE = frozenset(b"a abbr b bdi bdo cite code em font i kbd mark q s samp small span strong sub sup u var".split())
_DEEPEST = 100  # elements within each other that are kept of a document that is too deep for libxml2
_TABLES = 12  # tables within each other; trafilatura looks at the cells of each one's inner tables again
_TABLE_PARTS = ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption")


def drop_attributes(body: bytes) -> bytes:
    """Return the document with at most 500 attributes an element."""
    return _LONG_TAG.sub(_shortened, body) if _may_hold_long_tag(body) else body


def _may_hold_long_tag(body: bytes) -> bool:
    """Tell whether no bracket stands in as many bytes behind a ``<``: in leaps, so that few bytes are looked at."""
    at = body.find(b"<") + 1
    while at and at + _LONG <= len(body):
        following = at + _LONG
        last = max(body.rfind(b"<", at, following), body.rfind(b">", at, following))
        if last < 0:
            return True
        # A tag begins with "<": what follows a ">" is looked at from the next one on.
        at = last + 1 if body[last] == ord("<") else body.find(b"<", last) + 1
    return False


def _shortened(tag: re.Match[bytes]) -> bytes:
    for number, attribute in enumerate(_ATTRIBUTE.finditer(tag[0])):
        if number == _MOST_ATTRIBUTES:
            return tag[0][: attribute.start()]
    return tag[0]


def is_too_deep(parser: lxml.etree._FeedParser) -> bool:
    """Tell whether a parser gave up below 2,046 elements within each other, where the rest of the words is."""
    return any(error.type == lxml.etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)


def flatten(body: bytes) -> bytes:
    """Return a document without the tags of elements that are more than 100 deep; blocks there become lines."""
    return b"".join(_flat(body))


def _flat(body: bytes) -> Iterator[bytes]:
    depth = dropped = at = 0
    for tag in _TAG.finditer(body):
        yield body[at : tag.start()]
        at = tag.end()
        name = tag[2].lower()
        if name in _VOID:
            yield tag[0]
        elif tag[1]:
            if dropped:
                dropped -= 1
                yield b" " if name in _INLINE else b"<br>"
            else:
                depth = max(0, depth - 1)
                yield tag[0]
        elif depth >= _DEEPEST:
            dropped += 1
            yield b" " if name in _INLINE else b"<br>"
        else:
            depth += 1
            yield tag[0]
    yield body[at:]


def unnest_tables(tables: Iterable[lxml.html.HtmlElement]) -> None:
    """Make boxes of those of a document's tables that stand in more than 12 others."""
    depths: dict[lxml.html.HtmlElement, int] = {}
    for table in tables:
        if table.tag != "table":
            continue  # a box by now
        outer = next(table.iterancestors("table"), None)
        depths[table] = depths[outer] + 1 if outer is not None else 1
        if depths[table] > _TABLES:
            for part in list(table.iter(*_TABLE_PARTS)):
                part.tag = "div"
