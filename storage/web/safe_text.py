"""What the web wrote, made fit to be shown: nothing that a browser would obey, no direction that leaks."""

import re
import unicodedata
from urllib.parse import urlsplit

# Controls (terminal escapes among them) and the marks that set or override the direction of text: a title with
# U+202E turns the rest of its line around, and what it names is read backwards. Tab and newline stay.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
MOST_MARKS = 4
"""Nonspacing and enclosing marks on one character: more are no spelling (Unicode's UTS #39, section 5.4)."""

NO_TITLE = "—"

_MAYBE_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_HTTP = ("http", "https")


def shown(text: object) -> str:
    """Give a text without invisible controls and without heaps of marks, "" for None; templates escape it."""
    return "" if text is None else _MAYBE_MARKS.sub(_without_heaps, _INVISIBLE.sub("", str(text)))


def _without_heaps(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in run.group():
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def is_seen(text: object) -> bool:
    """Whether a text has a character that a reader sees: no space, nothing of width zero."""
    return any(character.isprintable() and character != " " for character in shown(text))


def titled(title: object, otherwise: str = NO_TITLE) -> str:
    """Give a title, as ``shown``; ``otherwise`` where there is nothing of it to see or to click on."""
    return shown(title) if is_seen(title) else otherwise


def web_address(url: object) -> str | None:
    """Give an address that may stand in ``href``: http and https only, None for ``javascript:`` and the like."""
    cleaned = shown(url).strip()
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return None
    return cleaned if parts.scheme.lower() in _HTTP and parts.netloc else None


def language_tag(language: object) -> str:
    """Give what may stand in ``lang``: "" (unknown) for ``und`` and anything that is no language code."""
    code = str(language or "")
    return code if code != "und" and _LANGUAGE.fullmatch(code) else ""


def paragraphs(text: object) -> list[str]:
    """Give an article's paragraphs: one a line, as the archive keeps them."""
    return [line.strip() for line in shown(text).split("\n") if line.strip()]
