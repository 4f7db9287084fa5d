"""Choose an article's title, without the site's name."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from pipelines.html.plain_text import letters

TITLE_LENGTH = 2_000

# The separators between a headline and the site's name; the bare colon only where no space is needed (Japanese).
_SEPARATOR = re.compile(
    r"\s+[|\-–—―~»›•·*:/]{1,2}\s+|\s*[｜│┃ㅣ]\s*|\s*[：]\s*|\s+\|\s*|\s*\|\s+|\s*[-–—]\s*(?=[^\s\-–—]{1,30}$)"
)
_HEADLINES_OWN = re.compile(r"\s+[-–—―~•·*:]{1,2}\s+|\s*：\s*")  # separators within headlines, too
_LETTER_BARS = ("l", "i")  # letters that stand for a bar between headline and site: "... l KBS WORLD"
_KICKER = 6  # letters; a shorter beginning is a word of the headline
_QUOTE = re.compile("[\"'“”„»«「『]")
_SPACE = re.compile(r"\s+")
_COLON = re.compile(r":\s+")
_KICKER_END = re.compile(r"[：:][\s\-–]*")
# （1/2 ページ）, (page 2 of 3), | 2ページ目
_PAGE_NUMBER = re.compile(
    r"\s*[（(\[|｜-]?\s*(?:\d{1,2}\s*[/／]\s*\d{1,2}\s*(?:ページ|頁|pages?)|\d{1,2}\s*ページ目|page\s\d{1,2}(?:\sof\s\d{1,2})?)\s*[）)\]]?$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w{2,}")
_MOST_CUTS = 4
_MARK = 2  # letters of a mark behind a name: ClickUp™
_NAME_SHARE = 1.5  # a headline is at least so many times as long as the name behind its bar
# A heading this long is a headline, no kicker or section.
_SHORT = 15


def choose_title(
    headlines: Sequence[str],
    headings: Sequence[str],
    metas: Sequence[str],
    document_title: str,
    names: Sequence[str],
    host: str,
    *,
    is_news: bool = True,
) -> str:
    """Return the page's title without the site's name; "" without any.

    JSON-LD's headline comes first, then what most sources agree on. (Letting the other sources outvote the headline was
    measured and was worse: they often agree on the variant for search engines or social networks.) ``headlines`` are
    JSON-LD's, ``headings`` the h1s, ``metas`` the meta tags', each plain and the most reliable first. ``names`` are the
    names of the site and its publisher, ``host`` its host name.

    ``is_news`` says that the first headline is a newsroom's (schema.org's ``NewsArticle`` and below). Elsewhere it is
    often written for search engines, and the page's only h1 is the title, if it shares a word with another source.
    """
    site = {letters(name) for name in names} | {letters(host.removeprefix("www."))} - {""}
    site |= {label for label in host.lower().split(".") if len(label) > 3}
    site |= _logos(headings, metas, document_title, names)
    heads = [head for head in headings if letters(head) and letters(head) not in site]
    raw = [title for title in (*headlines, *heads, *metas, document_title) if letters(title)]
    wholes = {letters(title) for title in raw}
    main, stray = _main_heading(heads, raw)
    if main and (printed := _behind_kicker(main[0], headlines, metas, site)):
        return printed[:TITLE_LENGTH]
    if not is_news and len(heads) == 1 and main:
        return bare_title(main[0], site, set())[:TITLE_LENGTH]
    candidates = [*headlines[:1], *main, *metas, *sorted((document_title, *stray), key=len, reverse=True)]
    bare = [bare_title(title, site, wholes) for title in candidates if letters(title)]
    bare = [title for title in bare if letters(title) and letters(title) not in site] or heads
    if not bare:
        return next(iter(raw), "")[:TITLE_LENGTH]
    if headlines and letters(bare[0]) in letters(headlines[0]):
        return _without_kicker(_in_full(bare[0], bare), main, metas)[:TITLE_LENGTH]
    votes = Counter(letters(title) for title in bare)
    title = max(bare, key=lambda title: votes[letters(title)])
    if main:
        return title[:TITLE_LENGTH]
    return _without_tail(title if heads else _without_section(title, document_title))[:TITLE_LENGTH]


def _behind_kicker(head: str, headlines: Sequence[str], metas: Sequence[str], site: set[str]) -> str:
    """Return the main heading without its kicker, or "" where it has none.

    A headline of JSON-LD or a meta tag has all but the kicker, and none has the whole.
    """
    bare = bare_title(head, site, set())
    given = {letters(bare_title(title, site, set())) for title in (*headlines[:1], *metas)}
    if letters(bare) in given:
        return ""
    for match in _SPACE.finditer(bare):
        kicker, tail = bare[: match.start()], bare[match.end() :].lstrip(" :：")
        is_kicker = len(letters(kicker)) >= _KICKER and not _QUOTE.search(kicker)
        if is_kicker and 2 * len(tail) >= len(bare) and letters(tail) in given:
            return tail
    return ""


def _without_kicker(headline: str, main: Sequence[str], metas: Sequence[str]) -> str:
    """Return the main heading where a meta tag repeats it and ``headline`` has it behind a kicker and a colon."""
    breaks = _KICKER_END.finditer(headline)
    tails = {letters(tail) for match in breaks if 2 * len(tail := headline[match.end() :]) >= len(headline)}
    given = {letters(meta) for meta in metas}
    return next((head for head in main if letters(head) in tails & given), headline)


def _logos(headings: Sequence[str], metas: Sequence[str], document_title: str, names: Sequence[str]) -> set[str]:
    """Return the letters of the first heading where it is a logo.

    The page's titles have it as a tail behind a longer headline, or before a headline that another heading or a meta
    tag repeats; or it is a part of the site's name behind the headline.
    """
    name = letters(headings[0]) if headings else ""
    if not name or any(letters(meta) == name for meta in metas):
        return set()
    confirmed = {letters(other) for other in (*headings[1:], *metas)} - {name}
    breaks = [match.span() for match in (*_SEPARATOR.finditer(document_title), *_COLON.finditer(document_title))]
    for start, end in breaks:
        before, behind = document_title[:start], document_title[end:]
        is_before = letters(before).endswith(name) and letters(behind) in confirmed
        if is_before and len(behind) > len(before) / _NAME_SHARE:
            return {name}
        is_tail = letters(behind) == name or any(
            name in letters(behind) and letters(behind) == letters(site) for site in names
        )
        if is_tail and len(before) > _NAME_SHARE * len(headings[0]):
            return {name}
    whole = letters(document_title)
    rest = whole.removesuffix(name)
    is_behind = rest != whole and any(rest.removesuffix(bar) in confirmed for bar in ("", *_LETTER_BARS))
    return {name} if is_behind else set()


def _share_words(one: str, other: str) -> bool:
    """Tell whether two titles have a word in common, or two neighbouring letters where no spaces part words."""
    words, more = (set(_WORD.findall(title.lower())) for title in (one, other))
    if words & more:
        return True
    pairs = {one[at : at + 2] for at in range(len(one) - 1)} if not one.isascii() and " " not in one else set()
    return any(pair in other for pair in pairs)


def _without_tail(title: str) -> str:
    """Return ``title`` without a short part after its last bar.

    That part is a site's name where no heading confirms the whole.
    """
    rest, bar, tail = (part.strip() for part in title.replace("｜", "|").rpartition("|"))
    return title[: len(rest)].strip() if bar and tail and len(rest) > _NAME_SHARE * len(tail) else title


def _without_section(title: str, whole: str) -> str:
    """Return ``title`` without the section that the document's title has between it and the site's name.

    A part behind a spaced dash or a colon may belong to the headline, and stays.
    """
    breaks = [match for match in _SEPARATOR.finditer(title) if not _HEADLINES_OWN.fullmatch(match[0])]
    if not breaks or not whole.startswith(title) or len(whole) == len(title):
        return title
    start, end = breaks[-1].span()
    return title[:start].strip() if start > _NAME_SHARE * (len(title) - end) else title


def _in_full(title: str, others: Iterable[str]) -> str:
    """Return ``title``, or its full form where it ends in an ellipsis.

    The full form is another source's.
    """
    begun = letters(title)
    if not title.endswith(("…", "...", "‥")):
        return title
    return next((other for other in others if letters(other).startswith(begun) and len(other) > len(title)), title)


def _main_heading(heads: Sequence[str], titles: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the first h1 that another title repeats, or the only one that shares a word with one.

    Otherwise the first is only a candidate: a logo or a section's heading can be an h1 too.
    """
    others = [letters(title) for title in titles]
    for head in heads:
        words = letters(head)
        if sum(words in other for other in others) > 1:
            return [head], []
    only = list(heads[:1])
    if len(heads) != 1 or len(letters(only[0])) <= _SHORT // 2:
        return [], only
    is_alone = not any(_share_words(only[0], title) for title in titles if title != only[0])
    return ([], only) if is_alone and any(title != only[0] for title in titles) else (only, [])


