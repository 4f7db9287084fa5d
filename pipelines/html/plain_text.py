"""Make plain text of strings from a page's metadata."""

import html
import re
import unicodedata

# C0 and C1 controls, soft hyphens, zero-width and direction marks, byte order marks, lone surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\u200e\u200f\u202a-\u202e\ufeff\ud800-\udfff]"
)
# A letter with combining marks: diacritics, and the voicing marks of kana.
_MARKED = re.compile("[^\\W\\d_][\u0300-\u036f\u3099\u309a]+")
_MARK = re.compile("[\u0300-\u036f\u3099\u309a]")
_WORDS = re.compile(r"\w+")
_ASCII_MARKS = bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) != "_")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")


def plain_text(value: object, limit: int) -> str:
    """Return a string as a reader sees it, of at most ``limit`` characters.

    It is "" for whatever is no string or number.

    Entities that were escaped twice (``&amp;#8217;``) are undone, markup in them is dropped, white space is one space.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value)[: limit * 4]
    for _ in range(2):
        if "&" not in text:
            break
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    spaced = " ".join(text.split())
    if not spaced.isprintable():  # what is invisible is none of it, nor white space
        spaced = " ".join(_INVISIBLE.sub("", text).split())
    return spaced[:limit].rstrip()


def drop_invisible(text: str) -> str:
    """Return a text without controls, soft hyphens, zero-width and direction marks; its lines stay.

    Joiners stay, too: emoji and several scripts need them.
    """
    return _INVISIBLE.sub("", text)


def compose_marks(text: str) -> str:
    """Return a text whose letters and marks are one character each where Unicode has one: ``ö`` for ``o`` and ``¨``.

    Only letters with marks are composed (NFC). All else stays as it was written: NFC would also exchange the
    compatibility ideographs that Japanese names are written with.
    """
    if text.isascii() or _MARK.search(text) is None:  # a tenth of the time
        return text
    return _MARKED.sub(lambda letter: unicodedata.normalize("NFC", letter[0]), text)


def word_characters(text: str) -> str:
    """Return only letters, digits and underscores, in NFKC and lower case."""
    if text.isascii():
        return text.lower().encode().translate(None, _ASCII_MARKS).decode()
    spelt = unicodedata.normalize("NFKC", text).lower()
    # Most marks are ASCII, and bytes lose them fastest.
    bare = spelt.encode("utf-8", "surrogatepass").translate(None, _ASCII_MARKS).decode("utf-8", "surrogatepass")
    return bare if bare.isascii() else "".join(_WORDS.findall(bare))


def letters(text: str) -> str:
    """Return letters and digits in NFKC and lower case.

    They are equal for two spellings of a name or headline.
    """
    return word_characters(text).replace("_", "")
