"""Decide whether a page is an article, from several kinds of evidence."""

import dataclasses
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipelines.addresses.article_urls import looks_like_article
from pipelines.html.plain_text import word_characters
from pipelines.html.text_blocks import ends_sentence, weight_of
from pipelines.rules.load import load_rules, rule_cache
from storage.languages import VIEWED_LANGUAGES
from storage.reading import Entry, PageKind

MIN_ARTICLE = 60  # Japanese characters of a short article, where the markup says that it is one
MIN_FLASH = 40  # of a news flash in whole sentences, two in English, where schema.org's type says so and no paywall
MIN_SIGNED = 120  # characters of prose where two other signs say so
MIN_LISTED = 6  # titled links to articles that make a listing of a page without much prose
MIN_LISTED_IN_SECTION = 3  # the same where the address is not an article's: a small section, or a new one
TOO_LITTLE = "too little text"
_TEASER_START = 40  # letters in which a line and a listed article's teaser must agree
_ARTICLE_TYPE = re.compile(
    r"(?:^|[/:])(?:(?:\w*(?:News|Blog|Tech|Scholarly|Satirical|Opinion|Analysis|Review|Background|Reportage"
    r"|AskPublic|Advertiser\w*)\w*)?Article|BlogPosting|LiveBlogPosting|SocialMediaPosting|Report|Review)$",
    re.IGNORECASE,
)
_LISTING_TYPE = re.compile(r"(?:^|/)(?:CollectionPage|SearchResultsPage|ProfilePage)$")


@dataclasses.dataclass(frozen=True, slots=True)
class Evidence:
    """Hold what is known of a page: ``listed`` are its main part's article links.

    ``unrelated`` counts those that the page does not declare as related articles: an article has few of them.
    ``in_feed`` says that a feed or a news sitemap lists the page.
    """

    url: str
    status: int
    title: str
    text: str
    types: tuple[str, ...]
    is_dated: bool
    has_author: bool
    is_paywalled: bool
    listed: Sequence[Entry]
    unrelated: int
    in_feed: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """Hold the decision; ``reason`` is "" for an article."""

    kind: PageKind
    reason: str


@rule_cache()
def _error_title() -> re.Pattern[str]:
    rules = load_rules("error_titles")
    return re.compile("|".join(rules["patterns"]), re.IGNORECASE)


def judge(evidence: Evidence) -> Verdict:
    """Decide article, section or neither by status, title, markup, prose, links."""
    if evidence.status >= 400:
        return Verdict("other", f"HTTP status {evidence.status}")
    typed = any(map(_ARTICLE_TYPE.search, evidence.types))
    marked = typed or "article" in evidence.types
    signs = evidence.is_dated + evidence.has_author + looks_like_article(evidence.url) + evidence.in_feed
    lines = _own_lines(evidence)
    prose = sum(weight_of(line) for line in lines if ends_sentence(line))
    if _error_title().search(evidence.title) and prose < 2 * MIN_SIGNED and not (marked and evidence.is_dated):
        return Verdict("other", f"soft 404: {evidence.title[:100]}")
    listed = len(evidence.listed)
    if _is_home(evidence.url) and listed >= MIN_LISTED:
        return Verdict("section", "section page: the site's home page")
    is_flash = typed and prose >= MIN_FLASH and not evidence.is_paywalled
    if marked and signs and (is_flash or sum(map(weight_of, lines)) >= MIN_ARTICLE):
        return Verdict("article", "")
    is_listing = any(_LISTING_TYPE.search(kind) for kind in evidence.types) and not marked
    if not is_listing and prose >= _needed_prose(signs + marked, evidence.unrelated):
        return Verdict("article", "")
    if is_listing or listed >= (MIN_LISTED if looks_like_article(evidence.url) else MIN_LISTED_IN_SECTION):
        return Verdict("section", f"section page: {listed} links to articles and little prose of its own")
    return Verdict("other", TOO_LITTLE if evidence.text.strip() else "empty page")


def _needed_prose(signs: int, listed: int) -> int:
    """How many characters of prose make an article: fewer with every sign of one, more with every listed link."""
    if signs > 1:
        return MIN_SIGNED + listed // 2
    return 3 * MIN_SIGNED + 3 * listed if signs else 5 * MIN_SIGNED + 6 * listed


def _own_lines(evidence: Evidence) -> list[str]:
    """The text's lines that are not the teasers of listed articles."""
    teasers = {_start(words) for entry in evidence.listed for words in (entry.title, entry.summary)}
    lines = evidence.text.splitlines()
    return [line for line in lines if _start(line) not in teasers] if teasers else lines


def _start(text: str) -> str:
    """The first letters of a line or teaser, by which they are compared."""
    start = word_characters(text[: 2 * _TEASER_START])
    return (start if len(start) > _TEASER_START else word_characters(text))[:_TEASER_START]


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.strip("/") in ("", "index.html", *VIEWED_LANGUAGES) and not parts.query
