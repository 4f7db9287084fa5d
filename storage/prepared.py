"""What a worker makes of an article's words beforehand, so that the one writer need not."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: ``place`` among its lines, ``fingerprint`` a signed 64-bit fingerprint of its letters.

    Digits count as one digit: dates and counts change. ``weight`` is in Japanese characters; ``is_midst`` says that it
    is a paragraph with the article's words on both sides.
    """

    place: int
    fingerprint: int
    weight: float
    is_short: bool
    is_midst: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Prepared:
    """As ``Judgement`` and the search index would make it of the reading that carries it, and of no other words.

    ``text_hash`` and ``lines`` are of the text; ``title_terms`` and ``terms`` what the search index takes, of the title
    and of title, summary and text; ``story_keys`` are of the reading's story terms.
    """

    text_hash: str
    lines: tuple[Line, ...]
    title_terms: str
    terms: str
    story_keys: tuple[int, ...]
