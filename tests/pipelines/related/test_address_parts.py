"""What is compared of two addresses: host, segments, pattern, number and day."""

import pytest

from pipelines.related.address_parts import AddressParts, address_parts


def test_an_article_has_a_host_a_pattern_a_number_and_a_day() -> None:
    found = address_parts("https://www.news.example/Ferry/2026/10/05/old-harbor-bridge-shut-4711.html?id=9&b=1#!top")
    assert found == AddressParts(
        host="news.example",
        segments=("ferry", "2026", "10", "05", "old-harbor-bridge-shut-4711.html"),
        pattern="w/n/n/n/shtml?b&id",
        number=4711,
        day=2026 * 372 + 10 * 31 + 5,
        has_query=True,
        is_file=False,
    )


@pytest.mark.parametrize("path", ["", "/", "/a/12", "/a/12-34", "/1234567890123456"])
def test_short_numbers_and_those_too_long_for_an_article_do_not_count(path: str) -> None:
    assert address_parts(f"https://news.example{path}").number is None


@pytest.mark.parametrize("name", ["a.pdf", "a.JPEG", "a.mp3"])
def test_a_file_is_told_by_its_ending(name: str) -> None:
    assert address_parts(f"https://news.example/{name}").is_file
