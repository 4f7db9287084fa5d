"""Decide by an operator's patterns and words which addresses and titles are wanted. Every check takes linear time."""

import functools
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote

from storage.scripts import EAST_ASIAN, SOUTHEAST_ASIAN

_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_DENSE = re.compile(f"[{EAST_ASIAN}{SOUTHEAST_ASIAN}]")


def matches_any(url: str, patterns: Iterable[str]) -> bool:
    """Return whether an address matches one of the patterns.

    They are written as in robots.txt (RFC 9309, 2.2.3): ``*`` is for any characters, ``$`` for the end, and without
    ``$`` the end is open. One that begins with ``/`` is compared with path and query, any other with the address
    without its scheme.
    """
    address = _SCHEME.sub("", url, count=1)
    path = address[address.find("/") :] if "/" in address else "/"
    return any(
        _matches(one.removeprefix("http://").removeprefix("https://"), text)
        for one in patterns
        for whole in ((path if one.startswith("/") else address),)
        for text in {whole, unquote(whole)}
    )


def _matches(pattern: str, text: str) -> bool:
    """Compare the pieces between the asterisks one after the other."""
    is_ended = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not text.startswith(first):
        return False
    at = len(first)
    if not others:
        return not is_ended or at == len(text)
    last = others.pop() if is_ended else ""
    for piece in others:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(text) - at >= len(last) and text.endswith(last)


def blocked_word(title: str, words: Iterable[str]) -> str:
    """Return the first of these words or phrases that is in a title, "" if none is.

    Case and width of letters do not matter. A word is found as a whole; Japanese has no spaces, so there it is found
    anywhere.
    """
    text = _normal(title)
    return next((word for word in words if _has_word(text, _normal(word))), "")


@functools.lru_cache(4_096)
def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _has_word(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not (_joins(before, word[:1]) or _joins(word[-1:], after)):
            return True
        at = text.find(word, at + len(word))
    return False


def _joins(left: str, right: str) -> bool:
    """Return whether two neighbouring characters belong to one word of an alphabet."""
    return bool(left and right) and all(one.isalnum() and not _DENSE.match(one) for one in (left, right))
