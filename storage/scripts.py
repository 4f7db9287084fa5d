"""Define the Unicode ranges of all scripts that the project distinguishes.

Each is the inside of a regular expression's character class. The blocks are those of the Unicode Character Database
(Blocks.txt, Scripts.txt). It is here, and not with the rules for languages, because the search index needs it as well.
"""

HIRAGANA = "\u3041-\u3096\u309d-\u309f"
KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # without the middle dot ・, which also separates words
KANA = HIRAGANA + KATAKANA

HAN_BLOCK = "\u4e00-\u9fff"
"""The block of CJK unified ideographs alone: all but the rarest kanji, and no marks of repetition."""

HAN_MARKS = "\u3005-\u3007\u303b"  # 々〆〇〻
HAN = HAN_MARKS + "\u3400-\u4dbf" + HAN_BLOCK + "\uf900-\ufaff\U00020000-\U0003fffd"

HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
BOPOMOFO = "\u3105-\u312f\u31a0-\u31bf"

EAST_ASIAN = KANA + HAN + HANGUL + BOPOMOFO
"""Scripts of which one character says as much as some two and a half Latin letters."""

SOUTHEAST_ASIAN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""The blocks of Thai, Lao, Burmese and Khmer, which are written without spaces between words."""

WIDE_FORMS = "\uff00-\uffef"
"""Full-width Latin and half-width kana: what NFKC turns into the plain letters."""
