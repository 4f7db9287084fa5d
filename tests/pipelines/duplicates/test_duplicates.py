"""The same article again: what ``compare`` joins, and what it keeps apart."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.duplicates.comparison import compare, shingles, text_hash

WORDS = (  # noqa: SIM905 - a list of thirty literals is harder to read
    "harbour council ferry bridge winter market school teacher river storm engine night report window garden letter "
    "morning island railway museum bakery signal forest mountain doctor village concert summer library kitchen"
).split()


def english(seed: int, sentences: int = 30) -> list[str]:
    """Sentences of made-up news: eleven words and a number each, no two alike."""
    chance = random.Random(seed)  # noqa: S311 - the same words at every run, nothing secret
    return [
        f"The {' '.join(chance.choices(WORDS, k=10))} was {chance.randrange(100, 99_999)}." for _ in range(sentences)
    ]


def japanese(seed: int, sentences: int = 40) -> list[str]:
    """The same in kanji and kana."""
    chance = random.Random(seed)  # noqa: S311 - the same words at every run, nothing secret
    letters = "港町橋市場学校先生川嵐夜報告窓庭手紙朝島鉄道博物館森山医者村夏図書"
    return [
        f"{''.join(chance.choices(letters, k=14))}について{chance.randrange(100, 99_999)}人が話した。"
        for _ in range(sentences)
    ]


def test_widths_case_spaces_and_punctuation_do_not_make_another_article() -> None:
    assert compare("NHK、２０２６年の予算（案）", "nhk 2026年の予算[案]", "ja").kind == "exact"
    assert text_hash("The Mayor said: no!") == text_hash("THE MAYOR SAID NO")


def test_a_decimal_point_makes_another_number() -> None:
    assert text_hash("rates rise to 1.5 percent") != text_hash("rates rise to 15 percent")


@pytest.mark.parametrize("empty", ["", "  \n", "…!?", "\ud800"])
def test_texts_without_words_are_copies_of_nothing(empty: str) -> None:
    assert compare(empty, empty, "en").kind == "different"
    assert compare(empty, "The bridge is open again.", "en").kind == "different"
    assert text_hash(empty) == ""


@pytest.mark.parametrize(("language", "sentences"), [("en", english(1)), ("ja", japanese(1))])
def test_a_shortened_copy_is_a_copy(language: str, sentences: list[str]) -> None:
    found = compare(" ".join(sentences), " ".join(sentences[: len(sentences) * 2 // 3]), language)
    assert found.kind == "near"
    assert 0.5 < found.similarity < 1


@pytest.mark.parametrize(("language", "sentences"), [("en", english(2)), ("ja", japanese(2))])
def test_a_copy_with_its_paragraphs_in_another_order_is_a_copy(language: str, sentences: list[str]) -> None:
    moved = sentences[15:] + sentences[:15]
    assert compare(" ".join(sentences), " ".join(moved), language).kind == "near"


@pytest.mark.parametrize(("language", "sentences"), [("en", english(3)), ("ja", japanese(3))])
def test_a_template_filled_in_with_other_numbers_is_another_article(language: str, sentences: list[str]) -> None:
    text = " ".join(sentences)
    other = "".join(str((int(c) + 3) % 10) if c.isdigit() else c for c in text)
    found = compare(text, other, language)
    assert found.kind == "different"
    assert found.reason in ("numbers differ", "other words")


def test_the_same_sentence_with_other_names_throughout_is_another_article() -> None:
    names = ["Adams", "Baker", "Clark", "Davis", "Evans", "Foster", "Grant", "Hayes", "Irwin", "Jones"]
    told = [" ".join(english(number, 1)).replace(" was ", " {} was ") for number in range(100, 110)]
    ours = " ".join(form.format(name) for form, name in zip(told, names, strict=True))
    theirs = " ".join(form.format(name[::-1].title()) for form, name in zip(told, names, strict=True))
    found = compare(ours, theirs, "en")
    assert (found.kind, found.reason) == ("different", "names changed")
    assert found.alike


def test_two_events_in_the_same_words_on_two_days_are_two_articles() -> None:
    form = "The central bank left its credit policies unchanged after the regular meeting on {}, a spokesman said."
    assert compare(form.format("March 19"), form.format("April 2"), "en").kind == "different"


def test_a_correction_of_one_number_in_a_long_article_is_a_copy() -> None:
    sentences = english(4)
    corrected = [sentences[0].rsplit(" ", 1)[0] + " 7.", *sentences[1:]]
    assert compare(" ".join(sentences), " ".join(corrected), "en").kind == "near"


def test_a_correction_of_a_third_of_the_numbers_is_a_copy_in_a_long_text_and_none_in_a_notice() -> None:
    sentences = english(9)
    for length, kind in ((30, "near"), (9, "different")):
        told = sentences[:length]
        corrected = [s.rsplit(" ", 1)[0] + f" {i}." if i % 5 < 2 else s for i, s in enumerate(told)]
        assert compare(" ".join(told), " ".join(corrected), "en").kind == kind


def test_the_same_words_about_other_figures_are_another_article() -> None:
    told = " ".join(english(10)).translate(dict.fromkeys(map(ord, "0123456789")))
    ours, theirs = (" ".join(str(start + step * 7) for step in range(20)) for start in (1_000, 5_000))
    found = compare(f"{told} {ours}", f"{told} {theirs}", "en")
    assert (found.kind, found.reason, found.alike) == ("different", "numbers differ", True)


@pytest.mark.parametrize(("language", "sentences"), [("en", english(5)), ("ja", japanese(5))])
def test_a_text_under_another_lead_and_edited_throughout_is_a_copy(language: str, sentences: list[str]) -> None:
    edited = []
    for sentence in sentences:
        units = sentence.split(" ") if language == "en" else list(sentence)
        units[4] = "certainly" if language == "en" else "犬"
        units[-4 if language == "en" else 15] = "elsewhere" if language == "en" else "猫"
        edited.append((" " if language == "en" else "").join(units))
    lead = english(21, 3) if language == "en" else japanese(21, 3)
    found = compare(" ".join(sentences), " ".join([*lead, *edited[3:]]), language)
    assert found.similarity < 0.5
    assert (found.kind, found.reason) == ("near", "same passages, words changed")


def test_passages_in_common_do_not_make_what_stands_between_them_the_same() -> None:
    shared = english(11, 24)
    ours, theirs = ([sentence.rpartition(" was ")[0] for sentence in english(seed, 24)] for seed in (12, 13))
    blocks = range(0, 24, 2)
    one, other = (" ".join(" ".join(shared[at : at + 2] + own[at : at + 2]) for at in blocks) for own in (ours, theirs))
    assert compare(one, other, "en").kind == "different"


def test_two_articles_on_one_subject_are_two() -> None:
    shared = english(6, 4)
    found = compare(" ".join(shared + english(7)), " ".join(shared + english(8)), "en")
    assert found.kind == "different"
    assert not found.alike


def test_japanese_is_shingled_by_characters_whether_or_not_its_language_is_known() -> None:
    assert shingles("韓国の首相が会見", "ja") == shingles("韓国の首相が会見", "und")
    assert "韓国の首相" in shingles("韓国の首相が会見", "ja")
    assert shingles("one two three four", "en") == {"one two three", "two three four"}


def test_a_long_hostile_text_takes_no_longer_than_its_length_asks() -> None:
    """Quadratic alignment of these would take minutes, and the test run would stop at its limit."""
    found = compare("a " * 200_000, "a " * 200_000 + "b", "en")
    assert found.kind == "near"
    assert compare("あ1" * 100_000, "あ2" * 100_000, "ja").kind == "different"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["en", "ja", "und"]))
def test_any_two_strings_compare_the_same_both_ways(a: str, b: str, language: str) -> None:
    found = compare(a, b, language)
    assert found == compare(b, a, language)
    assert 0 <= found.similarity <= 1
    assert (found.kind == "exact") == (text_hash(a) == text_hash(b) != "")


@pytest.mark.parametrize("seed", [31, 32, 33])
def test_a_copy_in_which_every_quotation_is_another_is_a_copy(seed: int) -> None:
    told = english(seed, 24)
    ours, theirs = ([part.rpartition(" was ")[0] for part in english(seed + more, 16)] for more in (100, 200))
    one, other = (
        " ".join(
            f'{" ".join(told[3 * at : 3 * at + 3])} "{" ".join(quotes[2 * at : 2 * at + 2])}", Harper said.'
            for at in range(8)
        )
        for quotes in (ours, theirs)
    )
    found = compare(one, other, "en")
    assert found.containment < 0.65
    assert (found.kind, found.reason) == ("near", "same passages, words changed")


@pytest.mark.parametrize(("language", "make"), [("en", english), ("ja", japanese)])
def test_an_agency_text_with_a_lead_of_the_client_and_cut_at_the_end_is_a_copy(
    language: str, make: Callable[[int, int], list[str]]
) -> None:
    told = make(41, 30)
    gap = " " if language == "en" else ""
    cut = [*make(42, 2), *told[1:22]]
    note = "Subscribe to read on. All rights reserved." if language == "en" else "続きを読むには会員登録が必要です。"
    assert compare(gap.join(told), gap.join([*cut, note]), language).kind == "near"
