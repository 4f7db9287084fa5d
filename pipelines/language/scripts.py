"""Which writing systems a text uses, and whose words are only quoted in it.

Pure counting over regular expressions of plain character classes (linear in the text's length).
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
    """One alphabet: the codes it may mean, the first being its commonest. ``letters`` is a regex class."""

    name: str
    letters: str
    codes: tuple[str, ...]


@rule_cache()
def alphabets() -> tuple[Script, ...]:
    """The alphabets of ``rules/scripts.toml``, in its order."""
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
    """The first ``SAMPLE`` characters from the first letter on, without addresses, entities and invisible characters.

    What stands here is not yet normalised: a full-width comma is evidence of its own.
    """
    first = _FIRST_LETTER.search(text)
    if first is None:
        return ""
    start = max(0, first.start() - 40)  # an opening bracket or a number before the first letter is kept
    window = text[start : start + 2 * SAMPLE]
    return _INVISIBLE.sub("", _NOT_WORDS.sub(" ", window))[:SAMPLE]


def normalise(text: str) -> str:
    """NFKC: half-width kana and full-width Latin become what they mean. At most ``2 * SAMPLE`` characters."""
    return unicodedata.normalize("NFKC", text)[: 2 * SAMPLE]


def count_scripts(text: str) -> Counter[str]:
    """Letters of each script in a normalised text: ``kana``, ``han``, ``hangul``, ``bopomofo``, ``latin`` and so on."""
    counts: Counter[str] = Counter()
    if text.isascii():
        counts["latin"] = sum(map(str.isalpha, text))
        return counts
    times = Counter(text)
    letters = "".join(times)
    for name, pattern in (*_EAST_ASIAN_PATTERNS, *_alphabet_patterns()):
        found = sum(times[letter] for letter in pattern.findall(letters))
        if found:
            counts[name] = found
    return counts
