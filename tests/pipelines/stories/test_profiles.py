"""What an article is known by: the same terms whatever the language writes them in."""

import datetime

import pytest

from pipelines.stories.packed_profile import unpack_profile
from pipelines.stories.profile import COUNTED, FOUND_BY_OTHERS, KEPT, story_keys, story_terms
from pipelines.stories.quantities import days, numbers, ordinals
from pipelines.stories.series import scores
from pipelines.stories.transliteration import kana_romaji, katakana_key, latin_key, romaji_key

FRIDAY = datetime.date(2026, 10, 30)


def terms(title: str, text: str, language: str) -> set[tuple[str, str]]:
    return set(unpack_profile(story_terms(title, text, language, datetime.datetime(2026, 10, 30, tzinfo=datetime.UTC))))


@pytest.mark.parametrize(
    ("japanese", "english"),
    [
        ("3500億ドル", "$350 billion"),
        ("1兆2000億円", "1.2 trillion yen"),
        ("4万1千台", "41,000 cars"),
        ("7万8,000平方メートル", "78,000 square metres"),
        ("0.75%", "0.75 percent"),
        ("8割", "80 percent"),
        ("12万6千戸", "126,000 homes"),
        ("マグニチュード6.4", "a magnitude of 6.4"),
    ],
)
def test_a_number_is_the_same_in_both_languages(japanese: str, english: str) -> None:
    assert [value for value, _ in numbers(japanese)] == [value for value, _ in numbers(english)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("10月29日の会談", "1029"),
        ("2026年10月29日", "1029"),
        ("on October 29, 2026", "1029"),
        ("29 Oct", "1029"),
        ("29日、慶州で", "1029"),
        ("on Wednesday", "1028"),
        ("on Friday", "1030"),
        ("2日の会見", "1102"),
    ],
)
def test_a_day_is_the_same_however_it_is_written(text: str, day: str) -> None:
    assert [value for value, _ in days(text, FRIDAY)] == [day]


@pytest.mark.parametrize("text", ["3日間の日程", "5日連続", "2029年春", "午前2時48分", "in 2029", "at 10:48"])
def test_durations_years_and_times_of_day_are_neither_days_nor_numbers(text: str) -> None:
    assert [value for value, _ in days(text, FRIDAY)] == []
    assert [value for value, _ in numbers(text) if len(value) > 1] == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("九州場所13日目、大関が首位", ["day 13"]),
        ("十四日目の取組", ["day 14"]),
        ("春場所初日", ["day 1"]),
        ("王将戦第3局", ["game 3"]),
        ("the third game of seven", ["game 3"]),
        ("Day 13 in Fukuoka", ["day 13"]),
        ("a nervous opening day", ["day 1"]),
        ("準々決勝第二試合", ["game 2"]),
        ("ツール第7ステージ", ["stage 7"]),
        ("to take stage seven of the Tour", ["stage 7"]),
        ("台風6号が接近", ["storm 6"]),
        ("for the first time since 2012", []),
        ("3日間の日程、29日に会見", []),
    ],
)
def test_a_place_in_a_series_is_the_same_however_it_is_written(text: str, places: list[str]) -> None:
    assert [value for value, _ in ordinals(text)] == places


@pytest.mark.parametrize(
    ("katakana", "latin"),
    [
        ("トランプ", "Trump"),
        ("ブルームバーグ", "Bloomberg"),
        ("ジョンソン", "Johnson"),
        ("マクロン", "Macron"),
        ("スミス", "Smith"),
        ("ワシントン", "Washington"),
        ("ゼレンスキー", "Zelensky"),
        ("シカゴ", "Chicago"),
        ("フィリップス", "Phillips"),
        ("ロドリゲス", "Rodriguez"),
    ],
)
def test_a_name_in_katakana_has_the_key_of_its_latin_form(katakana: str, latin: str) -> None:
    assert katakana_key(katakana) == latin_key(latin)


def test_other_names_have_other_keys() -> None:
    assert len({latin_key(name) for name in ("Trump", "Bloomberg", "Johnson", "Macron", "Smith", "Zelensky")}) == 6


@pytest.mark.parametrize(
    ("japanese", "english"),
    [
        ("日銀が決定", "the Bank of Japan decided"),
        ("韓国の大統領", "the South Korean president"),
        ("日韓首脳会談", "the summit of Japan and South Korea"),
        ("高市首相が", "Prime Minister Takaichi"),
        ("李在明大統領", "President Lee Jae Myung"),
        ("北海道の地震", "an earthquake in Hokkaido"),
        ("米国の関税", "American tariffs"),
        ("APECの会場", "at APEC"),
        ("フィンランドで", "in Finland"),
        ("佐藤さんは", "and Sato said"),
        ("鳥インフルエンザ", "avian influenza"),
    ],
)
def test_names_of_countries_institutions_people_and_topics_meet_across_languages(japanese: str, english: str) -> None:
    shared = terms("", japanese, "ja") & terms("", english, "en")
    assert {kind for kind, _ in shared} & set("NALPT"), (terms("", japanese, "ja"), terms("", english, "en"))


