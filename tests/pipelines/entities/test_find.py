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
        ("江戸時代から続く。水戸黄門を見た。", "ja"),
        ("オリンピック委員会とサッカー選手、フジテレビの社長が集まった。", "ja"),
        ("サービス「Xi（クロッシィ）」に対応する。", "ja"),
        ("Analysts at Boston Consulting Group said so. Capital Markets said no. The Doobie Brothers said yes.", "en"),
        ("French-controlled Schlumberger said. General Assembly and Premier League met.", "en"),
        ("Smith Says It Himself\nWhat Jane Miller Said About Travel", "en"),
        ("New York is big. The Red Car stopped.", "en"),
        ("On Monday Night Markets open.", "en"),
        ("", "en"),
    ],
)
def test_other_words_are_nobody(text: str, language: str) -> None:
    assert [mention.form for mention in find_entities("", text, language) if mention.kind == "person"] == []


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("タイプが違う。バッチリ撮れた。アルバムを見た。中国新聞の記事。香川照之が出た。", "ja", set()),
        ("タイとチリは米政府に応じた。カタールの外務省も。", "ja", {"タイ", "チリ", "米国", "カタール"}),
        ("その財務相は反対した。財務省は黙っていた。", "ja", {"財務省"}),
        ("デジタルテレビとアイドルグループ。名古屋大学教授が語った。", "ja", {"名古屋大学"}),
        ("欧州連合(EU)と国連は声明を出した。", "ja", {"欧州連合", "国際連合"}),
        ("A French press makes it easy. It speaks Danish.", "en", set()),
        ("The South Korean president met South Korean ministers.", "en", {"South Korea"}),
        ("The Danish agriculture ministry and its Supreme Court said no.", "en", set()),
        ("Japan will sue, the Finance Ministry said.", "en", {"Japan", "Finance Ministry"}),
        ("Chevron Corp's Chevron Oil Inc stays. Single Motor parts.", "en", {"Chevron Corp", "Chevron Oil Inc"}),
        ("What Is Travel Insurance?\nThe Best Travel Insurance Group\nIt was PNC Bank.", "en", {"PNC Bank"}),
    ],
)  # fmt: skip
def test_parts_of_other_names_and_common_nouns_are_no_names(text: str, language: str, names: set[str]) -> None:
    found = {mention.name_ja if language == "ja" else mention.name_en for mention in find_entities("", text, language)}
    assert found == names


@pytest.mark.parametrize(
    ("text", "language", "kind", "names"),
    [
        ('"It is late," said Teresa Lindqvist, the minister.', "en", "person", {"Teresa Lindqvist"}),
        ("Late Night With Seth Meyers. American Kevin Kine left.", "en", "person", {"Seth Meyers", "Kevin Kine"}),
        ("The geologist Rosaly Loxe agreed with Joe Xu.", "en", "person", {"Rosaly Loxe", "Joe Xu"}),
        ("Richard von Weizmer spoke. Austin Market fell.", "en", "person", {"Richard von Weizmer"}),
        ("Analyst Kebeto Koki expects growth. Zeph Capo, the president of a union, and Fani Wills, who left."
         " I'm Joe Foley, a long-time journalist. Used Rooms, who have paid, left.", "en", "person",
         {"Kebeto Koki", "Zeph Capo", "Fani Wills", "Joe Foley"}),
        ("リレド・モナビ所長、濱松けさの専務とダキビケ・ポロ裁判長が話した。センター所長は黙っていた。", "ja", "person",
         {"リレド・モナビ", "濱松けさの", "ダキビケ・ポロ"}),
        ("宝田琴梅さんと荻田卓警部補(41)が来た。(ニューヨーク=浜本喬生)", "ja", "person",
         {"宝田琴梅", "荻田卓", "浜本喬生"}),
        ("演出:水谷龍二\n社長 山田哲也\n【松本紫帆】", "ja", "person", {"水谷龍二", "山田哲也", "松本紫帆"}),
        ("VIENNA, Nov. 2 — Florida and New York agreed. The Boston Globe said so.", "en", "place",
         {"Vienna", "Florida", "New York"}),
        ("Whitney Houston sang.", "en", "place", set()),
        ("福井県美浜町と宮崎県:高鍋町、新富町。ワシントン・ナショナルズ。", "ja", "place",
         {"福井", "美浜", "宮崎", "高鍋", "新富"}),
        ("東日本で日本語を学ぶ。", "ja", "place", set()),
        ("Google hired from the University of Erewhon and the Fern Institute.", "en", "organisation",
         {"Google", "University of Erewhon", "Fern Institute"}),
        ("同志社大の教授と日本けん玉協会、日本バレーボール協会。パイナップルを食べた。", "ja", "organisation",
         {"同志社大学", "日本バレーボール協会"}),
    ],
)  # fmt: skip
def test_what_stands_beside_a_name_shows_its_kind(text: str, language: str, kind: str, names: set[str]) -> None:
    found = {
        mention.name_ja if language == "ja" else mention.name_en
        for mention in find_entities("", text, language)
        if mention.kind == kind
    }
    assert found == names


def test_what_is_no_place_is_an_organisation() -> None:
    kinds = {mention.name_en: mention.kind for mention in find_entities("", "The EU and the UN met Japan.", "en")}
    assert kinds == {"EU": "organisation", "United Nations": "organisation", "Japan": "place"}


def test_what_is_listed_has_its_usual_names() -> None:
    [mention] = [m for m in find_entities("Kim Jong-un speaks", "", "en") if m.kind == "person"]
    assert (mention.name_ja, mention.name_en, mention.in_title) == ("金正恩", "Kim Jong Un", True)


def test_hostile_texts_are_bounded() -> None:
    names = " ".join(f"Mr. {'B' + 'abcdefghij'[n % 10] * 2}{'klmnopqrst'[n // 10 % 10]}o said." for n in range(2_000))
    assert len(find_entities("", names, "en")) <= MOST
    assert all(len(m.form) <= LONGEST for m in find_entities("Mr. " + "A" + "b" * 4_000, "", "en"))
    assert find_entities("Dr. A-" * 700, "・" * 4_000, "ja") is not None
