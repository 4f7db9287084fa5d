"""Make one key for a name in katakana and in Latin letters.

トランプ and Trump are both ``trnp``, Ōyagi is ``oyagi``. Katakana keeps a name's consonants and changes its vowels. So
the key is the consonants, in classes that Japanese or English spelling does not tell apart: l and r, b and v, f and h,
and s for every sibilant. Syllables are Hepburn's. The sound of English spelling is reduced to the few rules that decide
a consonant. A key is wrong for some names, and so is evidence among other.
"""

import re
import unicodedata

_ROWS = {
    "": "アイウエオヤユヨワヲー・ッ",
    "k": "カキクケコ",
    "g": "ガギグゲゴ",
    "s": "サシスセソザジズゼゾヂヅチツ",
    "t": "タテト",
    "d": "ダデド",
    "n": "ナニヌネノン",
    "h": "ハヒフヘホ",
    "b": "バビブベボヴ",
    "p": "パピプペポ",
    "m": "マミムメモ",
    "r": "ラリルレロ",
}
_SMALL = "ァィゥェォャュョヮ"
_CONSONANTS = {kana: consonant for consonant, row in _ROWS.items() for kana in row} | dict.fromkeys(_SMALL, "")

# Spelling to sound, in this order; what is left is letter by letter.
_SPELLINGS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:kn|gn)", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"mc(?=[^aeiouhy])", "mak"),
        (r"tch", "s"),
        (r"sch(?=[aeiouw])", "s"),
        (r"(?:ph)", "h"),
        (r"gh(?=t|$)", ""),
        (r"gh", "g"),
        (r"ck|cq|qu", "k"),
        (r"ch", "s"),
        (r"sh|th", "s"),
        (r"ts|tz", "s"),
        (r"dge", "s"),
        (r"x", "ks"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"q", "k"),
        (r"g(?=e|ia|io)", "s"),
        (r"ng(?=[^aeiou])", "n"),
        (r"j|z", "s"),
        (r"r(?![aeiouy])", ""),
        (r"h(?![aeiouy])", ""),
        (r"m(?=[bp])", "n"),
        (r"[aeiouwy'’.-]", ""),
    )
)
_FOLDED = str.maketrans({"l": "r", "v": "b", "f": "h"})
_BEFORE_LIPS = re.compile("m(?=[bp])")
_DOUBLED = re.compile(r"([a-z])\1+")


_VOWELS = "aiueo"
_ROWS_OF_FIVE = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ",
    "m": "マミムメモ", "r": "ラリルレロ", "g": "ガギグゲゴ", "z": "ザジズゼゾ", "d": "ダヂヅデド", "b": "バビブベボ",
    "p": "パピプペポ",
}  # fmt: skip
_HEPBURN = {
    **{kana: row + vowel for row, five in _ROWS_OF_FIVE.items() for kana, vowel in zip(five, _VOWELS, strict=True)},
    "シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji", "ヅ": "zu",
    "ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヲ": "o", "ン": "n", "ヴ": "v",
}  # fmt: skip
_GLIDES = {"ャ": "ya", "ュ": "yu", "ョ": "yo", "ヮ": "wa"} | dict(zip("ァィゥェォ", _VOWELS, strict=True))
_LONG_VOWELS = (
    (re.compile(r"oh(?![aeiouy])"), "o"),
    (re.compile(r"o[ou]+"), "o"),
    (re.compile(r"uu+"), "u"),
    (re.compile(r"m(?=[bmp])"), "n"),
    (re.compile(r"tch"), "cch"),
    (re.compile(r"['’.-]"), ""),
)


def kana_romaji(word: str) -> str:
    """Return a word in full-width katakana in Hepburn's letters, without long vowels."""
    romaji = ""
    doubled = False
    for kana in word:
        if kana in _GLIDES:
            glide, soft = _GLIDES[kana], romaji.endswith(("shi", "chi", "ji"))
            romaji = romaji[:-1] + (glide.removeprefix("y") if soft else glide)
        elif kana == "ッ":
            doubled = True
        elif kana in _HEPBURN:
            syllable = _HEPBURN[kana]
            romaji += syllable[:1] * doubled + syllable
            doubled = False
    return romaji


def romaji_key(word: str) -> str:
    """Return one key for all Hepburn spellings of a name.

    Ōyagi, Ohyagi and Oyagi are one, and so are Namba and Nanba.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
    for pattern, sound in _LONG_VOWELS:
        plain = pattern.sub(sound, plain)
    return plain


def katakana_key(word: str) -> str:
    """Return the key of a word in full-width katakana."""
    key = "".join(_CONSONANTS.get(kana, "") for kana in word)
    return _DOUBLED.sub(r"\1", _BEFORE_LIPS.sub("n", key))


def latin_key(word: str) -> str:
    """Return the key of one word in Latin letters, in any case and with any accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
    plain = _DOUBLED.sub(r"\1", plain)
    for pattern, sound in _SPELLINGS:
        plain = pattern.sub(sound, plain)
    return _DOUBLED.sub(r"\1", plain.translate(_FOLDED))
