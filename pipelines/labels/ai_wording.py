"""Recognize the wording of AI labels in any language that a site uses."""

import dataclasses
import re
from collections.abc import Iterable

from pipelines.html.dom_index import plain
from pipelines.rules.load import load_rules, rule_cache
from pipelines.rules.patterns import compile_words
from storage.scripts import EAST_ASIAN, SOUTHEAST_ASIAN

LONGEST = 60  # characters of a mark
_KINDS = ("machine", "tools", "made", "picture", "report", "other", "between")  # a word of two is the earlier one's
_UNSPACED = SOUTHEAST_ASIAN + EAST_ASIAN  # words follow each other without a space, or with endings
_LETTER = rf"[^\W_{_UNSPACED}]"
_APART = re.compile(r"[:/=()\[\]【】※*©|]|\w-\w")  # what separates a picture and its maker: 画像：生成AI, KI-Bild
_WORD = re.compile(r"\w")
_START = 3  # first letters of a word
_SENTENCE = (".", "。")
_NO_MARK = ("?", "!")


@dataclasses.dataclass(frozen=True, slots=True)
class _Wording:
    """The words of ``rules/ai_wording.toml`` as patterns.

    ``kinds`` has the kind of each word, ``words`` finds them all. ``starts`` are their first letters. ``hints`` is a
    faster pattern that is tried before ``machines``.
    """

    kinds: dict[str, str]
    words: re.Pattern[str]
    starts: frozenset[str]
    hints: re.Pattern[str]
    machines: re.Pattern[str]
    by: frozenset[str]
    telling: frozenset[str]
    telling_ends: tuple[str, ...]
    pointing: tuple[str, ...]
    topics: frozenset[str]


@rule_cache()
def _wording() -> _Wording:
    table = load_rules("ai_wording")
    kinds = {plain(word): kind for kind in reversed(_KINDS) for word in table[kind]}
    machines = [word for word, kind in kinds.items() if kind in ("machine", "tools")]
    return _Wording(
        kinds=kinds,
        words=_any_whole(kinds),
        starts=frozenset(word[first.start() :][:_START] for word in kinds if (first := _WORD.search(word))),
        hints=compile_words(machines),
        machines=_any_whole(machines),
        by=frozenset(map(plain, table["by"])),
        telling=frozenset(map(plain, table["telling"])),
        telling_ends=tuple(table["telling_ends"]),
        pointing=tuple(table["pointing"]),
        topics=frozenset(map(plain, table["topics"])),
    )


def _any_whole(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for the words, the longest first.

    In scripts with spaces it finds whole words only.
    """
    ordered = sorted(words, key=len, reverse=True)
    spaced = "|".join(re.escape(word) for word in ordered if not re.search(f"[{_UNSPACED}]", word))
    joined = "|".join(re.escape(word) for word in ordered if re.search(f"[{_UNSPACED}]", word))
    return re.compile(f"(?<!{_LETTER})(?:{spaced})(?!{_LETTER})|{joined}")


@rule_cache(8_192)  # all pages of a site have the same menus, labels and captions
def ai_wording_kind(line: str) -> str | None:
    """Return what a line labels as made by AI: ``image``, ``report``, ``other``.

    None is for a line that is no label. ``line`` is in plain form. A label has words of labels and no others. So
    「この画像はAIで生成されました」 is one, but a headline about such pictures, 「AIで生成した画像が拡散」, is none.
    """
    if not 2 <= len(line) <= LONGEST or line.endswith(_NO_MARK):
        return None
    rules = _wording()
    if (
        not _begins_with_word(line, rules.starts)
        or rules.hints.search(line) is None
        or rules.machines.search(line) is None
    ):
        return None
    if _WORD.search(rules.words.sub(" ", line)):
        return None
    words = rules.words.findall(line)
    kinds = {rules.kinds[word] for word in words}
    if line.strip("[]()【】#・:| ") in rules.topics or _is_article_sentence(line, words):
        return None
    if "made" in kinds:
        return "image" if "picture" in kinds else next((kind for kind in ("report", "other") if kind in kinds), "image")
    is_credit = _APART.search(line) is not None or not rules.by.isdisjoint(words)
    return "image" if {"machine", "picture"} <= kinds and is_credit else None


def _begins_with_word(line: str, starts: frozenset[str]) -> bool:
    """Tell whether the first word of a line may be one of labels: nine lines in ten need no search."""
    first = _WORD.search(line)
    place = first.start() if first else len(line)
    return not starts.isdisjoint(line[place : place + length] for length in range(1, _START + 1))


def _is_article_sentence(line: str, words: list[str]) -> bool:
    """Tell whether the line is a sentence of the article."""
    rules = _wording()
    if not line.endswith(_SENTENCE) or line.startswith(rules.pointing):
        return False
    return line.endswith(rules.telling_ends) or not rules.telling.isdisjoint(words)
