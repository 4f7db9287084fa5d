"""Recognize the teaser that a paywall leaves of a stored article. Pure."""

_SHORTER = 0.98
"""Of the stored letters; a page that shows all of them hides nothing."""

_SHORTER_AS_READ_OTHERWISE = 0.7
"""The same where another version of the extractor reads: it may leave out a notice or a box that was stored."""

_SHARED = 0.8
"""Of a teaser's runs of letters that the stored beginning has; the rest is its last words and new notices."""

_RUN = 8
_MARGIN = 200  # letters beyond the teaser's length: an ad or a lead may stand before


def is_teaser(stored: str, text: str, *, is_same_version: bool) -> bool:
    """Tell whether a text is about the beginning of a stored one, and no more."""
    whole, beginning = _letters(stored), _letters(text)
    limit = _SHORTER if is_same_version else _SHORTER_AS_READ_OTHERWISE
    if not beginning or len(beginning) > limit * len(whole):
        return False
    start = whole[: len(beginning) + _MARGIN]
    if len(beginning) < _RUN:
        return start.startswith(beginning)
    runs = [beginning[place : place + _RUN] for place in range(len(beginning) - _RUN + 1)]
    known = {start[place : place + _RUN] for place in range(len(start) - _RUN + 1)}
    return sum(run in known for run in runs) >= _SHARED * len(runs)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
