"""Decide what a page is, and whether it is an article, from several kinds of evidence.

A model that learnt from pages of many types (``pipelines/models/page_types.json``, trained by
``python -m benchmarks.training page-types``, ``docs/training.md``) decides. One of its features is what rules decide by
an article's own markup, its prose and its listed links; they also give the reason for a page that is none.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from pipelines.addresses.article_urls import looks_like_article
from pipelines.html.text_blocks import weight_of
from pipelines.models.boosted_trees import packaged_trees
from pipelines.rules.load import load_rules, rule_cache
from pipelines.text.body_shape import style_numbers
from pipelines.text.page_evidence import Evidence
from pipelines.text.page_features import (
    FEATURE_NAMES,
    address_numbers,
    text_numbers,
    title_numbers,
    type_numbers,
)
from pipelines.text.page_shape import SHAPE_NAMES
from storage.languages import VIEWED_LANGUAGES
from storage.reading import PageKind, PageType

MIN_ARTICLE = 60  # Japanese characters of a short article, where the markup says that it is one
MIN_FLASH = 40  # of a news flash in whole sentences, two in English, where schema.org's type says so and no paywall
MIN_SIGNED = 120  # characters of prose where two other signs say so
MIN_LISTED = 6  # titled links to articles that make a listing of a page without much prose
MIN_LISTED_IN_SECTION = 3  # the same where the address is not an article's: a small section, or a new one
MODEL = "page_types"
CLASSES = ("article", "listing", "home", "forum", "product", "form", "documentation", "other")
"""What the model tells apart; ``other`` are services, companies, and whatever else is no article."""
# The probability from which a page is an article, chosen by cross-validation (docs/training.md); what a feed lists is
# one unless the model is sure that it is none.
_LEAST_ARTICLE = 0.3
_LEAST_IN_FEED = 0.05
_MOST_EVIDENCE = 4
_LISTS = frozenset({"listing", "home"})
_TYPES: Mapping[str, PageType | None] = {
    "listing": "listing",
    "home": "home",
    "forum": "forum",
    "product": "product",
    "form": "form",
    "documentation": "documentation",
    "other": None,
}
_REASONS = {
    "listing": "a list of other pages",
    "home": "the site's home page",
    "forum": "a forum",
    "product": "a product's page",
    "form": "a form",
    "documentation": "documentation",
    "other": "a page of a service or company",
}
_ARTICLE_TYPE = re.compile(
    r"(?:^|[/:])(?:(?:\w*(?:News|Blog|Tech|Scholarly|Satirical|Opinion|Analysis|Review|Background|Reportage"
    r"|AskPublic|Advertiser\w*)\w*)?Article|BlogPosting|LiveBlogPosting|SocialMediaPosting|Report|Review)$",
    re.IGNORECASE,
)
_LISTING_TYPE = re.compile(r"(?:^|/)(?:CollectionPage|SearchResultsPage|ProfilePage)$")


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """Hold the decision; ``reason`` is "" for an article.

    ``page_type`` is what the page is to a reader, None where it is nothing that has a name; ``evidence`` what spoke
    for that.
    """

    kind: PageKind
    reason: str
    page_type: PageType | None = None
    evidence: tuple[str, ...] = ()


@rule_cache()
def _error_title() -> re.Pattern[str]:
    rules = load_rules("error_titles")
    return re.compile("|".join(rules["patterns"]), re.IGNORECASE)


def judge(evidence: Evidence) -> Verdict:
    """Decide what a page is by status, title, markup, prose, links and the packaged model."""
    certain = _by_itself(evidence)
    if certain is not None:
        return certain
    trees = packaged_trees(MODEL)
    row = np.array([page_row(evidence)], dtype=np.float64)
    verdict = judge_with(evidence, trees.probabilities(row)[0])
    if verdict.page_type is None or verdict.evidence:
        return verdict
    moved = trees.contributions(row[0].tolist(), "article" if verdict.page_type == "live_blog" else verdict.page_type)
    return dataclasses.replace(verdict, evidence=_strongest(moved, row[0].tolist()))


def _strongest(moved: Mapping[str, float], row: Sequence[float]) -> tuple[str, ...]:
    """The features that spoke most for a type, with their values."""
    ranked = sorted((name for name, change in moved.items() if change > 0), key=lambda name: -moved[name])
    return tuple(f"{name} = {row[FEATURE_NAMES.index(name)]:.3g}" for name in ranked[:_MOST_EVIDENCE])


def judge_with(evidence: Evidence, probabilities: NDArray[np.float64]) -> Verdict:
    """Decide with the probability of each of ``CLASSES``, (classes,)."""
    certain = _by_itself(evidence)
    if certain is not None:
        return certain
    verdict = _by_rules(evidence)
    ranked = sorted(range(len(CLASSES)), key=lambda place: -probabilities[place])
    likely = probabilities[0]
    by_rules = verdict.kind == "article"
    has_words = by_rules or sum(map(weight_of, evidence.own_lines)) >= MIN_ARTICLE
    least = _LEAST_IN_FEED if by_rules and evidence.in_feed else _LEAST_ARTICLE
    if has_words and likely >= least:
        return Verdict("article", "", _article_type(evidence, CLASSES[ranked[0]]))
    best = _declared(evidence, CLASSES[next(place for place in ranked if place)])
    if by_rules:
        listed = len(evidence.listed)
        kind: PageKind = "section" if best in _LISTS and listed >= MIN_LISTED_IN_SECTION else "other"
        reason = f"section page: {listed} links to articles" if kind == "section" else _REASONS[best]
        verdict = Verdict(kind, f"{reason} (p = {1 - likely:.2f})")
    return dataclasses.replace(verdict, page_type=_TYPES[best])


def _declared(evidence: Evidence, likeliest: str) -> str:
    """What a page that is no article is by its own markup, where that leaves no doubt, else what is likeliest."""
    kinds = load_rules("page_words")["types"]
    named = dict(zip(kinds, type_numbers(evidence.types), strict=True))
    if named["product"] or named["forum"]:
        return "product" if named["product"] else "forum"
    has_product = evidence.shape[SHAPE_NAMES.index("type:product")]
    lists_nothing = likeliest == "listing" and len(evidence.listed) < MIN_LISTED_IN_SECTION
    return "product" if has_product and (lists_nothing or likeliest in ("other", "form")) else likeliest


def _article_type(evidence: Evidence, likeliest: str) -> PageType:
    """The type of a page that is an article: documentation reads like one, too."""
    if any(kind.endswith("LiveBlogPosting") for kind in evidence.types):
        return "live_blog"
    return "documentation" if likeliest == "documentation" else "article"


def _by_itself(evidence: Evidence) -> Verdict | None:
    """The verdict on a page that says that it is no article."""
    if evidence.status >= 400:
        reason = f"HTTP status {evidence.status}"
        return Verdict("other", reason, "error", (reason,))
    if evidence.is_home:
        reason = "the site's home page, as its addresses say"
        if len(evidence.listed) >= MIN_LISTED_IN_SECTION:
            return Verdict("section", f"section page: {reason}", "home", ("canonical address",))
        return Verdict("other", reason, "home", ("canonical address",))
    if not _error_title().search(evidence.title) or (_is_marked(evidence) and evidence.is_dated):
        return None
    if evidence.own_prose >= 2 * MIN_SIGNED:
        return None
    return Verdict("other", f"soft 404: {evidence.title[:100]}", "error", (f"title {evidence.title[:100]}",))


def _is_marked(evidence: Evidence) -> bool:
    return any(map(_ARTICLE_TYPE.search, evidence.types)) or "article" in evidence.types


def _signs(evidence: Evidence) -> int:
    return evidence.is_dated + evidence.has_author + looks_like_article(evidence.url) + evidence.in_feed


def _by_rules(evidence: Evidence) -> Verdict:
    """Decide article, section or neither by markup, prose and links."""
    typed = any(map(_ARTICLE_TYPE.search, evidence.types))
    marked = _is_marked(evidence)
    signs = _signs(evidence)
    prose = evidence.own_prose
    listed = len(evidence.listed)
    if _is_home(evidence.url) and listed >= MIN_LISTED:
        return Verdict("section", "section page: the site's home page")
    is_flash = typed and prose >= MIN_FLASH and not evidence.is_paywalled
    if marked and signs and (is_flash or sum(map(weight_of, evidence.own_lines)) >= MIN_ARTICLE):
        return Verdict("article", "")
    is_listing = any(_LISTING_TYPE.search(kind) for kind in evidence.types) and not marked
    if not is_listing and prose >= _needed_prose(signs + marked, evidence.unrelated):
        return Verdict("article", "")
    if is_listing or listed >= (MIN_LISTED if looks_like_article(evidence.url) else MIN_LISTED_IN_SECTION):
        return Verdict("section", f"section page: {listed} links to articles and little prose of its own")
    return Verdict("other", "too little text" if evidence.text.strip() else "empty page")


def page_row(evidence: Evidence) -> list[float]:
    """Return the numbers of ``FEATURE_NAMES`` for a page."""
    marked = _is_marked(evidence)
    signs = _signs(evidence)
    return [
        *text_numbers(evidence.text, evidence.own_lines, evidence.shape[SHAPE_NAMES.index("text")]),
        _needed_prose(signs + marked, evidence.unrelated),
        evidence.is_dated,
        evidence.has_author,
        evidence.is_paywalled,
        looks_like_article(evidence.url),
        signs,
        marked,
        len(evidence.listed),
        evidence.unrelated,
        any(_LISTING_TYPE.search(kind) for kind in evidence.types),
        _by_rules(evidence).kind == "article",
        *address_numbers(evidence.url),
        *title_numbers(evidence.title),
        *type_numbers(evidence.types),
        *evidence.shape,
        *evidence.layout,
        *evidence.body,
        *style_numbers(evidence.text),
        *evidence.declared,
    ]


def _needed_prose(signs: int, listed: int) -> int:
    """How many characters of prose make an article: fewer with every sign of one, more with every listed link."""
    if signs > 1:
        return MIN_SIGNED + listed // 2
    return 3 * MIN_SIGNED + 3 * listed if signs else 5 * MIN_SIGNED + 6 * listed


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.strip("/") in ("", "index.html", *VIEWED_LANGUAGES) and not parts.query
