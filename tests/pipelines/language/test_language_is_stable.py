"""The same text has the same answer: in every thread and process, after whatever came before; and no text raises."""

import concurrent.futures
import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.language.detect import DetectedLanguage, detect_language, load_models

UNCLEAR = [
    "Harbor bombings kill dozens",
    "Henrik D. Example",
    "Kyiv",
    "Toyota",
    "Harbor Cloud Servicesで通信障害",
    "山本翔平",
    "Umi no mukou",
    "Обзор дня",
    "दिन की खबर",
]
FRESH = """
import concurrent.futures, json, sys
from pipelines.language.detect import detect_language
texts = json.loads(sys.argv[1])
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    found = list(pool.map(detect_language, texts * 8))
print(json.dumps([[one.code, one.confidence, one.votes] for one in found]))
"""


def test_eight_threads_and_a_thousand_calls_give_one_answer() -> None:
    expected = [detect_language(text) for text in UNCLEAR]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(detect_language, UNCLEAR * 112))
    assert found == expected * 112


def test_a_cold_start_in_eight_threads_of_a_fresh_interpreter_gives_the_same_answer() -> None:
    run = subprocess.run(
        [sys.executable, "-c", FRESH, json.dumps(UNCLEAR)], capture_output=True, text=True, check=True, timeout=120
    )
    expected = [detect_language(text) for text in UNCLEAR]
    found = [
        DetectedLanguage(code, confidence, tuple((judge, said, share) for judge, said, share in votes))
        for code, confidence, votes in json.loads(run.stdout)
    ]
    assert found == expected * 8


def test_warming_up_twice_changes_no_answer() -> None:
    before = [detect_language(text) for text in UNCLEAR]
    load_models()
    load_models()
    assert [detect_language(text) for text in UNCLEAR] == before


def is_sound(found: DetectedLanguage) -> bool:
    """An ISO 639-1 code or und, and a confidence from 0 to 1."""
    return (found.code == "und" or (len(found.code) == 2 and found.code.islower())) and 0 <= found.confidence <= 1


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=400)


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT, st.none() | st.text(st.characters(exclude_categories=()), max_size=20))
def test_no_string_and_no_claim_raises(text: str, hint: str | None) -> None:
    assert is_sound(detect_language(text, hint))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*UNCLEAR, "の", "，", "「", "』", "\x00", "\ud800", "😀", "東", "A", "가", " "])))
def test_no_mixture_of_scripts_raises(parts: list[str]) -> None:
    assert is_sound(detect_language("".join(parts)))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 500_000,
        " " * 500_000 + "市議会は月曜日に開かれた",
        "(「" * 250_000,
        "(東" * 250_000,
        "a@" * 250_000,
        "https://" * 60_000,
        "&amp;" * 100_000,
        "\ufdfa" * 500_000,
        "a\u0301" * 250_000,
        "\ud800\udc00" * 250_000,
        "\x00" * 500_000,
        "ab東" * 160_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_half_a_million_characters_are_answered(text: str) -> None:
    assert is_sound(detect_language(text, "ja"))


def test_words_behind_a_long_stretch_without_letters_are_found() -> None:
    assert detect_language("-" * 500_000 + "市議会は月曜日に開かれた").code == "ja"