def bare_title(title: str, site: set[str], wholes: set[str]) -> str:
    """Return ``title`` without the site's name before or after a separator.

    ``site`` are the names of the site and ``wholes`` the page's other titles, both as :func:`letters` gives them. A
    title that another source gives as a whole needs no further reason for the cut.
    """
    title = _PAGE_NUMBER.sub("", title)
    for _ in range(_MOST_CUTS):
        cut = _cut(title, site, wholes)
        if cut is None:
            break
        title = cut
    return title


def _cut(title: str, site: set[str], wholes: set[str]) -> str | None:
    name, colon, headline = title.partition(": ")
    if colon and letters(name) in site and letters(headline):
        return headline.strip()
    breaks = [match.span() for match in _SEPARATOR.finditer(title)]
    for start, end in reversed(breaks):
        rest, suffix = title[:start].strip(), title[end:].strip()
        if rest and (
            _is_site(suffix, site)
            or (letters(rest) in wholes and letters(rest) != letters(title) and len(rest) > min(len(suffix), _SHORT))
        ):
            return rest
    rest = title[breaks[0][1] :].strip() if breaks else ""
    if rest and (_names_site(title[: breaks[0][0]], site) or (letters(rest) in wholes and len(rest) > _SHORT)):
        return rest
    return None


def _names_site(part: str, site: set[str]) -> bool:
    """Tell whether a title's beginning is a site's name; a part of the name is none, but a word of the headline."""
    name = letters(part)
    return any(name.startswith(known) and len(name) - len(known) <= _MARK for known in site)


def _is_site(part: str, site: set[str]) -> bool:
    name = letters(part)
    if not name:
        return False
    return name in site or any(
        len(known) > 3
        and (name.startswith(known) or known.startswith(name))
        and abs(len(known) - len(name)) <= 8
        and len(name) > 2
        for known in site
    )
