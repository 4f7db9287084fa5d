"""Extract a page's text with trafilatura: by its own stages, or by ``trafilatura.extract``.

Its stages are private parts, and are called only in the versions that they were read in
(``storage.library_versions``). Both ways give the same text.
"""

import functools
from collections.abc import Callable

import trafilatura
from lxml.html import HtmlElement

from storage.library_versions import fits


def trafilatura_text(tree: HtmlElement) -> str:
    """Return the text that trafilatura keeps in its fast mode, or "".

    ``tree`` is left as it is; it has no scripts. Lists nested deeper than Python's stack give "", too.
    """
    return _extractor()(tree)


@functools.cache
def _extractor() -> Callable[[HtmlElement], str]:
    if not fits("trafilatura"):
        return _text_by_extract
    from pipelines.text.trafilatura_stages import text_by_stages  # imports private modules

    return text_by_stages


def _text_by_extract(tree: HtmlElement) -> str:
    try:
        return trafilatura.extract(tree, include_comments=False, with_metadata=False, fast=True) or ""
    except RecursionError:
        return ""
