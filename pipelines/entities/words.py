"""Load the words by which names of persons and organisations are recognized."""

import re
from collections.abc import Mapping, Sequence

from pipelines.rules.load import load_rules, rule_cache


@rule_cache()
def title_after() -> "re.Pattern[str]":
    """Match what follows a person's name in Japanese: an office, 氏 or さん, with a country or party before it."""
    words = sorted(load_rules("entity_words")["titles"]["ja"], key=len, reverse=True)
    return re.compile(
        rf"(?:[米英仏独伊中韓露ロ豪印加前元副]|経済[^\s、。]{{0,8}}担当)?(?:{'|'.join(map(re.escape, words))})"
    )


@rule_cache()
def title_before() -> "re.Pattern[str]":
    """Match a title at the end of what stands before an English name."""
    words = sorted(load_rules("entity_words")["titles"]["en"], key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})\.?\s$")


@rule_cache()
def title_words() -> frozenset[str]:
    """Return each English word of a title."""
    titles: Sequence[str] = load_rules("entity_words")["titles"]["en"]
    return frozenset(word for title in titles for word in title.split())


@rule_cache()
def speech() -> "re.Pattern[str]":
    """Match a verb of speech, an age or an apposition behind an English name."""
    words = "|".join(load_rules("entity_words")["titles"]["speech"])
    return re.compile(rf",?\s(?:{words})\b|,\s\d{{1,3}},|\s\(\d{{1,3}}\)")


@rule_cache()
def no_names() -> frozenset[str]:
    """Return capitalized English words that are part of no person's name."""
    return frozenset(load_rules("entity_words")["titles"]["no_name"]) | title_words()


@rule_cache()
def endings() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return how names of organisations end in Japanese and in English, each with its kind."""
    japanese: dict[str, str] = {}
    english: dict[str, str] = {}
    for kind, (in_japanese, in_english) in load_rules("entity_words")["organisations"].items():
        japanese |= dict.fromkeys(in_japanese, kind)
        english |= dict.fromkeys(in_english, kind)
    return japanese, english
