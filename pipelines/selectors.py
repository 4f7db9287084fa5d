"""Compile an operator's CSS selectors and XPaths, and find what they match on a page."""

import functools

from lxml import etree
from lxml.html import HtmlElement

LONGEST = 1_000
"""Characters of a selector."""


@functools.lru_cache(1_024)
def compile_selector(written: str) -> etree.XPath:
    """Compile an XPath, if it begins with ``/`` or ``(``, else a CSS selector.

    Raises ValueError with the mistake in one line. XPaths have no regular expressions and no access to files.
    """
    from cssselect import HTMLTranslator, SelectorError  # needed where a selector is

    if len(written) > LONGEST:
        raise ValueError(f"longer than {LONGEST:,} characters")
    try:
        if written.startswith(("/", "(")):
            return etree.XPath(written, regexp=False)
        return etree.XPath(HTMLTranslator().css_to_xpath(written), regexp=False)
    except SelectorError as error:
        raise ValueError(f"no CSS selector: {' '.join(str(error).split())[:200]}") from None
    except (etree.XPathError, etree.ParserError, ValueError) as error:
        raise ValueError(f"no XPath: {' '.join(str(error).split())[:200]}") from None


def find_elements(tree: HtmlElement, written: str) -> list[HtmlElement]:
    """Find the elements that a selector matches, in document order.

    Attributes and texts that an XPath matches are left out. Raises ValueError where it fails on this page.
    """
    return [match for match in _matches(tree, written) if isinstance(match, HtmlElement)]


def find_texts(tree: HtmlElement, written: str, most: int) -> list[str]:
    """Find the texts that a selector matches: of elements, attributes or text nodes, each with single spaces.

    For an element it is what ``content`` or ``datetime`` says, else its text. At most ``most`` are returned. Raises
    ValueError where the selector fails on this page.
    """
    texts = []
    for match in _matches(tree, written):
        text = " ".join((_text_of(match) if isinstance(match, HtmlElement) else str(match)).split())
        if text:
            texts.append(text)
        if len(texts) >= most:
            break
    return texts


def _text_of(element: HtmlElement) -> str:
    value = element.get("content") if element.tag == "meta" else element.get("datetime")
    return value or "".join(element.itertext())


def _matches(tree: HtmlElement, written: str) -> list[object]:
    try:
        found: object = compile_selector(written)(tree)
    except etree.XPathError as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None
    return found if isinstance(found, list) else [found]
