"""Count the letters of each script in a text.

The patterns are plain character classes, so the time is linear in the text's length.
"""

import dataclasses
import re
import unicodedata
from collections import Counter

from pipelines.rules.load import load_rules, rule_cache
from storage.scripts import BOPOMOFO, HAN, HANGUL, KANA

SAMPLE = 1_500  # characters that are looked at: headline and lead settle every script

_NOT_WORDS = re.compile(
    r"(?:https?://|www\.)[\x21-\x7e]{1,2000}"  # addresses; they end where ASCII ends, Japanese often follows unspaced
    r"|[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9_.-]{1,255}"
    r"|&[a-zA-Z]{2,8};|&#\w{1,7};"
)
_FIRST_LETTER = re.compile(r"[^\W\d_]")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")


@dataclasses.dataclass(frozen=True, slots=True)
class Script:
    """One alphabet, with the codes of its languages, the commonest first.

    ``letters`` is the inside of a character class.
    """

    name: str
    letters: str
    codes: tuple[str, ...]


@rule_cache()
def alphabets() -> tuple[Script, ...]:
    """Return the alphabets of ``rules/scripts.toml``, in its order."""
    table = load_rules("scripts")
    return tuple(Script(row["name"], row["letters"], tuple(row["codes"])) for row in table["script"])


@rule_cache()
def _alphabet_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((script.name, re.compile(f"[{script.letters}]")) for script in alphabets())


_EAST_ASIAN_PATTERNS = (
    ("kana", re.compile(f"[{KANA}]")),
    ("han", re.compile(f"[{HAN}]")),
    ("hangul", re.compile(f"[{HANGUL}]")),
    ("bopomofo", re.compile(f"[{BOPOMOFO}]")),
)


def sample(text: str) -> str:
    """Return up to ``SAMPLE`` characters of a text, from its first letter on.

    Addresses, entities and invisible characters are left out. The text is not normalized yet, since a full-width comma
    is evidence too.
    """
    first = _FIRST_LETTER.search(text)
    if first is None:
        return ""
    start = max(0, first.start() - 40)  # an opening bracket or a number before the first letter is kept
    window = text[start : start + 2 * SAMPLE]
    return _INVISIBLE.sub("", _NOT_WORDS.sub(" ", window))[:SAMPLE]


def normalize_text(text: str) -> str:
    """Return at most ``2 * SAMPLE`` characters in NFKC.

    Half-width kana and full-width Latin become the plain letters.
    """
    return unicodedata.normalize("NFKC", text)[: 2 * SAMPLE]


def count_scripts(text: str) -> Counter[str]:
    """Count the letters of each script in a normalized text.

    The keys are ``kana``, ``han``, ``hangul``, ``bopomofo``, ``latin`` and so on.
    """
    counts: Counter[str] = Counter()
    if text.isascii():
        counts["latin"] = sum(map(str.isalpha, text))
        return counts
    times = Counter(text)
    letters = "".join(times)
    for name, pattern in (*_EAST_ASIAN_PATTERNS, *_alphabet_patterns()):
        count = sum(times[letter] for letter in pattern.findall(letters))
        if count:
            counts[name] = count
    return counts
