"""Recognize consent dialogs by role, by known containers and by wording."""

import dataclasses
import itertools
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex, plain, readable_text, text_pieces
from pipelines.rules.load import load_rules, rule_cache
from pipelines.rules.patterns import compile_words, places_with_words

CONSENT_ROLES = frozenset({"dialog", "alertdialog"})
"""Roles that mark a consent dialog."""
_LONGEST = 1_500  # characters without white space; the long texts of platforms have containers of their own
_CLIMBS = 8
_KEYS = ("ookie", "COOKIE", "クッキー", "rivacy", "onsent")  # a statement has at least one of these


@dataclasses.dataclass(frozen=True, slots=True)
class ConsentRules:
    """The rules of ``rules/consent.toml``."""

    names: tuple[str, ...]
    containers: re.Pattern[str]
    statements: re.Pattern[str]
    controls: frozenset[str]
    buttons: tuple[str, ...]
    context: tuple[str, ...]


@rule_cache()
def consent_rules() -> ConsentRules:
    """Return the rules of ``rules/consent.toml``."""
    table = load_rules("consent")
    names = tuple(name.lower() for name in table["containers"]["names"])
    return ConsentRules(
        names=names,
        containers=compile_words(names),
        statements=re.compile("|".join(table["statements"]["patterns"])),
        controls=frozenset(map(plain, table["controls"]["words"])),
        buttons=tuple(map(plain, table["buttons"]["words"])),
        context=tuple(map(plain, table["context"]["words"])),
    )


def consent_by_attributes(tag: str, names: str, role: str | None, *, is_modal: bool) -> str:
    """Return the name or role that marks an element as a consent dialog, or "".

    ``names`` are its id and class.
    """
    if names and (container := _container(names)):
        return f"container {container}"
    if is_modal or role in CONSENT_ROLES:
        return f"role {role or 'aria-modal'}"
    return "dialog" if tag == "dialog" else ""


def consent_by_wording(page: DomIndex) -> Iterator[HtmlElement]:
    """Find the blocks that are consent notices by their wording.

    Blocks inside others may come, too.
    """
    checked: set[HtmlElement] = set()
    for holder in _with_keys(page):
        if holder not in page:
            continue
        block = page[holder].block
        if block is None or block in checked or page[block].text > _LONGEST:
            continue
        checked.add(block)
        notice = _worded(block, page)
        if notice is not None:
            yield notice


def _with_keys(page: DomIndex) -> Iterator[HtmlElement]:
    """Return what holds a text with one of the keys, in document order."""
    texts = page.texts
    for place in places_with_words([text for _, text in texts], _KEYS):
        yield texts[place][0]


@rule_cache(8_192)
def _container(names: str) -> str:
    match = consent_rules().containers.search(names.lower())
    return match[0] if match else ""


def is_consent_statement(text: str) -> bool:
    """Tell whether a line has the wording of consent notices."""
    line = plain(text)
    return ("cookie" in line or "クッキー" in line or "privacy" in line or "consent" in line) and (
        consent_rules().statements.search(line) is not None
    )


def _worded(element: HtmlElement, page: DomIndex) -> HtmlElement | None:
    """Return the largest block around a statement that holds the notice alone.

    None if it has no button.
    """
    if page[element].text < 10 or not is_consent_statement(readable_text(element)):
        return None
    block: HtmlElement | None = None
    for candidate in itertools.islice(itertools.chain([element], element.iterancestors()), _CLIMBS):
        if candidate not in page or candidate.tag in ("body", "main", "html") or page[candidate].text > _LONGEST:
            break
        is_notice, has_control = _is_notice(candidate)
        if not is_notice:
            break
        if has_control:
            block = candidate
    return block


def _is_notice(element: HtmlElement) -> tuple[bool, bool]:
    """Tell whether nearly all lines of a block are a notice's, with a button.

    A control is a text node of its own: buttons and links are side by side on one line.
    """
    rules = consent_rules()
    total = own = 0
    has_control = False
    line = ""
    for piece in itertools.chain(text_pieces(element), "\n"):
        if piece == "\n":
            if line:
                total += len(line)
                own += len(line) if len(line) <= 400 and any(word in line for word in rules.context) else 0
            line = ""
            continue
        words = plain(piece)
        if words.strip(" .。、!>›×✕x[]()") in rules.controls:
            has_control = True
            total += len(words)
            own += len(words)
        else:
            line += words
    return own * 10 >= total * 8, has_control