def test_words_of_one_language_are_no_terms_of_the_other() -> None:
    ja = story_terms("新米の価格", "新米の価格が下がった", "ja", None)
    zh = story_terms("新米の価格", "新米の価格が下がった", "zh", None)
    assert (
        not set(story_keys(ja, "ja")) & set(story_keys(zh, "zh"))
        or unpack_profile(ja).keys() - unpack_profile(zh).keys()
    )


def test_a_profile_is_bounded_however_long_the_article_is() -> None:
    long = " ".join(f"Name{chr(97 + n % 26)}{chr(97 + n // 26 % 26)} met {n * 37} people" for n in range(20_000))
    packed = story_terms("A title", long, "en", None)
    assert len(unpack_profile(packed)) <= sum(KEPT.values())
    assert len(story_keys(packed, "en")) <= COUNTED + FOUND_BY_OTHERS


@pytest.mark.parametrize(
    "text", ["", "\x00\ud800\t\n", "９９９９" * 50, "1,2,3" * 300, "日" * 5_000, "A" * 5_000, "٣٤"]
)
@pytest.mark.parametrize("language", ["ja", "en", "und"])
def test_any_text_has_a_profile(text: str, language: str) -> None:
    packed = story_terms(text, text, language, None)
    assert len(story_keys(packed, language)) <= COUNTED + FOUND_BY_OTHERS


@pytest.mark.parametrize(
    ("japanese", "english"),
    [
        ("首位の櫛田みのりは", "leader Minori Kushida said"),
        ("俳優の大谷木葵さん", "the actor Aoi Ōyagi"),
        ("石破茂首相は", "with Shigeru there"),
        ("和歌山県串本町の沖", "off Kushimoto on"),
        ("岩手・久慈で震度5弱", "in Kuji on"),
        ("荒垣弘道(あらがき・ひろみち)農相", "minister Hiromichi Aragaki"),
        ("日本橋の難波さん", "of Mr. Namba and"),
        ("ハナビシの工場", "a Hanabishi plant"),
    ],
)
def test_a_japanese_name_is_the_same_in_kanji_and_in_latin_letters(japanese: str, english: str) -> None:
    shared = terms("", japanese, "ja") & terms("", english, "en")
    assert any(kind == "N" and value.startswith("=") for kind, value in shared), terms("", japanese, "ja")


@pytest.mark.parametrize("spellings", [("Ohtani", "Ōtani", "Otani"), ("Namba", "Nanba"), ("Jun'ichi", "Junichi")])
def test_a_reading_has_one_key_however_it_is_spelled(spellings: tuple[str, ...]) -> None:
    assert len({romaji_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("katakana", "latin"),
    [("シュンイチ", "Shunichi"), ("フジタ", "Fujita"), ("キョウコ", "Kyoko"), ("ハットリ", "Hattori")],
)
def test_katakana_is_read_in_hepburns_letters(katakana: str, latin: str) -> None:
    assert romaji_key(kana_romaji(katakana)) == romaji_key(latin)


@pytest.mark.parametrize(
    ("title", "text", "language", "place"),
    [
        ("日経平均、412円高", "30日の東京株式市場で続伸した。", "ja", "market 1030"),
        ("Nikkei ends higher", "Tokyo shares rose on Friday.", "en", "market 1030"),
        ("NY円、反落", "29日のニューヨーク外国為替市場で円相場は下げた。", "ja", "currency 1029"),
        ("Kushida leads", "Her bogey-free 66 on Thursday put her ahead before Saturday's round.", "en", "sport 1029"),
        ("阪神4―3巨人", "阪神が30日、サヨナラ勝ちした。", "ja", "sport 1030"),
        ("Hanshin win 4-3", "A single on Friday won it.", "en", "sport 1030"),
        ("多治見で40.8度", "30日も猛暑となった。", "ja", "temperature 1030"),
        ("四大陸フィギュア女子", "女子フリーで優勝した。", "ja", "sex women"),
        ("Nobel chemistry prize for two", "Two Germans share it.", "en", "nobel chemistry"),
    ],
)
def test_a_report_that_comes_again_is_the_instalment_of_a_day(title: str, text: str, language: str, place: str) -> None:
    assert ("O", place) in terms(title, text, language)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4―3で勝った", ["4-3"]),
        ("beat him 7-6, 3-6", ["7-6", "6-3"]),
        ("2026-27", []),
        ("03-1234-5678", []),
        ("1999-2026", []),
    ],
)
def test_a_score_is_the_same_whoever_is_named_first(text: str, found: list[str]) -> None:
    assert [value for value, _ in scores(text)] == found
