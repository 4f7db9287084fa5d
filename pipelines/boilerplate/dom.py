"""Cut boilerplate from the tree before extraction, each cut with its reason."""

import functools
import itertools
import re
from collections.abc import Callable, Iterator
from typing import cast

from lxml.html import HtmlElement

from pipelines.boilerplate.consent import consent_by_attributes, consent_rules
from pipelines.boilerplate.lines import clean_lines
from pipelines.boilerplate.wording import CAPTION, find_by_wording
from pipelines.html.dom_index import DomIndex, readable_start
from pipelines.html.prose import Prose, least_prose
from pipelines.labels.ai_labels import read_ai_labels
from pipelines.rules.load import load_rules, rule_cache
from pipelines.rules.patterns import compile_words
from storage.reading import Cut

__all__ = ["clean_lines", "cut_boilerplate", "read_ai_labels"]

_MOST_PROSE = 0.25  # of the page's unlinked text; nothing that holds more is furniture
_SHORT = 400  # unlinked characters of a block that may go by its name alone
_PARAGRAPHS = 2  # that a block may hold that goes by its name alone
_NAMES = 300  # characters of class and id
# The last is how words for screen readers alone are hidden.
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![-\w])clip\s*:\s*rect\(\s*[01](?:px)?[\s,]", re.IGNORECASE
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")  # of a name written with hyphens, underscores or capitals
_LETTERS = re.compile("[a-z]+")


@rule_cache()
def _class_words() -> dict[str, str]:
    return {word: rule for rule, words in load_rules("boilerplate_elements")["classes"].items() for word in words}


@rule_cache()
def _roles() -> frozenset[str]:
    return frozenset(load_rules("boilerplate_elements")["regions"]["roles"])


def cut_boilerplate(tree: HtmlElement, measures: DomIndex | None = None) -> list[Cut]:
    """Cut dialogs, captions, share bars, boxes and hidden parts out of ``tree``.

    Returns what was cut and why. Nothing is cut that holds a quarter of the page's unlinked text, the page's headline,
    or many paragraphs. ``measures`` are those of ``tree`` where the caller has them already; they stay right.
    """
    page = DomIndex(tree) if measures is None else measures
    prose = functools.cache(lambda: Prose(page, page.is_mostly_cjk))
    cuts: list[Cut] = []
    gone: list[HtmlElement] = []
    until = 0
    finds = itertools.chain(_by_attributes(page), find_by_wording(page))
    ordered = sorted(finds, key=lambda each: (page[each[1]].order, -page[each[1]].end))
    for rule, element, detail in ordered:
        measure = page[element]
        if measure.order < until or not _may_go(element, rule, page, prose):
            continue
        until = measure.end
        if measure.text:
            cuts.append(Cut(rule, detail, readable_start(element, 200)))
        gone.append(element)
    for element in gone:
        page.remove((element,))
    return cuts


def _by_attributes(page: DomIndex) -> Iterator[tuple[str, HtmlElement, str]]:
    """Find boilerplate by tags, roles, classes and ids: (rule, element, evidence)."""
    roles = _roles()
    for element in page.elements:
        if element not in page:
            continue  # gone with the cards
        tag = element.tag
        if tag == "figcaption":
            yield "caption", element, "figcaption"
        attributes = dict(cast("list[tuple[str, str]]", element.items()))
        if not attributes or tag in ("html", "body"):
            continue
        style = attributes.get("style")
        if (style and _HIDDEN_STYLE.search(style[:500])) or "hidden" in attributes:
            yield "hidden", element, "hidden"
        names = _telling_names(attributes.get("class", ""), attributes.get("id", ""))
        role = attributes.get("role")
        is_modal = attributes.get("aria-modal") == "true"
        if not names and role is None and not is_modal and tag != "dialog":
            continue
        consent = consent_by_attributes(tag, names, role, is_modal=is_modal)
        if consent:
            yield "consent", element, consent
        if role in roles:
            yield role, element, f"role {role}"
        rule = _rule_by_names(names) if names else None
        if rule is not None:
            yield rule, element, names[:80]


@rule_cache(8_192)  # elements of a list, and of a site's pages, have the same names
def _telling_names(classes: str, number: str) -> str:
    """Return class and id, or "" where no rule can match either.

    One search saves two in nine of ten cases.
    """
    names = f"{classes} {number}".strip()[:_NAMES]
    is_known = _tells(classes[:_NAMES]) or _tells(number[:_NAMES])
    return names if is_known or not _whole_names().keys().isdisjoint(names.lower().split()) else ""


@rule_cache(8_192)
def _tells(names: str) -> bool:
    return bool(names) and _any_word().search("".join(_LETTERS.findall(names.lower()))) is not None


@rule_cache()
def _any_word() -> re.Pattern[str]:
    """Return the pattern of all words of rules by names.

    Names are searched without other characters, since words may be joined there.
    """
    words = (*_class_words(), *consent_rules().names)
    return compile_words(sorted({"".join(_LETTERS.findall(word.lower())) for word in words}))


@rule_cache(4_096)
def _rule_by_names(names: str) -> str | None:
    known, whole = _class_words(), _whole_names()
    for name in names.lower().split():
        if name in known or name in whole:
            return known.get(name) or whole[name]
    words = [word.lower() for word in _WORDS.findall(names)]
    for word in (*words, *map("".join, itertools.pairwise(words))):
        if word in known:
            return known[word]
    return None


@rule_cache()
def _whole_names() -> dict[str, str]:
    """Return the rules by whole class names and ids."""
    return {name: rule for rule, names in load_rules("boilerplate_elements")["names"].items() for name in names}


def _may_go(element: HtmlElement, rule: str, page: DomIndex, prose: Callable[[], Prose]) -> bool:
    """Tell whether a cut is safe.

    It must hold no headline and no body, and be short where only a name marks it.
    """
    measure, whole = page[element], page[page.tree]
    unlinked = measure.text - measure.linked
    if unlinked > (whole.text - whole.linked) * _MOST_PROSE and rule != "consent":
        return False
    if unlinked > (whole.text - whole.linked) * 0.6 or (
        rule != "hidden" and next(element.iter("h1"), None) is not None
    ):
        return False
    if rule == "caption":
        return measure.text <= CAPTION
    if rule in ("consent", "hidden", "machine-mark", "box"):
        return True
    if unlinked < (_PARAGRAPHS + 1) * least_prose(page.is_mostly_cjk):
        return True  # too little for more paragraphs
    return unlinked <= _SHORT and len(prose().within(element)) <= _PARAGRAPHS
