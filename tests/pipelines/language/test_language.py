"""What a reader of headlines sees: the language of titles, cards and articles."""

import pytest

from pipelines.extraction import extract
from pipelines.language.detect import detect_card_language, detect_language

KANJI_ONLY_JAPANESE = [
    "日銀金融政策決定会合",
    "衆院予算委員会集中審議",
    "全国高校野球選手権大会開幕",
    "訃報 作家山本一郎氏死去",
    "港湾再開発計画承認、来春着工",
    "冤罪事件再審請求",
    "神戸",
    "文化",
]
JAPANESE_WITH_MANY_LATIN_WORDS = [
    "Harbor Cloud Servicesで通信障害",
    "Premiere Pro新機能",
    "Example Cloud Summit 2026開幕",
    "Mrs. Sample Band 新曲「Soft Morning Light」",
    "「Harbor Technology Day in Osaka 2026」を開催へ",
    "ＪＲ、ＡＩ駅員を導入",
    "ﾐﾗｲ電機､新型ﾛﾎﾞｯﾄ公開",
]
ENGLISH = [
    "Harbor workers vote to end strike after nine weeks",
    "MAYOR VOWS TO REOPEN HARBOR BRIDGE BEFORE WINTER",
    "BRIDGE CLOSED",
    "Ｆｅｒｒｙ　ｒｅｔｕｒｎｓ　ｔｏ　ｔｈｅ　ｈａｒｂｏｒ",
    "Mayor quits",
    "More stories",
]
ENGLISH_QUOTING_JAPANESE = [
    "The word 渚 (nagisa) means the water’s edge",
    "Kobe Lantern Walk (神戸あかりの散歩) is back after two years",
    "How “灯台めぐり” became the hobby of the summer",
    "How to write “lighthouse” in Japanese: とうだい",
    "Literary prize goes to 『海辺の灯台』 author",
]
OTHERS = [
    ("항구 다리 내년 개통", "ko"),
    ("韓日 항로 다시 열린다", "ko"),
    ("朴시장 訪日", "ko"),
    ("海港大桥明年通车", "zh"),
    ("广场", "zh"),
    ("海港大橋明年通車", "zh"),
    ("颱風來襲", "zh"),
    ("灯塔动画《ナギサ》将于明年上映，导演回应", "zh"),
    ("海邊の早餐店：這幾家你一定要知道", "zh"),
    ("ㄅㄆㄇㄈ", "zh"),
    ("Hafenbrücke öffnet erst im nächsten Jahr", "de"),
    ("Le pont du port rouvre en mars", "fr"),
    ("El puente del puerto abrirá el próximo año", "es"),
    ("Мост в порту откроют в марте", "ru"),
    ("افتتاح جسر الميناء العام المقبل", "ar"),
    ("สะพานท่าเรือเปิดปีหน้า", "th"),
    ("Η γέφυρα του λιμανιού ανοίγει", "el"),
    ("גשר הנמל ייפתח בשנה הבאה", "he"),
    ("बंदरगाह का पुल अगले साल खुलेगा", "hi"),
]
WITHOUT_WORDS = ["", " \n\t", "2026-04-01", "¥1,200", "😀😀😀", "🇯🇵🇺🇸", "→ ▶ ●", "\u200b\ufeff", "①②③", "4-1"]
ADDRESSES = ["https://example.com/ja/n/7000", "www.example.com", "a.person@example.com"]


@pytest.mark.parametrize("title", KANJI_ONLY_JAPANESE)
def test_a_headline_of_kanji_alone_is_japanese(title: str) -> None:
    assert detect_language(title).code == "ja"


@pytest.mark.parametrize("title", JAPANESE_WITH_MANY_LATIN_WORDS)
def test_latin_brand_names_do_not_make_a_japanese_headline_english(title: str) -> None:
    assert detect_language(title).code == "ja"


@pytest.mark.parametrize("title", ENGLISH)
def test_english_is_english_in_capitals_full_width_and_two_words(title: str) -> None:
    assert detect_language(title).code == "en"


@pytest.mark.parametrize("title", ENGLISH_QUOTING_JAPANESE)
def test_english_that_quotes_japanese_stays_english(title: str) -> None:
    assert detect_language(title).code == "en"


@pytest.mark.parametrize(("title", "code"), OTHERS)
def test_other_languages_are_named(title: str, code: str) -> None:
    assert detect_language(title).code == code


