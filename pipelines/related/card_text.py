"""Split a card's words into title and summary, by all cards of its block."""

import collections
import dataclasses
import re
from collections.abc import Iterable, Sequence

from pipelines.labels.captions import is_noise
from pipelines.labels.headings import kind_of_heading
from pipelines.labels.list_words import HEADING_SUBJECTS, heading_subjects
from pipelines.related.card_lines import CardLine
from pipelines.related.link_index import is_button_text
from storage.scripts import EAST_ASIAN

_TITLE = {True: 60, False: 110}  # characters that a title rarely exceeds, in CJK and other scripts
_SENTENCE = {True: 40, False: 60}  # characters from which a sentence with its full stop is none among titles without
_PROSE = {True: 20, False: 40}  # characters from which what is no title is a summary
_SHORTEST = {True: 6, False: 10}  # characters of a title beside a sentence; a shorter line is a label
_HEADLINE = 20  # characters of a link in a heading from which it is a title, whatever it begins with ("PHOTOS: ...")
_ANNOUNCEMENT = 25  # characters of an unlinked line that only says what kind of link follows
_ANNOUNCING = tuple(
    place for place, subject in enumerate(HEADING_SUBJECTS) if subject in ("related", "also", "you", "recommended")
)
_SENTENCE_END = re.compile(r"[。！？!?]|[.](?:[\s”\"’')]|$)")
_FULL_STOP = re.compile(r"(?:。|[^\W\dA-Z]{3}[.])[”\"’'」』)）]?$")  # no abbreviation, no "II."
_CJK = re.compile(f"[{EAST_ASIAN}]")
_LEAD = re.compile(r"^[【\[(（]?\s*([^】\])）:：>»]{2,40}?)\s*[】\])）:：>»]+\s*(?=\S)")


@dataclasses.dataclass(frozen=True, slots=True)
class Habits:
    """Describe how the cards of a block place summaries and end titles.

    ``labels`` are the lines that several cards share: a section, a series, a performer.
    """

    summary_places: frozenset[str] = frozenset()
    titles_stop: bool = True
    labels: frozenset[str] = frozenset()


def habits_of(cards: Iterable[Sequence[CardLine]]) -> Habits:
    """Learn the habits of a block from its cards that have title and summary."""
    titles: collections.Counter[str] = collections.Counter()
    summaries: collections.Counter[str] = collections.Counter()
    stop = False
    block = list(cards)
    shared = collections.Counter(text for lines in block for text in {line.text for line in lines})
    labels = frozenset(text for text, count in shared.items() if count > 1 and not _is_prose(text))
    for lines in block:
        said = _said(lines, labels)
        title = _title(said, Habits())
        if title is None:
            continue
        stop = stop or (_stops(title.text) and len(title.text) < _SENTENCE[is_cjk(title.text)])
        rest = [line for line in said if line is not title and _is_prose(line.text)]
        if rest or title.role == "title":
            titles[title.place] += 1
        summaries.update({line.place for line in rest if _reads_on(line.text)})
    places = frozenset(place for place, count in summaries.items() if place and count > titles[place])
    return Habits(places, stop, labels)


def title_and_summary(lines: Sequence[CardLine], habits: Habits) -> tuple[str, str]:
    """Return a card's title and summary, without captions, bylines, dates, labels."""
    said = _said(lines, habits.labels)
    title = _title(said, habits)
    words = _without_lead(title.text) if title is not None else ""
    rest = [line for line in said if line is not title]
    prose = [line.text for line in rest if line.text != words and _is_prose(line.text)]
    return words[:500], " ".join(dict.fromkeys(prose))[:2000]


def longest_title(texts: Iterable[str]) -> str:
    """Return the longest text that is short enough for a title; "" if none is."""
    return max((text for text in texts if not _is_summary(text, 1)), key=len, default="")


def is_cjk(text: str) -> bool:
    """Tell whether a quarter of the first characters are kana, han or hangul."""
    return len(_CJK.findall(text[:400])) * 4 > len(text[:400])


def _said(lines: Sequence[CardLine], labels: frozenset[str]) -> list[CardLine]:
    """The lines that may be title or summary; all of them where none is left."""
    worth = [line for line in lines if _is_headline(line) or not is_noise(line.text)]
    worth = [line for line in worth if line.role != "noise"] or worth
    own = [line for line in worth if line.text not in labels and not is_button_text(line.text)]
    if any(line.linked for line in own):
        own = [line for line in own if line.linked or not _announces(line.text)]
    return own or worth or list(lines)


def _is_headline(line: CardLine) -> bool:
    return line.role == "title" and line.linked and len(line.text) >= _HEADLINE


def _announces(text: str) -> bool:
    """Whether a short line only says what kind of link follows: "See also", "Similar stories"."""
    if len(text) > _ANNOUNCEMENT:
        return False
    subjects = heading_subjects(text)
    return any(subjects[place] for place in _ANNOUNCING)


def _title(said: Sequence[CardLine], habits: Habits) -> CardLine | None:
    """The line that is the title: a heading's, else a link's own, else the first that is neither label nor summary."""
    titles = [line for line in said if line.role == "title" and len(line.text) > 3 and not _is_summary(line.text, 3)]
    titles = [line for line in titles if line.linked] or titles
    if titles:  # a kicker in a heading of its own may stand first
        longest = max(len(line.text) for line in titles)
        return next(line for line in titles if len(line.text) * 3 >= longest)
    partly_linked = any(line.linked for line in said) and not all(line.linked for line in said)
    candidates = [line for line in said if line.linked] if partly_linked else list(said)
    short = [line for line in candidates if not _is_summary(line.text, 1) and line.place not in habits.summary_places]
    if not habits.titles_stop:
        short = [line for line in short if not (_stops(line.text) and len(line.text) >= _SENTENCE[is_cjk(line.text)])]
    open_ended = [line for line in short if not (_is_prose(line.text) and _stops(line.text))]
    if any(len(line.text) >= _SHORTEST[is_cjk(line.text)] for line in open_ended):
        short = open_ended
    if not short:
        return None
    longest = max(len(line.text) for line in short)
    return next(line for line in short if len(line.text) * 3 >= longest)


def _stops(text: str) -> bool:
    return _FULL_STOP.search(text[-10:]) is not None


def _is_summary(text: str, factor: int) -> bool:
    """Whether a text is too long and too much of a sentence for a title."""
    limit = _TITLE[is_cjk(text)] * factor
    return len(text) > limit * 2 or (len(text) > limit and _SENTENCE_END.search(text) is not None)


def _reads_on(text: str) -> bool:
    """Whether a text is more than a headline beside a kicker."""
    return _stops(text) or len(text) > _TITLE[is_cjk(text)]


def _is_prose(text: str) -> bool:
    return len(text) >= _PROSE[is_cjk(text)]


def _without_lead(text: str) -> str:
    """A title without the words that only say what it is: 【関連記事】, READ MORE:."""
    match = _LEAD.match(text)
    if match and kind_of_heading(match[1]) == "related":
        return text[match.end() :].strip()
    return text
