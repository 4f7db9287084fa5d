"""Score how plausible bytes are as text in each East Asian encoding."""

import codecs
import unicodedata

from pipelines.html.japanese_codecs import decode_euc_jp

JAPANESE = frozenset({"cp932", "euc_jp"})
_ENCODINGS = ("cp932", "euc_jp", "gb18030", "big5hkscs", "cp949")
_CHARACTERS = 6000  # non-ASCII characters that decide; more change nothing


def best_encoding(sample: bytes) -> tuple[str | None, float]:
    """Return the most plausible East Asian encoding and its score.

    It is (None, -1.0) where none fits.

    ``sample`` begins at a character's first byte.
    """
    best: tuple[str | None, float] = (None, -1.0)
    for encoding in _ENCODINGS:
        score = plausibility(sample, encoding)
        if score > best[1]:
            best = (encoding, score)
    return best


def plausibility(sample: bytes, encoding: str) -> float:
    """Score text from -1 (impossible) to 1 (everyday text).

    The score is the mean weight of the non-ASCII characters.
    """
    if encoding == "euc_jp":
        text = decode_euc_jp(sample)
    else:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(sample, final=False)
    characters = [character for character in text if character >= "\x80"][:_CHARACTERS]
    if not characters or characters.count("\ufffd") > len(characters) * 0.01:
        return -1.0
    return sum(_weight(character, encoding) for character in characters) / len(characters)


def _weight(character: str, encoding: str) -> float:
    """Weigh a character.

    Everyday kana and Han of the encoding's own country count for it, characters of mojibake against it.
    """
    code = ord(character)
    if 0x3041 <= code <= 0x30FF:
        return 1.0 if encoding in JAPANESE else 0.6
    if 0xAC00 <= code <= 0xD7A3:
        return 0.9 if encoding == "cp949" and _is_common(character, "euc_kr", 0xB0, 0xC8) else -0.2
    if 0x4E00 <= code <= 0x9FFF:
        return 0.7 if _is_everyday_han(character, encoding) else -0.2
    if 0x3000 <= code <= 0x303F or 0xFF01 <= code <= 0xFF5E:
        return 0.6
    if 0xFF61 <= code <= 0xFF9F or 0xE000 <= code <= 0xF8FF:  # half-width kana, private use
        return -1.0
    return -0.3 if unicodedata.category(character) in ("Lo", "Cn", "Cc") else 0.1


def _is_everyday_han(character: str, encoding: str) -> bool:
    """Tell whether a character is in the first level of the encoding's own standard."""
    if encoding in JAPANESE:
        return _is_common(character, "cp932", 0x88, 0x98)  # JIS X 0208 level 1
    if encoding == "gb18030":
        return _is_common(character, "gb2312", 0xB0, 0xD7)  # GB 2312 level 1
    if encoding == "big5hkscs":
        return _is_common(character, "big5", 0xA4, 0xC6)  # Big5 level 1
    return False  # Hanja are rare in Korean text


def _is_common(character: str, codec: str, first: int, last: int) -> bool:
    try:
        encoded = character.encode(codec)
    except UnicodeEncodeError:
        return False
    return len(encoded) == 2 and first <= encoded[0] <= last
