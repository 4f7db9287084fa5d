"""The n-grams of a word are those that langdetect counts."""

from collections.abc import Iterator

import pytest
from langdetect.utils.ngram import NGram

from pipelines.language.langdetect_vote import PROFILES, _Profiles


@pytest.fixture(scope="module")
def profiles() -> _Profiles:
    return _Profiles(PROFILES["latin"])


def _counted_by_langdetect(text: str, known: dict[str, int]) -> Iterator[int]:
    ngram = NGram()
    for character in text:
        ngram.add_char(character)
        if not ngram.capitalword:
            grams = (ngram.get(length) for length in range(1, NGram.N_GRAM + 1))
            yield from (known[gram] for gram in grams if gram in known)


@pytest.mark.parametrize("word", ["harbor", "Bridge", "iPhone", "NATO", "McDonald", "GmbH"])
def test_the_ngrams_of_a_word_are_langdetects(profiles: _Profiles, word: str) -> None:
    rows = profiles._find_rows(f" {word} ")
    assert rows
    assert sorted(rows) == sorted(_counted_by_langdetect(f" {word} ", profiles._rows))
