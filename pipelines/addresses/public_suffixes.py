"""Find the registered domain of a host by the Public Suffix List that tldextract ships.

tldextract itself imports an HTTP client, which takes a tenth of the CPU of a crawl with nothing due. It is asked
where it ships no such file.
"""

import functools
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tldextract

_SNAPSHOT = ".tld_set_snapshot"


@functools.cache
def _rules() -> frozenset[str]:
    """Read the list, with its private part; empty if tldextract has no such file. The list is never fetched."""
    spec = importlib.util.find_spec("tldextract")
    folders = spec.submodule_search_locations if spec is not None else None
    for folder in folders or ():
        path = Path(folder, _SNAPSHOT)
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            return frozenset(line.split()[0] for line in lines if line.strip() and not line.startswith("//"))
    return frozenset()


def domain_under_suffix(host: str) -> str:
    """Return the registered domain of a host in lower-case ASCII; "" if it is a suffix itself, or under none.

    The rules are those of https://publicsuffix.org/list/, without the default rule: an unknown top-level domain is no
    suffix.
    """
    rules = _rules()
    if not rules:
        return _tldextract()(host).top_domain_under_public_suffix
    labels = host.split(".")
    names = [_decode(label) for label in labels]
    for start in range(len(names)):
        parent = ".".join(names[start + 1 :])
        name = f"{names[start]}.{parent}" if parent else names[start]
        if f"!{name}" in rules:
            return ".".join(labels[start:])
        if name in rules or (parent and f"*.{parent}" in rules):
            return ".".join(labels[start - 1 :]) if start else ""
    return ""


def _decode(label: str) -> str:
    """Decode an internationalized label (RFC 5891): the list has them in their own script."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


@functools.cache
def _tldextract() -> "tldextract.TLDExtract":
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
