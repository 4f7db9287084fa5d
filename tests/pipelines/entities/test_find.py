"""Persons, organisations and places are found, with one key in both scripts."""

import pytest

from pipelines.entities.find import LONGEST, MOST, find_entities
from storage.entity_rules import Mention

ENGLISH = (
    "Prime Minister Sanae Takaichi met U.S. President Donald Trump in Yokohama. Kenji Tanaka, 45, said Hitachi would"
    " follow. Later Mr. Tanaka spoke in Urayasu, Chiba Prefecture, at Kushiro University."
)
JAPANESE = (
    "高市早苗首相は横浜市でドナルド・トランプ米大統領と会談した。田中健二さん（45）は千葉県浦安市で話した。"
    "トランプ氏は釧路大学を訪れた。コーヒー・ココアを飲んだ。"
)


def by_key(mentions: tuple[Mention, ...]) -> dict[tuple[str, str], Mention]:
    return {(mention.kind, mention.key): mention for mention in mentions}


def test_both_languages_give_the_same_entities() -> None:
    english, japanese = by_key(find_entities("", ENGLISH, "en")), by_key(find_entities("", JAPANESE, "ja"))
    forms = {(english[place].form, japanese[place].form) for place in english.keys() & japanese.keys()}
    assert forms >= {
        ("Takaichi", "高市早苗"),
        ("Donald Trump", "ドナルド・トランプ"),
        ("Kenji Tanaka", "田中健二"),
        ("Yokohama", "横浜"),
        ("Urayasu", "浦安"),
        ("Kushiro University", "釧路大学"),
    }
    assert japanese["person", english_key("Donald Trump")].times == 2  # トランプ氏, too


def english_key(name: str) -> str:
    return next(mention.key for mention in find_entities("", ENGLISH, "en") if mention.form == name)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("コーヒー・ココアを飲んだ。", "ja"),
        ("東海大が勝った。千葉県で雨。", "ja"),
        ("田中さんが来た。", "ja"),
        ("北條大学の研究。", "ja"),
        ("New York is big. The Red Car stopped.", "en"),
        ("On Monday Night Markets open.", "en"),
        ("", "en"),
    ],
)
def test_other_words_are_nobody(text: str, language: str) -> None:
    assert [mention.form for mention in find_entities("", text, language) if mention.kind == "person"] == []


def test_what_is_listed_has_its_usual_names() -> None:
    [mention] = [m for m in find_entities("Kim Jong-un speaks", "", "en") if m.kind == "person"]
    assert (mention.name_ja, mention.name_en, mention.in_title) == ("金正恩", "Kim Jong Un", True)


def test_hostile_texts_are_bounded() -> None:
    names = " ".join(f"Mr. {'B' + 'abcdefghij'[n % 10] * 2}{'klmnopqrst'[n // 10 % 10]}o said." for n in range(2_000))
    assert len(find_entities("", names, "en")) <= MOST
    assert all(len(m.form) <= LONGEST for m in find_entities("Mr. " + "A" + "b" * 4_000, "", "en"))
    assert find_entities("Dr. A-" * 700, "・" * 4_000, "ja") is not None
