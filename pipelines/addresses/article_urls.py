"""Recognize article addresses by path and query, before a fetch.

Used where a page has more links than can be followed: section pages and ``follow = "site"``. The words are in
``rules/article_addresses.toml``. The weights are small whole numbers. An address is article-like from a sum of three
on.
"""

import dataclasses
import re
from urllib.parse import parse_qsl, unquote

from pipelines.dates.forms import DAY_NUMBER, MONTH_NUMBER, YEAR
from pipelines.rules.load import load_rules, rule_cache

ARTICLE_WEIGHT = 3  # what the evidence must add up to
MAX_LENGTH = 2_000  # characters; longer addresses are refused everywhere in the pipelines

# RFC 3986, appendix B: path and query of what has a host; square brackets only round an IPv6 address.
_PARTS = re.compile(r"https?://(?:[^/?#\[\]]++|\[[\da-f:.]++\])*+(?=[/?#]|$)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
_DATE = re.compile(rf"(?:^|\D){YEAR}[-/_.]?{MONTH_NUMBER}(?:[-/_.]?{DAY_NUMBER})?(?!\d{{3}})")
_DIGIT = re.compile(r"\d")
_LONG_NUMBER = re.compile(r"\d{5,}")
_COUNTED = re.compile(r"第?\d++[番号回話]")  # a number as Japanese writes it: 12番, 第3号
_CODE = re.compile(r"(?=(?:[a-z_]*\d){3})(?=[\d_]*[a-z])[a-z\d_]{8,}")
_DATE_ARCHIVE = re.compile(rf"/{YEAR}(?:/\d{{1,2}}){{0,2}}/?$")
_CJK = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
# Characters of a Japanese or Chinese headline as a slug, four fewer where hyphens part its words (WordPress). Names of
# sections and topics in the 345 such addresses of the measuring sets have at most 18, with hyphens 15.
_HEADLINE = 20
_WORDY = 24  # characters of a segment that is more than a section's name
_PAGE_FILE = re.compile(r"\.(?:html?|php|aspx?|jsp|shtml|cgi|cms)$")
_INDEX = re.compile(r"(?:index|default|home|top|list)(?:[._-]?\d*)?")
_PAGINATION = re.compile(r"/(?:page[-_/]?\d{1,4}|p\d{1,3})(?:/|$)")


@dataclasses.dataclass(frozen=True, slots=True)
class PathRules:
    """The word lists, each in lower case."""

    listing: frozenset[str]
    last: frozenset[str]
    article: frozenset[str]
    files: frozenset[str]
    article_parameters: frozenset[str]
    listing_parameters: frozenset[str]


@rule_cache()
def path_rules() -> PathRules:
    """Return the rules of ``rules/article_addresses.toml``."""
    table = load_rules("article_addresses")
    return PathRules(
        listing=frozenset(table["listing"]["words"]),
        last=frozenset(table["listing"]["last"]),
        article=frozenset(table["article"]["words"]),
        files=frozenset(table["file"]["endings"]),
        article_parameters=frozenset(table["query"]["article"]),
        listing_parameters=frozenset(table["query"]["listing"]),
    )


@rule_cache(4_096)  # menus and cards of one page are asked for several times
def looks_like_article(url: str) -> bool:
    """Tell whether an http(s) address looks like an article's. Never raises."""
    if len(url) > MAX_LENGTH:
        return False
    parts = _PARTS.match(url)
    if parts is None:
        return False
    path, query = parts.groups("")
    rules = path_rules()
    decoded = unquote(path) if "%" in path else path
    segments = [segment for segment in decoded.lower().split("/") if segment]
    if _is_listing(path, segments, rules):
        return False
    weight = _page_weight(segments)
    if weight >= ARTICLE_WEIGHT and not query:
        return True  # nothing else of a path speaks against an article
    return weight + _path_weight(segments, rules) + _query_weight(query, rules) >= ARTICLE_WEIGHT


def _is_listing(path: str, segments: list[str], rules: PathRules) -> bool:
    """Tell whether an address is a list, an archive or a file: never an article."""
    if not rules.listing.isdisjoint(segments) or ("/p" in path and _PAGINATION.search(path)):
        return True
    name, dot, ending = segments[-1].rpartition(".") if segments else ("", "", "")
    return bool(segments) and (
        segments[-1] in rules.last
        or bool(name and dot and ending in rules.files)
        or (("/19" in path or "/20" in path) and _DATE_ARCHIVE.search(path) is not None)
    )


def _page_weight(segments: list[str]) -> int:
    """Weigh the slug, number or code in the last two segments, which name the page."""
    if not segments:
        return 0
    return max(_name_weight(_without_ending(segments[-1])), *(_name_weight(each) - 1 for each in segments[-2:-1]), 0)


def _without_ending(segment: str) -> str:
    return _PAGE_FILE.sub("", segment) if "." in segment else segment


def _path_weight(segments: list[str], rules: PathRules) -> int:
    """Weigh dates, numbers above the page's own, and article words."""
    if not segments:
        return 0
    weight = 0
    last = _without_ending(segments[-1])
    is_file = last != segments[-1]
    is_index = _INDEX.fullmatch(last) is not None
    whole = "/".join(segments)
    if ("20" in whole or "19" in whole) and _DATE.search(whole):
        weight += 2 if _DATE.search("/".join(segments[:-1])) else 1
    above = segments[:-1]
    if not rules.article.isdisjoint(above):
        weight += 2 if len(last) > 2 and not is_index else 1
    if is_file and not is_index:
        weight += 1
    if above and _LONG_NUMBER.search("/".join(above)):
        weight += 2
    return weight


def _name_weight(segment: str) -> int:
    """Weigh one segment: a slug of words, a number or a code."""
    if segment.isalpha() and segment.isascii():  # most segments of a menu's addresses
        return int(len(segment) >= _WORDY)
    hyphens = segment.count("-")
    if hyphens >= 5 or _LONG_NUMBER.search(segment):
        return 4
    if hyphens >= 3 or segment.count("_") >= 3 or _CODE.fullmatch(segment):
        return 3
    if segment.isdigit() or _COUNTED.fullmatch(segment):
        return 2
    if len(segment) >= (_HEADLINE - 4 if hyphens else _HEADLINE) and _CJK.search(segment):
        return 3
    wordy = hyphens == 2 or len(segment) >= _WORDY or (not segment.isascii() and len(segment) >= 8)
    return int(wordy) + int(_DIGIT.search(segment) is not None if segment.isascii() else any(map(str.isdigit, segment)))


def _query_weight(query: str, rules: PathRules) -> int:
    """Weigh the query.

    An article's number counts for an article, a search or page number against one.
    """
    if not query:
        return 0
    names = {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True)}
    if any(name in rules.article_parameters and re.search(r"\d{2,}", value) for name, value in names.items()):
        return 3
    return -3 if names.keys() & rules.listing_parameters else 0
