"""Tell Japanese from Chinese in texts of Chinese characters.

The evidence is three national character sets. JIS X 0208 level 1 has the 2,965 characters of daily Japanese in their
Japanese forms. GB 2312 has those of simplified Chinese, Big5 level 1 those of traditional Chinese. A headline is in the
language whose set alone has all its characters. If all three sets have them, it is a tie. Japanese wins a tie unless
words or the page's own claim decide otherwise, since Kiji reads Japanese news.
"""

import dataclasses
import functools
import re

from pipelines.language.py3langid_scores import langid_scores
from pipelines.rules.load import load_rules, rule_cache
from storage.scripts import BOPOMOFO, HAN, HAN_BLOCK, KANA

_UNCLEAR = 1.0  # evidence up to that is one unusual character's: py3langid is asked
_TIE = 0.75  # below that, even then nothing is decided
_NOT_IN_SET = 1.5  # a character that Japanese, or Chinese of either kind, does not have
_FOREIGN_FORM = 1.0  # a simplified form in traditional Chinese, or the other way round
_SECOND_LEVEL = 1.0  # on JIS's second level, which Chinese needs in every sentence and Japanese hardly ever
_RARE_BUT_USED = 0.5  # there as well, but in Japanese names and news; Big5's second level alike
_LANGID_SAMPLE = 200  # characters
_LANGID_MIDDLE = -2.05
_LANGID_ENOUGH = 6  # characters from which on it counts fully
_WORD_WEIGHT = 1.5  # of a word in one of the lists; they hold no word that both languages use
_KANA_SHARE = 0.2  # of kana and Han; Japanese prose has over 0.4, a Chinese sentence with a shop's の 0.1
_JAPANESE_MARKS = re.compile(f"[々〆〜・]|(?<=[{HAN_BLOCK}])ー")
_CHINESE_MARKS = re.compile(f"[，；《》]|(?<=[{HAN_BLOCK}])·")  # before NFKC, which makes commas of every width one
_KANA = re.compile(f"[{KANA}]")
_HAN = re.compile(f"[{HAN}]")
_BOPOMOFO = re.compile(f"[{BOPOMOFO}]")
_QUOTED = re.compile('[「『《〈【"“][^「」『』《》〈〉【】"“”]{1,100}[」』》〉】"”]')


@dataclasses.dataclass(frozen=True, slots=True)
class CharacterSets:
    """The characters of the national sets; JIS X 0208 and Big5 in two levels."""

    jis_level_1: frozenset[str]
    jis_level_2: frozenset[str]
    gb2312: frozenset[str]
    big5_level_1: frozenset[str]
    big5_level_2: frozenset[str]

    def is_traditional(self, letter: str) -> bool:
        """Tell whether Big5 has the character."""
        return letter in self.big5_level_1 or letter in self.big5_level_2


@dataclasses.dataclass(frozen=True, slots=True)
class KanjiRules:
    """The rules of ``rules/kanji.toml``. Each list of words is one pattern."""

    old_forms: frozenset[str]
    used_second_level: frozenset[str]
    chinese_characters: frozenset[str]
    chinese_words: re.Pattern[str]
    japanese_words: re.Pattern[str]


def japanese_or_chinese(raw: str, text: str) -> tuple[str, float]:
    """Return ``ja`` or ``zh`` and the evidence, or ``ja`` and 0.0 for a tie.

    The evidence is roughly a number of characters. ``text`` is ``raw`` after NFKC. Only the punctuation of ``raw`` is
    read.
    """
    han = _HAN.findall(text)
    unquoted = _QUOTED.sub(" ", text)
    kana = [letter for letter in _KANA.findall(unquoted) if letter != "の"]
    if len(kana) >= _KANA_SHARE * (len(kana) + len(_HAN.findall(unquoted))) and kana:
        return "ja", float(len(kana))
    if not han:
        return ("zh", 1.0) if _BOPOMOFO.search(text) else ("ja", float(len(_KANA.findall(text))))
    balance = _character_balance(han) + _word_balance(text) + len(kana)
    balance += 0.5 * bool(_KANA.search(text)) + 1.0 * len(_JAPANESE_MARKS.findall(text))
    balance -= 1.0 * min(2, len(_CHINESE_MARKS.findall(raw))) + 2.0 * len(_BOPOMOFO.findall(text))
    if abs(balance) <= _UNCLEAR:
        balance += _langid_balance(han)
    if abs(balance) < _TIE:
        return "ja", 0.0
    return ("ja" if balance > 0 else "zh"), abs(balance)


