"""Make texts of the web safe to show."""

import re
import unicodedata
from urllib.parse import urlsplit

from markupsafe import Markup

from storage.body.html import body_html

# Controls (terminal escapes among them) and the marks that set or override the direction of text: a title with
# U+202E turns the rest of its line around, and what it names is read backwards. Tab and newline stay.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
MOST_MARKS = 4
"""Nonspacing and enclosing marks on one character: more are no spelling (Unicode's UTS #39, section 5.4)."""

NO_TITLE = "—"

_MAYBE_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_HTTP = ("http", "https")


def clean_text(text: object) -> str:
    """Remove invisible controls and piled-up marks; templates escape the rest."""
    return "" if text is None else _MAYBE_MARKS.sub(_without_heaps, _INVISIBLE.sub("", str(text)))


def _without_heaps(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in run.group():
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def is_visible(text: object) -> bool:
    """Tell whether a text has a visible character."""
    return any(character.isprintable() and character != " " for character in clean_text(text))


def title_or_dash(title: object, otherwise: str = NO_TITLE) -> str:
    """Clean a title; give ``otherwise`` where nothing of it is visible."""
    return clean_text(title) if is_visible(title) else otherwise


def web_address(url: object) -> str | None:
    """Give an http(s) address for ``href``, None for others such as ``javascript:``."""
    cleaned = clean_text(url).strip()
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return None
    return cleaned if parts.scheme.lower() in _HTTP and parts.netloc else None


def language_tag(language: object) -> str:
    """Give a language for ``lang``, "" for ``und`` and invalid codes."""
    code = str(language or "")
    return code if code != "und" and _LANGUAGE.fullmatch(code) else ""


def safe_body(text: str, packed: str) -> Markup:
    """Write an article's body as HTML whose links tell nobody where they were followed, and which loads nothing."""
    return Markup(clean_text(body_html(text, packed, rel="noopener noreferrer nofollow", shows_pictures=False)))  # noqa: S704 - escaped there


def paragraphs(text: object) -> list[str]:
    """Split an article's text into paragraphs, one a line."""
    return [line.strip() for line in clean_text(text).split("\n") if line.strip()]
