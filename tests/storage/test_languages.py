"""The tables of languages and scripts are the ones that every part of the project goes by."""

import re

from pipelines.duplicates.comparison import shingles
from pipelines.language.langdetect_vote import PROFILES
from pipelines.language.scripts import alphabets
from pipelines.rules.load import load_rules
from pipelines.rules.word_lists import common_words
from storage.languages import LANGUAGES, UNSPACED_LANGUAGES, VIEWED_LANGUAGES, story_language
from storage.scripts import BOPOMOFO, HAN, HANGUL, KANA
from storage.tables.views import VIEWS


def test_every_language_with_a_view_has_its_view_and_its_words_for_stories() -> None:
    for code in VIEWED_LANGUAGES:
        assert f"article.language = '{code}'" in VIEWS[f"articles_{code}"]
        assert story_language(code) == code
        assert all(code in forms for forms in load_rules("story_series")["daily"].values())


def test_the_votes_and_the_word_lists_are_those_of_the_table() -> None:
    codes = {code for codes in common_words().values() for code in codes}
    assert codes == {code for code, language in LANGUAGES.items() if language.stop_list}
    assert {code for codes in PROFILES.values() for code in codes} == {
        code for code, language in LANGUAGES.items() if language.profile
    }
    for alphabet in alphabets():
        assert set(PROFILES.get(alphabet.name, ())) <= set(alphabet.codes)


def test_texts_without_spaces_are_compared_by_characters() -> None:
    for code in UNSPACED_LANGUAGES:
        assert len(shingles("abcdefgh", code)) == 4
    assert shingles("abcdefgh", "en") == {"abcdefgh"}


def test_no_character_is_of_two_east_asian_scripts() -> None:
    patterns = [re.compile(f"[{letters}]") for letters in (KANA, HAN, HANGUL, BOPOMOFO)]
    for code in range(0x3000, 0x30000):
        character = chr(code)
        assert sum(pattern.match(character) is not None for pattern in patterns) <= 1
    assert [sum(bool(pattern.match(letter)) for letter in "かカ々髙﨑𠮷〇한ㄅ・、a") for pattern in patterns] == [
        2,
        5,
        1,
        1,
    ]
