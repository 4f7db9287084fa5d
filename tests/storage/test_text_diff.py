"""What changed between two revisions, by words in English and by characters in Japanese."""

import pytest

from storage.text_diff import LARGEST_PARAGRAPH, Part, diff_paragraphs, diff_texts, shorten


def test_english_changes_by_words() -> None:
    parts = diff_texts("The boat carried 1,200 people.", "The ferry carried 1,500 people.")
    assert [(part.kind, part.text) for part in parts if part.kind != "same"] == [
        ("gone", "boat"),
        ("come", "ferry"),
        ("gone", "1,200"),
        ("come", "1,500"),
    ]


def test_japanese_changes_by_characters_but_numbers_stay_whole() -> None:
    parts = diff_texts("首相は10日に訪米した。", "首相は12日に訪仏した。")
    assert [part.text for part in parts if part.kind != "same"] == ["10", "12", "米", "仏"]


@pytest.mark.parametrize(("old", "new"), [("", "a"), ("a b\n\nc", "a\nc"), ("x " * 30_000, "x " * 29_000 + "\nend")])
def test_the_parts_make_both_revisions_again(old: str, new: str) -> None:
    parts = diff_texts(old, new)
    assert "".join(part.text for part in parts if part.kind != "come") == old
    assert "".join(part.text for part in parts if part.kind != "gone") == new


def test_what_stayed_is_cut_to_the_surroundings_of_a_change() -> None:
    parts = [Part("same", "a" * 500), Part("come", "new"), Part("same", "b" * 500)]
    assert [part.text for part in shorten(parts, 3)] == ["…aaa", "new", "bbb…"]


def test_paragraphs_that_stayed_are_left_out_and_the_others_are_compared_in_pairs() -> None:
    old, new = ["The boat left.", "Nobody was hurt.", "More follows."], ["The ferry left.", "Nobody was hurt.", "End."]
    changes = [[(part.kind, part.text) for part in parts] for parts in diff_paragraphs(old, new)]
    assert changes[0] == [("same", "The "), ("gone", "boat"), ("come", "ferry"), ("same", " left.")]
    assert len(changes) == 2


def test_a_paragraph_too_long_to_compare_is_shown_whole() -> None:
    old, new = "あ" * LARGEST_PARAGRAPH, "い" + "あ" * LARGEST_PARAGRAPH
    assert [[part.kind for part in parts] for parts in diff_paragraphs([old], [new])] == [["gone", "come"]]
