"""Spellings of one word find each other; quotes ask for one spelling alone."""

import re

import pytest

from storage.database.engine import Database
from storage.search.occurrences import FoldedText, find_spans
from storage.search.parse import parse_query
from storage.search.variants import spellings
from tests.support.searchable import Given, store, titles

PAIRS = re.findall(
    r"\S+",
    """
高橋/髙橋 渡辺/渡邊 渡辺/渡邉 山崎/山﨑 浜田/濱田 浜田/濵田 大島/大嶋 大島/大嶌 富永/冨永 桑田/桒田
柳沢/栁澤 吉野家/𠮷野家 沢尻/澤尻 広瀬/廣瀨 桜井/櫻井 真田/眞田 滝川/瀧川 竜馬/龍馬 恵子/惠子 栄一/榮一
斎藤/齋藤 斉藤/齊藤 徳島/德島 国会/國會 学校/學校 韓国/韓國 台湾/臺灣 経済/經濟 気候/氣候 戦争/戰爭
鉄道/鐵道 図書館/圖書館 円安/圓安 医療/醫療 体操/體操 万博/萬博 経済/经济 貿易/贸易 習近平/习近平 台湾/台灣
韓国/韩国 選挙/选举 銀行/银行 電車/电车 馬英九/马英九 東京/东京 関税/关税 飛行/飞行 バイオリン/ヴァイオリン
ビーナス/ヴィーナス ベネチア/ヴェネチア ボーカル/ヴォーカル レビュー/レヴュー ラブ/ラヴ ベトナム/ヴェトナム
こころ/こゝろ すずき/すゞき いすず/いすゞ 株式会社日立/㈱日立 株式会社日立/(株)日立 有限会社山田/㈲山田
2026年/令和8年 2026年/令和八年 2019年/令和元年 2019年/平成31年 1989年/平成元年 1964年/昭和39年
10%/10パーセント 10%/１０％ 株式会社/㍿ コンピュータ/ｺﾝﾋﾟｭｰﾀ
""",
)
SIGNS_ONLY_ONE_WAY = ("10%/10パーセント",)


def holds(text: str, words: str) -> bool:
    return any(any(find_spans(form, FoldedText(text))) for form in parse_query(words).terms)


@pytest.mark.parametrize("pair", PAIRS)
def test_either_spelling_finds_both(pair: str) -> None:
    one, other = pair.split("/")
    assert holds(f"前の{other}、", one)
    assert holds(f"前の{one}、", other) or pair in SIGNS_ONLY_ONE_WAY


def test_both_databases_find_both_spellings_of_every_pair(database: Database) -> None:
    words = sorted({word for pair in PAIRS for word in pair.split("/")})
    store(database, *(Given(word, f"記事は{word}、のこと。", language="ja") for word in words))
    missed = {}
    for pair in PAIRS:
        one, other = pair.split("/")
        for asked in (one, other) if pair not in SIGNS_ONLY_ONE_WAY else (one,):
            if not {one, other} <= set(titles(database, asked, limit=200)):
                missed[asked] = pair
    assert missed == {}


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if not any(sign in pair for sign in "%㍿ｺ")])
def test_quotes_ask_for_one_spelling(pair: str) -> None:
    one, other = pair.split("/")
    assert not holds(f"前の{other}、", f'"{one}"')
    assert holds(f"前の{one}、", f'"{one}"')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("皇后さま", "後"),
        ("斎藤", "斉藤"),
        ("渡部", "渡辺"),
        ("机の上", "機"),
        ("2027年", "令和8年"),
        ("株の会社", "㈱"),
    ],
)
def test_other_words_are_no_variants(text: str, words: str) -> None:
    assert not holds(text, words)


def test_a_query_of_many_years_stays_small() -> None:
    assert len(spellings("2019年" * 20)) <= 12