def _character_balance(han: list[str]) -> float:
    """Return what the better Chinese set lacks, less what JIS lacks.

    A balance above 0 is for Japanese.
    """
    sets, rules = character_sets(), kanji_rules()
    japanese = simplified = traditional = 0.0
    for letter in han:
        if letter not in sets.jis_level_1:
            japanese += _japanese_cost(letter)
        japanese += 1.0 * (letter in rules.chinese_characters)
        simplified += _chinese_cost(letter, sets.gb2312)
        traditional += _chinese_cost(letter, sets.big5_level_1)
    return min(simplified, traditional) - japanese


def _chinese_cost(letter: str, national_set: frozenset[str]) -> float:
    """Return how unusual a character is in the Chinese that this set writes.

    A character that no Chinese set has (発, 県) costs most.
    """
    sets = character_sets()
    if letter in national_set:
        return 0.0
    if national_set is sets.big5_level_1 and letter in sets.big5_level_2:
        return _RARE_BUT_USED
    elsewhere = letter in sets.gb2312 or sets.is_traditional(letter)
    return _FOREIGN_FORM if elsewhere else _NOT_IN_SET


def _japanese_cost(letter: str) -> float:
    """Return how unusual a character outside JIS X 0208 level 1 is in Japanese."""
    sets, rules = character_sets(), kanji_rules()
    if letter not in sets.jis_level_2:
        return _NOT_IN_SET
    if letter in rules.used_second_level:
        return _RARE_BUT_USED
    if letter in rules.old_forms or (letter in sets.gb2312 and not sets.is_traditional(letter)):
        return _NOT_IN_SET  # an old form, or one that is on level 2 by chance of being a simplified form too (广)
    return _SECOND_LEVEL


def _langid_balance(han: list[str]) -> float:
    """Return py3langid's opinion, between -1 (Chinese) and 1 (Japanese).

    Without a correction, it calls nearly every kanji-only headline Chinese. Its difference of log-likelihoods for each
    character is -1.3 in Japanese headlines and -2.8 in Chinese ones (means of 117 and 1,153 texts). So the middle is
    shifted.
    """
    scores = langid_scores("".join(han[:_LANGID_SAMPLE]), ("ja", "zh"))
    length = min(len(han), _LANGID_SAMPLE)
    lean = (scores["ja"] - scores["zh"]) / length - _LANGID_MIDDLE
    return max(-1.0, min(1.0, 1.5 * lean)) * min(1.0, length / _LANGID_ENOUGH)


def _word_balance(text: str) -> float:
    rules = kanji_rules()
    japanese, chinese = rules.japanese_words.findall(text), rules.chinese_words.findall(text)
    return _WORD_WEIGHT * (len(set(japanese)) - len(set(chinese)))


@rule_cache()
def kanji_rules() -> KanjiRules:
    """Return the rules of ``rules/kanji.toml``."""
    table = load_rules("kanji")
    return KanjiRules(
        old_forms=frozenset("".join(table["old_forms"].split())),
        used_second_level=frozenset("".join(table["used_second_level"].split())),
        chinese_characters=frozenset(table["chinese_characters"]),
        chinese_words=_any_of(table["chinese_words"]),
        japanese_words=_any_of(table["japanese_words"]),
    )


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))


@functools.cache
def character_sets() -> CharacterSets:
    """Compute the sets from Python's codecs.

    JIS X 0208 has its first level in rows 16 to 47 and its second in rows 48 to 84 (JIS X 0208:1997); Big5 has 5,401
    common characters at A440 to C67E and 7,652 rarer ones at C940 to F9D5 (Unicode's OBSOLETE/EASTASIA/OTHER/BIG5.TXT).
    """
    return CharacterSets(
        jis_level_1=_decoded("euc_jp", range(0xA0 + 16, 0xA0 + 48)),
        jis_level_2=_decoded("euc_jp", range(0xA0 + 48, 0xA0 + 85)) | {"々"},
        gb2312=_decoded("gb2312", range(0xA0 + 16, 0xA0 + 88)),
        big5_level_1=_decoded("big5", range(0xA4, 0xC7)),
        big5_level_2=_decoded("big5", range(0xC9, 0xFA)),
    )


def _decoded(codec: str, lead_bytes: range) -> frozenset[str]:
    """Return the Han characters of two bytes with these lead bytes."""
    trail_bytes = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    letters = (bytes((lead, trail)).decode(codec, "ignore") for lead in lead_bytes for trail in trail_bytes)
    return frozenset(letter for letter in letters if len(letter) == 1 and letter >= "\u4e00")
