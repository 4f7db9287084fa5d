"""What changed between two wordings, told by words in English and by characters in Japanese."""

import pytest

from pipelines.duplicates.diff import Part, diff_wordings, shortened


def test_english_changes_by_words() -> None:
    parts = diff_wordings("The boat carried 1,200 people.", "The ferry carried 1,500 people.", "en")
    assert [(part.kind, part.text) for part in parts if part.kind != "same"] == [
        ("gone", "boat"),
        ("come", "ferry"),
        ("gone", "1,200"),
        ("come", "1,500"),
    ]


def test_japanese_changes_by_characters_but_numbers_stay_whole() -> None:
    parts = diff_wordings("首相は10日に訪米した。", "首相は12日に訪仏した。", "ja")
    assert [part.text for part in parts if part.kind != "same"] == ["10", "12", "米", "仏"]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("old", "new"), [("", "a"), ("a b\n\nc", "a\nc"), ("x " * 30_000, "x " * 29_000 + "\nend")])
def test_the_parts_make_both_wordings_again(language: str, old: str, new: str) -> None:
    parts = diff_wordings(old, new, language)
    assert "".join(part.text for part in parts if part.kind != "come") == old
    assert "".join(part.text for part in parts if part.kind != "gone") == new


def test_what_stayed_is_cut_to_the_surroundings_of_a_change() -> None:
    parts = [Part("same", "a" * 500), Part("come", "new"), Part("same", "b" * 500)]
    assert [part.text for part in shortened(parts, 3)] == ["…aaa", "new", "bbb…"]
