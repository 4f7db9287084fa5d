"""Describe a page by numbers from which a learnt model tells what it is."""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from pipelines.html.dom_index import plain
from pipelines.html.text_blocks import ends_sentence, weight_of
from pipelines.rules.load import load_rules, rule_cache
from pipelines.text.body_shape import BODY_NAMES, STYLE_NAMES
from pipelines.text.page_layout import LAYOUT_NAMES
from pipelines.text.page_shape import SHAPE_NAMES

_ADDRESS = tuple(load_rules("page_words")["address"])
_TITLE = tuple(load_rules("page_words")["title"])
_TYPES = tuple(load_rules("page_words")["types"])
_WORD = re.compile(r"[a-z0-9_-]+")
_PART = re.compile(r"[a-z]+")
_LONGEST = 2_000  # characters of an address

PAGE_NAMES = (
    *("text", "prose", "lines", "sentences", "mean_line", "short_lines", "share_of_page"),
    *(
        "needed",
        "dated",
        "author",
        "paywalled",
        "looks_like_article",
        "signs",
        "marked",
        "listed",
        "unrelated",
        "listing_type",
        "rules",
    ),
    *("depth", "root", "query", "digits", "hyphens", "last_length", "address_date", "ending"),
    *("path_length", "slash", "html", "script", "long_number", "most_words", "folder_words", "equals", "www", "public"),
    *("title_length", "title_words", "question"),
    *(f"address:{subject}" for subject in _ADDRESS),
    *(f"last:{subject}" for subject in _ADDRESS),
    *(f"title:{subject}" for subject in _TITLE),
    *(f"main:{subject}" for subject in _TYPES),
)
DECLARED_NAMES = ("related", "authors", "date_source", "summary", "modified", "keywords", "section", "site_name")
FEATURE_NAMES = (
    *PAGE_NAMES,
    *(f"page:{name}" for name in SHAPE_NAMES),
    *(f"layout:{name}" for name in LAYOUT_NAMES),
    *(f"body:{name}" for name in BODY_NAMES),
    *(f"style:{name}" for name in STYLE_NAMES),
    *(f"declared:{name}" for name in DECLARED_NAMES),
)


def address_numbers(url: str) -> list[float]:
    """Describe an address: its depth, marks and words."""
    parts = urlsplit(url[:_LONGEST])
    path = unquote(parts.path).lower()
    segments = [segment for segment in path.split("/") if segment]
    last = segments[-1] if segments else ""
    whole = {*_WORD.findall(f"{path} {parts.query.lower()}"), *_PART.findall(path)}
    own = {*_WORD.findall(f"{last} {parts.query.lower()}"), *_PART.findall(last)}
    table = load_rules("page_words")["address"]
    return [
        len(segments),
        not segments,
        len(parts.query) > 0,
        sum(map(str.isdigit, last)),
        last.count("-"),
        len(last),
        re.search(r"/(?:19|20)\d\d[/-]", path) is not None,
        "." in last,
        len(path),
        path.endswith("/"),
        last.endswith((".html", ".htm")),
        last.endswith((".php", ".aspx", ".asp", ".jsp", ".cgi")),
        re.search(r"\d{5}", last) is not None,
        max((len(segment.split("-")) for segment in segments), default=0),
        sum(len(segment.split("-")) for segment in segments[:-1]),
        parts.query.count("="),
        parts.netloc.startswith("www."),
        parts.netloc.endswith((".org", ".edu", ".gov")),
        *(not whole.isdisjoint(words) for words in table.values()),
        *(not own.isdisjoint(words) for words in table.values()),
    ]


def text_numbers(text: str, lines: Sequence[str], page_text: float) -> list[float]:
    """Describe a text; ``lines`` are those that are no teasers of listed articles."""
    weights = [(weight_of(line), ends_sentence(line)) for line in lines if line.strip()]
    prose = sum(weight for weight, is_sentence in weights if is_sentence)
    count = max(1, len(weights))
    return [
        weight_of(text),
        prose,
        len(weights),
        sum(is_sentence for _, is_sentence in weights) / count,
        sum(weight for weight, _ in weights) / count,
        sum(weight < 12 for weight, _ in weights) / count,
        len(text) / max(1.0, page_text),
    ]


def title_numbers(title: str) -> list[float]:
    """Describe a title."""
    said = plain(title)
    return [
        weight_of(title),
        title.count(" ") + 1,
        "?" in title or "？" in title,
        *(any(word in said for word in words) for words in load_rules("page_words")["title"].values()),
    ]


@rule_cache()
def _known_types() -> tuple[frozenset[str], ...]:
    return tuple(map(frozenset, load_rules("page_words")["types"].values()))


def type_numbers(types: Sequence[str]) -> list[float]:
    """Tell which kinds of types the page's main thing and ``og:type`` have."""
    named = {kind.rstrip("/").rpartition("/")[2].lower() for kind in types}
    return [float(not named.isdisjoint(kinds)) for kinds in _known_types()]
