"""Text to tree, once, for any text whatever."""

import lxml.etree
import lxml.html

# What no HTML text may hold (WHATWG, "control" and "noncharacter"); libxml2 ends the document at a NUL. Bytes are
# translated in a tenth of the time that a regular expression takes.
_CONTROLS = bytes({*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F})
_NONCHARACTERS = ("\ufffe", "\uffff")


def parse_html(text: str) -> lxml.html.HtmlElement | None:
    """The document's root element ``html``, without comments and processing instructions; None where nothing is in it.

    ``huge_tree`` raises libxml2's depth limit from 255 elements to 2,046; deeper than that it drops the rest of the
    page. Lone surrogates become question marks, control characters go.
    """
    for character in _NONCHARACTERS:
        text = text.replace(character, "")
    body = text.encode("utf-8", "replace").translate(None, _CONTROLS)
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
        return None
    return root if isinstance(root, lxml.html.HtmlElement) else None
