"""Decide whether to believe the canonical address that a page declares."""

import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urldefrag, urlsplit

from pipelines.addresses.article_urls import looks_like_article
from pipelines.addresses.normalize import MAX_LENGTH, address_key, clean_url, registered_domain

TOO_LONG = f"longer than {MAX_LENGTH:,} characters"


def believed_canonical(page_url: str, declared: str | None) -> tuple[str, str]:
    """Return the page's canonical address, and why the declared one was refused.

    The reason is "" where it was not refused. A declared address is believed on the same registered domain. It is
    refused where it names the home page, a section above the page, or another page of the same article's pagination,
    lacks the number that selects the article, or was written by a template without its value. Storage, which has both
    texts, checks whether they agree.
    """
    own = clean_url(page_url) or page_url
    if declared is None:
        return own, ""
    address = clean_url(declared, own)
    if address is None:
        return own, TOO_LONG if len(declared.strip()) > MAX_LENGTH else "no http(s) address"
    reason = _refusal(own, address)
    return (own, reason) if reason else (address, "")


def _refusal(own: str, declared: str) -> str:
    if address_key(own) == address_key(declared):
        return ""
    if registered_domain(own) != registered_domain(declared):
        return "another registered domain"
    page, target = urlsplit(own), urlsplit(declared)
    if _is_mistaken_path(page, target):
        return "no http(s) address"
    if address_key(urldefrag(own).url) == address_key(urldefrag(declared).url):
        return "the same page with another fragment"  # after #!, which no server sees
    bare = not target.query and not target.fragment
    if bare and target.path in ("", "/"):
        return "the home page"
    if _unpaged(own) == _unpaged(declared):
        return "another page of the pagination"
    if bare and page.query and page.path.rstrip("/") == target.path.rstrip("/") and not looks_like_article(declared):
        if looks_like_article(own):
            return "drops the parameter that selects the article"
    elif looks_like_article(own) and not looks_like_article(declared):
        depth = len([segment for segment in target.path.split("/") if segment])
        if bare and (depth <= 1 or page.path.startswith(target.path.rstrip("/") + "/")):
            return "a section page"
    return ""


_UNFILLED = frozenset({"undefined", "null", "none", "nan", "[object object]"})
"""What JavaScript, Python and template languages write where a value is missing."""


def _is_mistaken_path(page: SplitResult, target: SplitResult) -> bool:
    """Tell whether the path is a missing value, or a host that was written without its scheme."""
    before, segments = (
        {unquote(segment).strip().lower() for segment in parts.path.split("/")} for parts in (page, target)
    )
    domain = registered_domain(page.geturl())
    return any(
        segment in _UNFILLED or segment == domain or segment.endswith(f".{domain}") for segment in segments - before
    )


_PAGE_SEGMENT = re.compile(r"/(?:page[-/]?)?\d{1,3}/?$|[_-]\d{1,2}(?=\.html?$)")
_PAGE_PARAMETERS = frozenset({"page", "p", "paged", "pg", "pagenum", "pageno", "page_no", "pn"})


def _unpaged(url: str) -> str:
    """Return the address's key without a page number of at most three digits."""
    parts = urlsplit(url)
    query = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not (name.lower() in _PAGE_PARAMETERS and value.isascii() and value.isdigit() and len(value) <= 3)
    )
    return address_key(parts._replace(query=query, path=_PAGE_SEGMENT.sub("", parts.path), fragment="").geturl())
