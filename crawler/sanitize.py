"""What the web says, made harmless for logs, terminals and messages: the one place that decides what is.

Control characters (C0 with ESC, C1), line ends, marks of writing direction and lone surrogates do not pass; spaces of
every width and the joiners that scripts and emoji need do.
"""

import unicodedata

from storage.credentials import without_credentials

_JOINERS = "\u200c\u200d"
_LINE = str.maketrans("\n\t\r", "   ")


def is_safe(character: str) -> bool:
    """Whether a terminal or a reader of lines shows the character, and does nothing else."""
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"


def sanitize_line(text: str) -> str:
    """One line for a terminal, as long as before: ``?`` for what a terminal would obey, a space for a line's end."""
    return sanitize_lines(text.translate(_LINE))


def sanitize_lines(text: str) -> str:
    """Make lines for a terminal likewise; line ends and tabs stay."""
    if text.isprintable():
        return text
    return "".join(c if c in "\n\t" or is_safe(c) else "?" for c in text)


def escape_line(text: str) -> str:
    """One line for a log, nothing lost: what a terminal would obey is written as a Python escape."""
    return text if text.isprintable() else "".join(c if is_safe(c) else ascii(c)[1:-1] for c in text)


def sanitize_log_line(text: str) -> str:
    """One line for a log: escaped, and without the password of any address."""
    return escape_line(without_credentials(text))
