"""Run trafilatura's stages without the steps that rarely change anything.

``extract`` copies the tree four times, looks for comments and for articles appended below with patterns that it tries
on every element, and renders the whole page again to see whether it kept enough of it. Here its own stages are called,
each where it could change what comes out: half the CPU, and the same words. They are private parts: only
``trafilatura_text`` imports this module, and only with a version of trafilatura that it was written for. A test
compares the two.
"""

import contextlib
import copy
import functools
import re
import unicodedata
from typing import Literal, cast

from lxml.etree import XPath, _Element
from lxml.html import HtmlElement
from trafilatura.baseline import _spaced_text, baseline
from trafilatura.core import ESCALATION_ACCEPT_RATIO, ESCALATION_MAX_LENGTH, ESCALATION_PAGE_SHARE
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.settings import BASIC_CLEAN_XPATH, Extractor
from trafilatura.xml import delete_element, xmltotxt
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REGEXP_NS, REMOVE_COMMENTS_AND_LISTS_XPATH

from pipelines.text.trafilatura_extractor import main_extractor
from pipelines.text.trafilatura_xpaths import Selection

PRUNED_TAGS = ("div", "section", "aside", "details", "list", "ol", "ul")
"""The elements that the lists below prune."""
# Classes and ids of what is pruned first, with a part that each has, and what prunes it: articles below the article,
# comments.
_PRUNED = (
    (
        ("mvp-post-add", "infinite", "elementor-share-buttons"),
        re.compile("mvp-post-add|infinite-?scroll|elementor-share-buttons"),
        RAW_TREE_PRUNE_XPATH,
    ),
    (
        ("omment", "comol", "disqus_thread"),
        re.compile("^(?:[Cc]omment(?!ary)|comol|disqus_thread|dsq-comments)|(?:article|post)-comments", re.MULTILINE),
        REMOVE_COMMENTS_AND_LISTS_XPATH,
    ),
)


# What ``html2txt`` leaves out, as expressions on tags and on names: the latter are its last alternative.
_NAMES_FROM = BASIC_CLEAN_XPATH.path.rindex("|.//*[")
_LEFT_OUT_BY_TAG = XPath(BASIC_CLEAN_XPATH.path[:_NAMES_FROM])
_LEFT_OUT_BY_NAME = Selection(XPath(BASIC_CLEAN_XPATH.path[_NAMES_FROM + 1 :], namespaces={"re": REGEXP_NS}))


def text_by_stages(tree: HtmlElement) -> str:
    """Return the text that trafilatura keeps in its fast mode, or "".

    ``tree`` is left as it is; it has no scripts. Lists nested deeper than Python's stack are nothing, too.
    """
    try:
        body = _body(tree, _options("balanced"))
    except (TypeError, ValueError, RecursionError):  # what trafilatura takes for a page without words, and logs
        return ""
    return unicodedata.normalize("NFC", xmltotxt(body, include_formatting=False).strip())


def _body(tree: HtmlElement, options: Extractor) -> _Element:
    """The stages of ``extract`` one after the other: as it is, everything where that is hardly a word, a second try."""
    body, words = _main_text(tree, options)
    if len(words) < options.min_extracted_size:
        everything, text, length = baseline(_pruned(tree))
        if length > len(words):
            body, words = everything, text
    if len(words) < options.min_output_size:
        raise ValueError("no words")
    if not _is_enough(tree, len(words)):
        with contextlib.suppress(TypeError, ValueError, RecursionError):
            wider, more = _main_text(tree, _options("recall"))
            if len(more) >= options.min_extracted_size and len(more) > ESCALATION_ACCEPT_RATIO * len(words):
                body = wider
    return body


def _main_text(tree: HtmlElement, options: Extractor) -> tuple[_Element, str]:
    """The page's main part and its words."""
    page = convert_tags(tree_cleaning(_pruned(tree), options), options)
    body, words = main_extractor().extract_content(page, options)
    return body, words


def _pruned(tree: HtmlElement) -> HtmlElement:
    """A copy without comments and the articles below the article."""
    page = copy.copy(tree)
    values = [
        value for element in tree.iter(*PRUNED_TAGS) for value in (element.get("class"), element.get("id")) if value
    ]
    names = "\n".join(values)
    for parts, pattern, expressions in _PRUNED:
        if any(map(names.__contains__, parts)) and pattern.search(names):
            page = prune_unwanted_nodes(page, expressions)
    return page


def _is_enough(tree: HtmlElement, length: int) -> bool:
    """Whether so much of the page was kept that ``extract`` would not try again for more."""
    if length >= ESCALATION_MAX_LENGTH or length >= ESCALATION_PAGE_SHARE * len(" ".join(tree.text_content().split())):
        return True
    return length >= ESCALATION_PAGE_SHARE * _length(_pruned(tree))


def _length(page: HtmlElement) -> int:
    """The length of what ``html2txt`` gives of a page, which is changed.

    ``html2txt`` would copy it, and call Python twice for each element to tell what it leaves out.
    """
    body = page.find(".//body")
    body = page if body is None else body
    for element in [*cast(list[HtmlElement], _LEFT_OUT_BY_TAG(body)), *_LEFT_OUT_BY_NAME(body)]:
        delete_element(element)
    return len(_spaced_text(body))


@functools.cache
def _options(focus: Literal["balanced", "recall"]) -> Extractor:
    return Extractor(fast=True, comments=False, recall=focus == "recall")
