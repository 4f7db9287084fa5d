"""Load the words by which names of persons and organisations are recognized."""

import re
from collections.abc import Mapping, Sequence

from pipelines.rules.load import load_rules, rule_cache


@rule_cache()
def title_after() -> "re.Pattern[str]":
    """Match what follows a person's name in Japanese: an office, 氏 or さん, with a country or party before it."""
    words = sorted(load_rules("entity_words")["titles"]["ja"], key=len, reverse=True)
    listed = "|".join(map(re.escape, words))
    continues = load_rules("entity_words")["titles"]["continues"]
    before = "[米英仏独伊中韓露ロ豪印加前元副新現]|経済[^\\s、。]{0,8}担当"
    return re.compile(rf"(?:{before})?(?P<title>{listed})(?![{continues}])")


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
    """Match a verb of speech, an age or an apposition behind an English name: ``, who``, ``, an expert``."""
    words = "|".join(load_rules("entity_words")["titles"]["speech"])
    roles = "|".join(map(re.escape, sorted(titles_set("roles"))))
    apposition = rf",\s(?:who(?! (?:have|are|were)\b)|(?:an?|the)\s(?:[\w-]+\s){{0,2}}(?:{roles}))\b"
    return re.compile(rf",?\s(?:{words})\b|,\s\d{{1,3}},|\s\(\d{{1,3}}\)|{apposition}")


@rule_cache()
def titles_set(name: str) -> frozenset[str]:
    """Return one of the lists about persons: ``function``, ``calendar``, ``no_given`` and so on."""
    return frozenset(load_rules("entity_words")["titles"][name])


@rule_cache()
def names_follow() -> "re.Pattern[str]":
    """Match an English title behind which any capitalized word is a name, at the end of what stands before it."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, titles_set('names_follow')))})\.?\s$")


@rule_cache()
def no_names() -> frozenset[str]:
    """Return capitalized English words that are part of no person's name."""
    return titles_set("no_name") | titles_set("function") | titles_set("calendar") | title_words()


def is_title_case(line: str) -> bool:
    """Tell whether an English line has capitals like a headline: then a capital shows no name."""
    words = re.findall(r"[^\W\d_]{4,}", line)
    ends = line.rstrip()[-1:] in ".!?,;:\"'”’)…"
    return not ends and sum(word[0].isupper() for word in words) > 0.85 * len(words)


@rule_cache()
def endings() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return how names of organisations end in Japanese and in English, each with its kind."""
    japanese: dict[str, str] = {}
    english: dict[str, str] = {}
    for kind, (in_japanese, in_english) in load_rules("entity_words")["organisations"].items():
        japanese |= dict.fromkeys(in_japanese, kind)
        english |= dict.fromkeys(in_english, kind)
    return japanese, english


@rule_cache()
def listed_words(name: str) -> frozenset[str]:
    """Return one of the lists about forms of listed names: ``office``, ``minister``, ``names`` and so on."""
    return frozenset(load_rules("entity_words")["listed"][name])


@rule_cache()
def common_kinds() -> frozenset[str]:
    """Return the kinds of organisations whose English word is a common noun, too."""
    return frozenset(load_rules("entity_words")["kinds"]["common"])


@rule_cache()
def generic_words() -> frozenset[str]:
    """Return capitalized English words before such a common noun that make no name of it."""
    return frozenset(load_rules("entity_words")["kinds"]["generic"]) | no_names()
