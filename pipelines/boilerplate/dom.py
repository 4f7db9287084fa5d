"""Cut boilerplate from the tree before extraction, each cut with its reason."""

import functools
import itertools
import re
from collections.abc import Callable, Iterator
from typing import cast

from lxml.html import HtmlElement

from pipelines.boilerplate.consent import consent_by_attributes, consent_by_wording, consent_rules
from pipelines.boilerplate.lines import clean_lines
from pipelines.html.dom_index import BLOCKS, DomIndex, plain, readable_start, readable_text
from pipelines.html.prose import Prose
from pipelines.labels.ai_labels import is_ai_label, read_ai_labels
from pipelines.labels.captions import ends_in_credit, is_caption
from pipelines.rules.load import load_rules, rule_cache
from pipelines.rules.patterns import compile_words
from storage.reading import Cut

__all__ = ["clean_lines", "cut_boilerplate", "read_ai_labels"]

_MOST_PROSE = 0.25  # of the page's unlinked text; nothing that holds more is furniture
_SHORT = 400  # unlinked characters of a block that may go by its name alone
_CAPTION = 500  # characters of a caption
_MARK = 60  # characters of a mark or credit
_BOX = 350  # characters of a box that asks for something
_NAMES = 300  # characters of class and id
_MOST_BLOCKS = 5_000  # of a page whose wording is read; 495 real pages are read alike without a limit
# The last is how words for screen readers alone are hidden.
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![-\w])clip\s*:\s*rect\(\s*[01](?:px)?[\s,]", re.IGNORECASE
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")  # of a name written with hyphens, underscores or capitals
_LETTERS = re.compile("[a-z]+")
_INLINE = frozenset({"span", "small", "em", "i", "b", "strong", "cite"})
_PICTURES = ("img", "picture", "amp-img", "video", "amp-video")


@rule_cache()
def _class_words() -> dict[str, str]:
    return {word: rule for rule, words in load_rules("boilerplate_elements")["classes"].items() for word in words}


@rule_cache()
def _boxes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the words that every box has one of, and the pattern of what boxes say."""
    boxes = load_rules("boilerplate_elements")["boxes"]
    return compile_words(boxes["keys"]), re.compile("|".join(boxes["patterns"]))


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
    finds = itertools.chain(_by_attributes(page), _by_text(page))
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


def _by_text(page: DomIndex) -> Iterator[tuple[str, HtmlElement, str]]:
    """Find boilerplate by its wording: (rule, element, evidence).

    It is consent notices, labels, captions, credits and boxes.
    """
    for notice in consent_by_wording(page):
        yield "consent", notice, "wording"
    asked: set[HtmlElement] = set()
    for holder, text in page.texts:
        measure = page.get(holder)
        if measure is None or len(text) > _CAPTION * 2:
            continue
        if measure.text <= _MARK and holder.tag in _INLINE and is_ai_label(text.strip()):
            yield "machine-mark", _pictured(holder, page), text.strip()
        block = measure.block
        if block is None or block in asked or page[block].text > _BOX or block.tag in ("h1", "h2", "body"):
            continue
        asked.add(block)
        if len(asked) > _MOST_BLOCKS:
            return
        if any(child.tag in BLOCKS for child in itertools.islice(block, 30)):
            continue
        yield from _by_line(block, page)


def _by_line(block: HtmlElement, page: DomIndex) -> Iterator[tuple[str, HtmlElement, str]]:
    """Find boilerplate in a block that is one line or paragraph."""
    text = readable_text(block)
    rule, detail = _rule_by_words(text)
    if rule:
        yield rule, _pictured(block, page) if rule == "machine-mark" else block, detail
    elif len(text) <= _BOX:
        box = _pictured(block, page)  # first: few blocks stand beside a picture
        if box is not block and ends_in_credit(plain(text)):
            yield "caption", box, text[:80]


@rule_cache(8_192)  # lines of some _BOX characters: a site's pages have most of them alike
def _rule_by_words(text: str) -> tuple[str, str]:
    """Return the rule for a line's words and its evidence, or ""."""
    line = plain(text)
    if len(text) <= _MARK * 2 and is_caption(line):
        return "machine-mark" if is_ai_label(text) else "caption", text[:80]
    asked_for = _asks(line)
    return ("box" if asked_for else "", asked_for)


def _asks(line: str) -> str:
    """Return what a block asks for near its beginning, or ""."""
    keys, patterns = _boxes()
    if keys.search(line) is None:
        return ""
    match = patterns.search(line[:300])
    return match[0] if match and (len(line) <= 80 or match.start() <= 40) else ""


def _pictured(mark: HtmlElement, page: DomIndex) -> HtmlElement:
    """Return the picture's whole box around a label, with its caption.

    It is the label alone where the box holds more.
    """
    for parent in itertools.islice(mark.iterancestors(), 3):
        if (
            parent not in page
            or page[parent].text > 300
            or page[parent].links
            or parent.tag in ("article", "main", "body")
        ):
            break
        has_heading = next(parent.iter("h1", "h2", "h3"), None) is not None
        if not has_heading and next(parent.iter(*_PICTURES), None) is not None:
            return parent
    return mark


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
        return measure.text <= _CAPTION
    if rule in ("consent", "hidden", "machine-mark", "box"):
        return True
    return unlinked <= _SHORT and len(prose().within(element)) <= 2
