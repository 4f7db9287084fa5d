"""Patterns of addresses and words of titles that an operator wants or does not want."""

import time

import pytest

from storage.wanted import blocked_word, matches_any

URL = "https://news.example/sport/2026/ferry.html?page=2"


@pytest.mark.parametrize(
    "pattern",
    [
        *("/sport", "/sport/*", "/*/2026/", "/*.html", "/*page=2$", "*ferry*", "*.example/sport", "/", "*"),
        *("https://news.example/sport", "http://news.example/", "/*2026*ferry", "/sport/2026/ferry.html?page=2$"),
    ],
)
def test_patterns_that_match(pattern: str) -> None:
    assert matches_any(URL, [pattern])


@pytest.mark.parametrize(
    "pattern", ["/Sport", "/2026", "/*.html$", "https://other.example/", "/sport$", "*ferry*2026", "/news/*"]
)
def test_patterns_that_do_not_match(pattern: str) -> None:
    assert not matches_any(URL, [pattern])


def test_a_pattern_may_be_written_as_people_read_it() -> None:
    assert matches_any("https://news.example/%E3%83%8B%E3%83%A5%E3%83%BC%E3%82%B9/1", ["/ニュース/"])


def test_hostile_addresses_take_linear_time() -> None:
    patterns = ["/" + "*a" * 240 + "*b$", "*" + "a*" * 240 + "c"]
    began = time.process_time()
    for _ in range(100):
        assert not matches_any("https://news.example/" + "a" * 2_100, patterns)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Your horoscope for Monday", "horoscope"),
        ("HOROSCOPE: Monday", "horoscope"),
        ("Ｈｏｒｏｓｃｏｐｅ", "horoscope"),
        ("今日の占い・運勢", "占い"),
        ("東京五輪の準備", "五輪"),
        ("A day at  the\u3000races", "at the races"),
        ("G7の会合", "G7"),
    ],
)
def test_words_are_found_in_any_case_and_width(title: str, word: str) -> None:
    assert blocked_word(title, ["nothing", word]) == word


@pytest.mark.parametrize(("title", "word"), [("Carpet prices", "car"), ("Oscar night", "car"), ("", "car")])
def test_a_word_of_an_alphabet_is_found_whole(title: str, word: str) -> None:
    assert blocked_word(title, [word]) == ""
