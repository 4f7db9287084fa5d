"""The registered domain of a host is the one that tldextract finds."""

import pytest
import tldextract

from pipelines.addresses import public_suffixes
from pipelines.addresses.public_suffixes import domain_under_suffix

EXTRACT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
TOP = ("jp", "uk", "com", "io", "ck", "no", "de", "cn")
"""Domains whose suffixes have every kind of rule: wildcards, exceptions, private ones, other scripts."""


@pytest.mark.parametrize("top", TOP)
def test_every_suffix_of_a_top_level_domain_is_found_as_tldextract_finds_it(top: str) -> None:
    rules = [rule for rule in public_suffixes._rules() if rule.rpartition(".")[2] == top]
    assert rules
    for rule in rules[:200]:
        suffix = rule.lstrip("!").replace("*.", "wild.").encode("idna").decode()
        for host in (suffix, f"news.{suffix}", f"www.news.{suffix}", f"{suffix}.unknown"):
            assert domain_under_suffix(host) == EXTRACT(host).top_domain_under_public_suffix, host


@pytest.mark.parametrize("host", ["localhost", "a_b.example.com", "xn--.com", "xn--zzzz99999999.jp", "a..b.com", ""])
def test_a_host_that_is_no_usual_name_is_taken_as_tldextract_takes_it(host: str) -> None:
    assert domain_under_suffix(host) == EXTRACT(host).top_domain_under_public_suffix


def test_without_the_file_tldextract_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_suffixes, "_rules", frozenset)
    assert domain_under_suffix("www.news.co.uk") == "news.co.uk"
    assert domain_under_suffix("co.uk") == ""