@pytest.mark.parametrize("title", ["Minato no hashi wa rainen hirakimasu", "Ashita mata aimashou"])
def test_romanised_japanese_is_neither_japanese_nor_english(title: str) -> None:
    assert detect_language(title).code not in ("ja", "en")


@pytest.mark.parametrize("text", [*WITHOUT_WORDS, *ADDRESSES])
def test_what_has_no_words_is_undetermined_whatever_the_page_claims(text: str) -> None:
    found = detect_language(text, "ja")
    assert (found.code, found.confidence) == ("und", 0.0)


def test_an_address_inside_a_sentence_takes_no_japanese_with_it() -> None:
    assert detect_language("ご意見は@harbor_newsまでお寄せください").code == "ja"
    assert detect_language("詳しくはhttps://example.com/ja/をご覧ください").code == "ja"


def test_an_article_is_judged_by_its_words_and_not_by_the_claim_of_its_page() -> None:
    english = "The council met on Monday to discuss the harbor. Members said the bridge would open next year."
    japanese = "市議会は月曜日、港の再整備について話し合った。橋は来年開通する見通しだという。"
    assert detect_language(english, "ja").code == "en"
    assert detect_language(japanese, "en").code == "ja"


def test_the_pages_claim_settles_what_the_characters_leave_open() -> None:
    assert detect_language("政治").code == "ja"
    assert detect_language("政治", "zh-Hant").code == "zh"
    assert detect_language("政治", "ja").confidence > detect_language("政治").confidence
    assert detect_language("北京", "de").code == "ja"


@pytest.mark.parametrize("hint", ["", " ", "x", "-", "\x00", "klingon", "ja" * 9_999, None])
def test_a_broken_claim_is_no_claim(hint: str | None) -> None:
    assert detect_language("政治", hint) == detect_language("政治")


def test_what_each_judge_said_is_kept() -> None:
    votes = detect_language("The council met on Monday to discuss the harbor").votes
    assert [(judge, code) for judge, code, _ in votes] == [("langdetect", "en"), ("py3langid", "en"), ("words", "en")]


def test_capitals_are_read_as_small_letters_by_every_judge() -> None:
    title = "MAYOR VOWS TO REOPEN HARBOR BRIDGE BEFORE WINTER"
    assert detect_language(title) == detect_language(title.lower())
    assert detect_language("HAFENBRÜCKE ÖFFNET ERST IM NÄCHSTEN JAHR").code == "de"


def test_an_unsure_answer_is_less_confident_than_a_plain_one() -> None:
    assert detect_language("政治").confidence < detect_language("市議会は月曜日に開かれた").confidence
    assert detect_language("Kyiv").confidence < detect_language("The council met on Monday to discuss it").confidence


@pytest.mark.parametrize("words", ["Gaza ceasefire", "Israel-Gaza war", "Sudan conflict", "Tokyo marathon"])
def test_a_few_words_on_a_card_that_leave_it_open_are_in_the_language_of_their_page(words: str) -> None:
    assert detect_card_language(words, "en") == "en"
    assert detect_card_language(words, "es") == "es"
    assert detect_card_language(words, "ja") == detect_card_language(words, "und") == detect_language(words).code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Rice prices rise again in the city", "en"),
        ("Bundesregierung plant Reform", "de"),
        ("コメ価格", "ja"),
    ],
)
def test_words_that_tell_their_language_keep_it_on_any_page(words: str, code: str) -> None:
    assert {detect_card_language(words, page) for page in ("en", "ja", "de", "und")} == {code}


@pytest.mark.parametrize(
    "words", ["Berlin Klima", "Opera Milano", "Museum Premier", "Festival Europa", "Rice prices rise again in the city"]
)
def test_a_card_has_the_language_of_a_title_with_the_same_words(words: str) -> None:
    assert detect_card_language(words, "und") == detect_language(words).code


def test_the_cards_of_a_page_know_its_language() -> None:
    sentence = "The council said on Monday that talks on the harbor would go on until the end of the week. "
    links = "".join(
        f'<li><a href="/news/2026100{number}.html">{words}</a></li>'
        for number, words in enumerate(["Gaza ceasefire", "Sudan conflict", "地震で列車に遅れ"])
    )
    page = (
        f"<html><body><article><h1>Talks go on</h1><p>{sentence * 4}</p><p>{sentence * 3}</p></article>"
        f"<aside><h2>Related stories</h2><ul>{links}</ul></aside></body></html>"
    )
    related = extract(page.encode(), "https://news.example/news/20261009.html", "text/html; charset=utf-8").related
    assert [card.language for card in related] == ["en", "en", "ja"]
