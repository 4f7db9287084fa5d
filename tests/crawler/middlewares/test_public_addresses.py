"""Which addresses are public, however they are written."""

import pytest

from crawler.middlewares.public_ips import literal_address, why_not_public


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("0.0.0.0", "unspecified"),  # noqa: S104 - an address to refuse, not one to bind
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("169.254.169.254", "link-local"),
        ("100.64.0.1", "reserved"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "private"),
        ("192.88.99.1", "reserved"),
        ("::1", "loopback"),
        ("::", "unspecified"),
        ("fe80::1%eth0", "link-local"),
        ("fc00::1", "private"),
        ("fec0::1", "reserved"),
        ("ff02::1", "multicast"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:a00:1", "private"),
        ("::127.0.0.1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("2002:a00:1::", "private"),
        ("64:ff9b::127.0.0.1", "loopback"),
        ("64:ff9b::a9fe:a9fe", "link-local"),
        ("64:ff9b:1::a00:1", "private"),
        ("not an address", "unreadable"),
    ],
)
def test_an_address_that_is_not_public_is_told_by_its_kind(address: str, kind: str) -> None:
    assert why_not_public(address) == kind


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "2002:808:808::", "64:ff9b::8.8.8.8"]
)
def test_a_public_address_passes_also_inside_another(address: str) -> None:
    assert why_not_public(address) is None


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0x7f000001", "0177.0.0.1", "017700000001", "2130706433", "127.0.0.1."],
)
def test_every_spelling_of_an_ipv4_address_is_understood(host: str) -> None:
    assert literal_address(host) == "127.0.0.1"


def test_a_name_is_no_literal() -> None:
    for host in ("localhost", "news.example", "1.2.3.4.5", "127.0.0.1.example", "99999999999", "", "日本.example"):
        assert literal_address(host) is None
    assert literal_address("[::1]") == "::1"
