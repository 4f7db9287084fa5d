"""Parse decoded HTML into a tree."""

import itertools
from collections.abc import Iterable, Sequence

import lxml.etree
import lxml.html

from pipelines.html.tame_markup import drop_attributes, flatten, is_too_deep, unnest_tables

# What no HTML text may hold (WHATWG, "control" and "noncharacter"); libxml2 ends the document at a NUL. Bytes are
# translated in a tenth of the time that a regular expression takes.
_CONTROLS = bytes({*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F})
_NONCHARACTERS = ("\ufffe", "\uffff")
_READINGS = ("rt", "rp", "rtc")  # the readings of ruby and the brackets round them
_READING_ELEMENTS = 10  # of one reading; what holds more was never closed
_BASES = ("ruby", "rb", "rbc")  # the words that have readings
_READING_HEIGHT = 3  # elements from a reading up to its ruby


def parse_html(text: str) -> lxml.html.HtmlElement | None:
    """Return the root element ``html``, or None for an empty document.

    Comments, processing instructions, control characters and ruby readings
    (``<ruby>警視庁<rt>けいしちょう</rt></ruby>``) are dropped. Lone surrogates become question marks. ``huge_tree``
    raises libxml2's limit of depth from 255 elements to 2,046; a document that is deeper is flattened.
    """
    for character in _NONCHARACTERS:
        if character in text:
            text = text.replace(character, "")
    body = drop_attributes(text.encode("utf-8", "replace").translate(None, _CONTROLS))
    root, is_whole = _parse(body)
    if not is_whole:
        root, _ = _parse(flatten(body))
    if root is None:
        return None
    _join_roots(root)
    rare = list(root.iter("template", "table", *_READINGS, *_BASES))  # in one walk: most pages have none of them
    _show_shadow_roots(rare)
    _drop_readings(rare)
    unnest_tables([element for element in rare if element.tag == "table"])
    return root


def _parse(body: bytes) -> tuple[lxml.html.HtmlElement | None, bool]:
    """Return the root element, None for an empty document, and whether no words were lost for their depth."""
    parser = lxml.html.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
        collect_ids=False,
        default_doctype=False,  # type: ignore[call-arg]  # missing in the stubs
    )
    # One class for all elements, looked up in C: lxml.html's own lookup calls Python whenever an element is touched.
    parser.set_element_class_lookup(lxml.etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement))
    try:
        root = lxml.html.document_fromstring(body, parser=parser, ensure_head_body=True)
    except lxml.etree.ParserError:  # lxml's word for an empty document
        return None, True
    return (root if isinstance(root, lxml.html.HtmlElement) else None), not is_too_deep(parser)


def _join_roots(root: lxml.html.HtmlElement) -> None:
    """Move what is written behind ``</html>`` into the body, where browsers show it.

    libxml2 begins a second document there, beside the first, and no walk from ``root`` reaches it: 39 of 3,020 real
    pages have one, and one of them had its whole article in it.
    """
    body = root.find("body")
    for other in list(root.itersiblings("html")) if body is not None else ():
        body.append(other)
        for box in (other, *other.findall("head"), *other.findall("body")):
            box.tag = "div"


def _show_shadow_roots(elements: Iterable[lxml.html.HtmlElement]) -> None:
    """Make a declarative shadow root (``template shadowrootmode``) a box, as every browser does."""
    for element in elements:
        if element.tag == "template" and (element.get("shadowrootmode") or element.get("shadowroot")):
            element.tag = "div"


def _drop_readings(elements: Sequence[lxml.html.HtmlElement]) -> None:
    for reading in (element for element in elements if element.tag in _READINGS):
        above = itertools.islice(reading.iterancestors(), _READING_HEIGHT)
        is_closed = sum(1 for _ in itertools.islice(reading.iter(), _READING_ELEMENTS + 1)) <= _READING_ELEMENTS
        if is_closed and any(holder.tag == "ruby" for holder in above):
            reading.drop_tree()
    for base in (element for element in elements if element.tag in _BASES):
        base.drop_tag()  # so that a word stays in one piece
