"""What the web wrote, made fit to be shown: nothing that a browser would obey, no direction that leaks."""

import re
from urllib.parse import urlsplit

# Controls (terminal escapes among them) and the marks that set or override the direction of text: a title with
# U+202E turns the rest of its line around, and what it names is read backwards. Tab and newline stay.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_HTTP = ("http", "https")


def shown(text: object) -> str:
    """Give a text without invisible controls, "" for None; templates escape it."""
    return "" if text is None else _INVISIBLE.sub("", str(text))


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
