"""What the web says and what the operator keeps secret, on their way into a log line: escaped, and left out."""

import logging
import re

_CREDENTIALS = re.compile(r"//[^/@\s]{1,500}@")


def harmless(text: str) -> str:
    """One line without anything that a terminal or a reader of lines would obey, and no password of any address.

    Control characters, line ends and marks of writing direction are shown as Python escapes.
    """
    text = _CREDENTIALS.sub("//…@", text)
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class HarmlessRecord(logging.LogRecord):
    """A log record whose message is harmless, whoever formats it: every formatter asks it here."""

    def getMessage(self) -> str:  # noqa: N802 - the parent's name
        """As the parent, escaped."""
        return harmless(super().getMessage())


def make_logs_harmless() -> None:
    """Have every record from now on made so, in this process."""
    logging.setLogRecordFactory(HarmlessRecord)
