"""Detect the language of a text by its script, characters and words.

The script alone decides for kana, Hangul and alphabets of one language. National character sets tell Japanese from
Chinese. Otherwise langdetect, py3langid and common words vote. A page's own claim only settles ties, since Japanese
sites serve English articles under ``<html lang="ja">``.
"""

import dataclasses
import re
from collections import Counter

from pipelines.language.han import character_sets, japanese_or_chinese, kanji_rules
from pipelines.language.langdetect_vote import WEIGHTS, count_letters, judge_alphabet, load_alphabets
from pipelines.language.leading_script import leading_script
from pipelines.language.py3langid_scores import load_identifier
from pipelines.language.scripts import alphabets, count_scripts, normalize_text, sample
from storage.scripts import EAST_ASIAN

UNDETERMINED = "und"
_MAJORITY = 0.5

_QUOTED = re.compile(f"[{EAST_ASIAN}]+")  # what a text in an alphabet has of it is quoted
_HINT = re.compile(r"[a-zA-Z]{2,3}(?=$|[-_])")


@dataclasses.dataclass(frozen=True, slots=True)
class DetectedLanguage:
    """An ISO 639-1 ``code`` or ``und``, and its confidence (0 to 1).

    ``votes`` has each opinion: ``("script" | "characters" | "langdetect" | "py3langid" | "words" | "hint", code,
    probability)``.
    """

    code: str
    confidence: float
    votes: tuple[tuple[str, str, float], ...] = ()

    @property
    def is_clear(self) -> bool:
        """Tell whether one language has at least half of all weight."""
        return self.confidence >= _MAJORITY

    @property
    def langdetect(self) -> tuple[str, float] | None:
        """Return langdetect's answer and probability.

        None where the script decided before langdetect was asked.
        """
        return next(((code, share) for voter, code, share in self.votes if voter == "langdetect"), None)

    def conflicts_with(self, declared: str | None) -> bool:
        """Tell whether a page declares another language than its words are in.

        ``declared`` is such as ``ja`` or ``en-US``.
        """
        claimed = _claimed(declared)
        return claimed is not None and self.code not in (UNDETERMINED, claimed)


def detect_language(text: str, hint: str | None = None) -> DetectedLanguage:
    """Detect the language of a title, a card or an article. Never raises.

    ``hint`` is what the page declares (``ja``, ``en-US``). It decides only between candidates that the words leave
    open. Only the first letters are read, so the cost does not grow with the text. Text without letters is ``und``.
    """
    return _detect(text, _claimed(hint))


def detect_card_language(words: str, page: str) -> str:
    """Detect the language of a card on a page in the language ``page``.

    ``page`` is ``und`` where it is not clear. The card's words decide. If they are few and no language is clear, the
    card has the page's language where both share an alphabet. Of 896 English headlines, the first two to four words
    were misjudged only in such cases.
    """
    detected = _detect(words, None, needs_code_only=True)
    if detected.is_clear or count_letters(words) >= WEIGHTS.short:
        return detected.code
    return page if any({detected.code, page}.issubset(alphabet.codes) for alphabet in alphabets()) else detected.code


def load_models() -> None:
    """Load all models and tables: in a worker process, before the first page."""
    load_alphabets()
    load_identifier()
    character_sets()
    kanji_rules()
    detect_language("Warm up 準備")


def _detect(text: str, claimed: str | None, *, needs_code_only: bool = False) -> DetectedLanguage:
    raw = sample(text)
    plain = normalize_text(raw)
    counts = count_scripts(plain)
    leading = leading_script(plain, counts)
    if not leading:
        return DetectedLanguage(UNDETERMINED, 0.0)
    if leading == "east":
        return _east_asian(raw, plain, counts, claimed)
    return _alphabetic(plain, leading, counts, claimed, needs_code_only=needs_code_only)


def _east_asian(raw: str, plain: str, counts: Counter[str], claimed: str | None) -> DetectedLanguage:
    hangul, han, kana = counts["hangul"], counts["han"], counts["kana"]
    total = hangul + han + kana + counts["bopomofo"]
    if hangul > kana and 2 * hangul >= han:
        return DetectedLanguage("ko", 0.5 + hangul / total / 2, (("script", "ko", round(hangul / total, 4)),))
    code, evidence = japanese_or_chinese(raw, plain)
    if evidence:
        confidence = 1 - 0.5 / (1 + evidence)
        return DetectedLanguage(code, confidence, (("characters", code, round(confidence, 4)),))
    if claimed in ("ja", "zh", "ko"):
        return DetectedLanguage(claimed, 0.6, (("characters", "ja", 0.5), ("hint", claimed, 1.0)))
    return DetectedLanguage("ja", 0.5, (("characters", "ja", 0.5),))


def _alphabetic(
    plain: str, script: str, counts: Counter[str], claimed: str | None, *, needs_code_only: bool
) -> DetectedLanguage:
    if counts[script] < 2:
        return DetectedLanguage(UNDETERMINED, 0.0)
    text = _lowered(_QUOTED.sub(" ", plain))
    opinions = judge_alphabet(text, script, needs_code_only=needs_code_only)
    if claimed in opinions.runners_up:
        return DetectedLanguage(claimed, 0.5, (*opinions.votes, ("hint", claimed, 1.0)))
    return DetectedLanguage(opinions.code, min(1.0, opinions.confidence), opinions.votes)


def _lowered(text: str) -> str:
    """Return text in lower case if most letters are capitals.

    Profiles of n-grams know capitals only at the head of words.
    """
    capitals = sum(map(str.isupper, text))
    return text.lower() if 2 * capitals > sum(map(str.isalpha, text)) else text


def _claimed(hint: str | None) -> str | None:
    match = _HINT.match(hint.strip()[:40]) if hint else None
    return match.group().lower() if match else None
