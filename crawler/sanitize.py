"""Make text from the web safe for logs, terminals and messages.

Control characters (C0 with ESC, C1), line ends, marks of writing direction and lone surrogates are replaced. Spaces of
every width are kept, as are the joiners that scripts and emoji need.
"""

import unicodedata

from storage.credentials import remove_credentials

_JOINERS = "\u200c\u200d"
_LINE = str.maketrans("\n\t\r", "   ")


def is_safe(character: str) -> bool:
    """Return whether a terminal or a reader of lines only shows the character."""
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"


def sanitize_line(text: str) -> str:
    """Make one line for a terminal: ``?`` for control characters, same length."""
    return sanitize_lines(text.translate(_LINE))


def sanitize_lines(text: str) -> str:
    """Make lines for a terminal; line ends and tabs are kept."""
    if text.isprintable():
        return text
    return "".join(c if c in "\n\t" or is_safe(c) else "?" for c in text)


def escape_line(text: str) -> str:
    """Make one line for a log, with control characters as Python escapes."""
    return text if text.isprintable() else "".join(c if is_safe(c) else ascii(c)[1:-1] for c in text)


def sanitize_log_line(text: str) -> str:
    """Make one line for a log: escaped, and without passwords in addresses."""
    return escape_line(remove_credentials(text))
