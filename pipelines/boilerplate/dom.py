"""Cut boilerplate from the tree before extraction, each cut with its reason."""

import functools
import itertools
import re
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

from pipelines.boilerplate.consent import CONSENT_ROLES, consent_by_attributes, consent_rules
from pipelines.boilerplate.lines import clean_lines
from pipelines.boilerplate.wording import CAPTION, find_by_wording
from pipelines.html.dom_index import DomIndex, readable_start
from pipelines.html.prose import Prose, least_prose
from pipelines.html.tag_index import TagIndex
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
_WHOLE = frozenset({"html", "body"})


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
    tags = page.tags
    for element in tags.tagged("figcaption"):
        if element in page:
            yield "caption", element, "figcaption"
    for element in _hidden(tags):
        if element in page and element.tag not in _WHOLE:
            yield "hidden", element, "hidden"
    telling = frozenset(_with_telling_names(tags))
    for element in {*telling, *_with_role(tags), *tags.tagged("dialog")}:  # in any order: they are sorted later
        if element not in page or element.tag in _WHOLE:
            continue  # gone with the cards, or not shown
        names = _names_of(element) if element in telling else ""
        role = element.get("role")
        consent = consent_by_attributes(element.tag, names, role, is_modal=element.get("aria-modal") == "true")
        if consent:
            yield "consent", element, consent
        if role in _roles():
            yield role, element, f"role {role}"
        rule = _rule_by_names(names) if names else None
        if rule is not None:
            yield rule, element, names[:80]


def _hidden(tags: TagIndex) -> Iterator[HtmlElement]:
    yield from tags.having("hidden")
    yield from tags.with_value("style", lambda style: _HIDDEN_STYLE.search(style[:500]) is not None)


def _with_role(tags: TagIndex) -> Iterator[HtmlElement]:
    yield from tags.with_value("aria-modal", lambda value: value == "true")
    yield from tags.with_value("role", (_roles() | CONSENT_ROLES).__contains__)


def _with_telling_names(tags: TagIndex) -> Iterator[HtmlElement]:
    """Find the elements with a class or an id that a rule by names may match."""
    for attribute in ("class", "id"):
        yield from tags.with_value(attribute, lambda value: _tells(value[:_NAMES]))


def _names_of(element: HtmlElement) -> str:
    """Return class and id."""
    return f"{element.get('class', '')} {element.get('id', '')}".strip()[:_NAMES]


@rule_cache(8_192)  # elements of a site's pages have the same names
def _tells(names: str) -> bool:
    """Tell whether a rule by names may match. One search saves two in nine of ten cases."""
    lowered = names.lower()
    is_known = _any_word().search("".join(_LETTERS.findall(lowered))) is not None
    return is_known or not _whole_names().keys().isdisjoint(lowered.split())


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
