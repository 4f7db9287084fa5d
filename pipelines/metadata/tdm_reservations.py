"""Read what a page forbids: archiving (``noarchive``) and data mining.

The sources are robots directives and the W3C Community Group Report "TDM Reservation Protocol (TDMRep)",
www.w3.org/community/reports/tdmrep/.
"""

import itertools
import json
import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from pipelines.rules.load import load_rules, rule_cache
from storage.reading import Reservation

_US = frozenset({"robots", "kiji"})
"""Names of meta tags and prefixes of X-Robots-Tag that address us; others address other crawlers."""

_METAS_LOOKED_AT = 500
_POLICY_LENGTH = 500
_RULES_OF_A_FILE = 1_000
_CONTENT_SIGNAL = re.compile(r"\s*content-(?:signal|usage)\s*:\s*(.{0,500})", re.IGNORECASE)
_NO_TRAINING = re.compile(r"\b(ai-train|ai-input|train-ai|tdm|ai)\s*=\s*(?:no|n)\b", re.IGNORECASE)


@rule_cache()
def _directives(table: str) -> frozenset[str]:
    return frozenset(load_rules("tdm_reservations")[table]["directives"])


def forbids_archive(metas: Sequence[HtmlElement], headers: Sequence[tuple[str, str]]) -> bool:
    """Tell whether the page asks not to be archived, by its ``meta`` elements or headers."""
    return not _directives("archive").isdisjoint(name for name, _ in _robots_directives(metas, headers))


def read_reservations(metas: Sequence[HtmlElement], headers: Sequence[tuple[str, str]]) -> tuple[Reservation, ...]:
    """Return what a page's ``meta`` elements and headers reserve of text and data mining, each once."""
    unique = {
        Reservation(name, place): None
        for name, place in _robots_directives(metas, headers)
        if name in _directives("mining")
    } | dict.fromkeys(_tdm_reservations(metas, headers))
    return tuple(unique)


def _robots_directives(metas: Sequence[HtmlElement], headers: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Return the robots directives for us in lower case, with their places."""
    for name, value in headers:
        if name == "x-robots-tag":
            yield from ((directive, "header") for directive in _of_header(value))
    for meta in metas[:_METAS_LOOKED_AT]:
        if (meta.get("name") or "").strip().lower() in _US:
            yield from ((part.strip().lower(), "meta") for part in (meta.get("content") or "")[:1_000].split(","))


def _of_header(value: str) -> Iterator[str]:
    """Read a header such as ``noarchive, otherbot: nofollow, noai``.

    A name holds for all that follows it.
    """
    for_us = True
    for part in value[:1_000].lower().split(","):
        name, colon, directive = part.partition(":")
        if colon and name.strip() not in _directives("valued"):
            for_us, part = name.strip() in _US, directive
        if for_us:
            yield part.strip()


def _tdm_reservations(metas: Sequence[HtmlElement], headers: Sequence[tuple[str, str]]) -> Iterator[Reservation]:
    in_header = {name: value.strip() for name, value in headers if name.startswith("tdm-")}
    in_metas = {
        name: (meta.get("content") or "").strip()
        for meta in metas[:_METAS_LOOKED_AT]
        if (name := (meta.get("name") or "").strip().lower()).startswith("tdm-")
    }
    for place, values in (("header", in_header), ("meta", in_metas)):
        if values.get("tdm-reservation") == "1":
            yield Reservation("tdm-reservation", place, values.get("tdm-policy", "")[:_POLICY_LENGTH])


def read_tdmrep_reservations(body: bytes) -> tuple[Reservation, ...]:
    """Return what ``/.well-known/tdmrep.json`` reserves, with its paths.

    Nothing where the body is no such file.
    """
    try:
        rules = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return ()
    unique: dict[Reservation, None] = {}
    for rule in itertools.islice(rules if isinstance(rules, list) else [], _RULES_OF_A_FILE):
        if isinstance(rule, dict) and rule.get("tdm-reservation") in (1, "1"):
            detail = " ".join(str(rule[name]) for name in ("location", "tdm-policy") if rule.get(name))
            unique[Reservation("tdm-reservation", "tdmrep.json", detail[:_POLICY_LENGTH])] = None
    return tuple(itertools.islice(unique, 20))


def read_robots_reservations(text: str) -> tuple[Reservation, ...]:
    """Return what robots.txt reserves.

    It reads ``Content-Signal`` (contentsignals.org) and ``Content-Usage`` (IETF aipref drafts).
    """
    lines = (_CONTENT_SIGNAL.match(line) for line in text.splitlines())
    unique = {
        Reservation("content-signal", "robots.txt", line[1].strip()): None
        for line in lines
        if line and _NO_TRAINING.search(line[1])
    }
    return tuple(itertools.islice(unique, 20))
