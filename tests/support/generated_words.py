"""Articles of made-up words, as many as a benchmark needs, written straight into the tables.

Words are as frequent as in a language (Zipf's law), so that some terms are in half of the articles and others in one;
kanji, hiragana, katakana, Latin letters of either width, and English words with their endings.
"""

import dataclasses
import datetime
import hashlib
import random
import unicodedata
from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from storage.tables.core import Address, Article, Copy, Source

SEED = 11
NOW = datetime.datetime(2026, 10, 20, tzinfo=datetime.UTC)
SOURCES = ("mirai", "harbor", "minato", "wire")
BATCH = 2_000
JA_WORDS, EN_WORDS = 330, 460
"""Words of an article: about 3.3 KB in either language."""

_REAL = (
    "韓国", "首相", "日銀", "東京都", "京都", "政府", "人々", "関税", "経済", "北海道", "大統領", "選挙", "円安",
    "物価", "中国", "米国", "ＡＩ", "ＮＨＫ", "コンピューター", "サーバー", "ﾄﾖﾀ",
)  # fmt: skip
_PARTICLES = (
    "の", "に", "は", "を", "が", "と", "で", "も", "から", "まで", "では", "した。", "する。", "です。", "、",
)  # fmt: skip
_ENDINGS = ("", "", "", "s", "ed", "ing")


@dataclasses.dataclass(frozen=True)
class Written:
    """An article's words, as an independent scan needs them."""

    id: int
    language: str
    title: str
    summary: str
    text: str


class Vocabulary:
    """The words of both languages, the most frequent first."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
        kanji = [chr(code) for code in range(0x4E00, 0x9FA0, 11)]
        kana = [chr(code) for code in range(0x30A2, 0x30F3)] + ["ー"]
        made = ["".join(self.chance.choices(kanji, k=self.chance.choice((1, 2, 2, 2, 3, 4)))) for _ in range(18_000)]
        made += ["".join(self.chance.choices(kana, k=self.chance.randint(3, 6))) for _ in range(3_000)]
        self.chance.shuffle(made)
        self.ja = [*_REAL, *dict.fromkeys(made)]
        self.en = list(dict.fromkeys(self._english() for _ in range(16_000)))
        self._weights = {"ja": _zipf(len(self.ja)), "en": _zipf(len(self.en))}
        self._numbers = np.random.default_rng(SEED)

    def seed(self, seed: int) -> None:
        """Begin anew to draw words: the vocabulary stays."""
        self.chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._numbers = np.random.default_rng(seed)

    def _english(self) -> str:
        consonants, vowels = "bcdfghklmnprstvw", "aeiou"
        syllables = self.chance.choice((1, 2, 2, 3))
        made = "".join(self.chance.choice(consonants) + self.chance.choice(vowels) for _ in range(syllables))
        return made + self.chance.choice("bdgklmnprt")

    def draw(self, language: str, number: int) -> list[str]:
        """Give words as frequent as they are in the language."""
        words = self.ja if language == "ja" else self.en
        at = np.searchsorted(self._weights[language], self._numbers.random(number))
        return [words[each] for each in at]

    def sentences(self, language: str, words: int) -> str:
        """Give running text."""
        drawn = self.draw(language, words)
        if language == "ja":
            between = self.chance.choices(_PARTICLES, k=words)
            return "".join(word + part for word, part in zip(drawn, between, strict=True))
        endings = self.chance.choices(_ENDINGS, k=words)
        marks = self.chance.choices((" ", " ", " ", " ", " ", ", ", ". "), k=words)
        return "".join(word + end + mark for word, end, mark in zip(drawn, endings, marks, strict=True)).capitalize()


def _zipf(words: int) -> "np.ndarray[Any, np.dtype[np.float64]]":
    weights = 1 / np.arange(3, words + 3)
    return np.cumsum(weights / weights.sum())


def write(articles: int, vocabulary: Vocabulary) -> Iterator[Written]:
    """Give so many articles, half of them Japanese."""
    for number in range(1, articles + 1):
        language = "ja" if number % 2 else "en"
        words = JA_WORDS if language == "ja" else EN_WORDS
        paragraphs = [vocabulary.sentences(language, words // 6) for _ in range(6)]
        title = vocabulary.sentences(language, 8).strip()
        summary = vocabulary.sentences(language, 20) if number % 5 == 0 else ""
        yield Written(number, language, title, summary, "\n".join(paragraphs))


def store(session: Session, articles: list[Written]) -> None:
    """Store articles in an empty archive, without the search index; every twentieth has a copy."""
    session.execute(insert(Source), [{"id": n, "name": name, "scope": ""} for n, name in enumerate(SOURCES, 1)])
    for start in range(0, len(articles), BATCH):
        batch = articles[start : start + BATCH]
        copied = [each for each in batch if each.id % 20 == 0]
        session.execute(insert(Address), [_address(each.id) for each in batch])
        session.execute(insert(Address), [_address(each.id + len(articles), each.id) for each in copied])
        session.execute(insert(Article), [_article(each) for each in batch])
        if copied:
            session.execute(insert(Copy), [_copy(each, each.id + len(articles)) for each in copied])


def _address(number: int, article_id: int | None = None) -> dict[str, Any]:
    return {
        "id": number, "key": f"generated.example/{number}", "url": f"https://generated.example/{number}",
        "host": "generated.example", "domain": "generated.example", "state": "done", "attempts": 0, "rereads": 0,
        "reason": "", "canonical_refused": "", "article_id": article_id or number,
    }  # fmt: skip


def _article(written: Written) -> dict[str, Any]:
    moment = NOW - datetime.timedelta(minutes=5 * (written.id * 7_919 % 100_003))
    return {
        "id": written.id, "address_id": written.id, "read_from_id": written.id,
        "source_id": 1 + written.id % len(SOURCES), "language": written.language, "language_confidence": 1.0,
        "declared_language": written.language, "title": written.title, "text": written.text,
        "text_hash": hashlib.sha256(written.text.encode()).hexdigest(), "summary": written.summary, "authors": "",
        "published_at": moment, "published_precision": "instant", "modified_at": None, "image_url": None,
        "machine_generated": False, "extractor_version": "generated", "first_seen_at": moment, "last_seen_at": moment,
        "revision": 1, "revised_at": moment, "story_id": None,
    }  # fmt: skip


def _copy(written: Written, address_id: int) -> dict[str, Any]:
    return {
        "address_id": address_id, "article_id": written.id, "source_id": 1, "kind": "exact", "similarity": 1.0,
        "title": written.title, "text": written.text, "text_hash": "", "published_at": None,
        "extractor_version": "generated", "seen_at": NOW, "last_seen_at": NOW,
    }  # fmt: skip


def is_cjk(character: str) -> bool:
    """Whether a character is of the scripts that are searched by characters, by Unicode's names."""
    name = unicodedata.name(character, "")
    return name.startswith(
        ("CJK UNIFIED", "HIRAGANA LETTER", "KATAKANA LETTER", "KATAKANA-HIRAGANA PROLONGED", "IDEOGRAPHIC ITER")
    )
