"""Remove lines that are not the article's: title, date, byline, boilerplate."""

import dataclasses
import re
from collections import Counter
from collections.abc import Collection

from pipelines.boilerplate.consent import is_consent_statement
from pipelines.html.dom_index import plain
from pipelines.html.plain_text import letters
from pipelines.html.text_blocks import ends_sentence
from pipelines.labels.captions import is_caption, is_noise
from pipelines.rules.load import load_rules, rule_cache
from pipelines.rules.word_lists import english_function_words
from storage.reading import Cut

_HEAD = 8  # lines from the start that may be title, date, byline
_TAIL = 12  # lines from the end that may be boilerplate
_MOST_LINES = 5_000  # from the start whose words are read; the longest of 1,096 real texts has 1,145
_STAMPED = 6  # lines from the end that may say when the page was changed
_LONGEST = 250  # characters of a line that a rule may take
_LONG_TITLE, _KICKER = 16, 30  # letters of a title, and of a kicker before it
_REPEATED_LETTERS = 15  # shorter ones are a table's cells, a list's marks
_REPEATED = 3  # times from which a repeated line is a caption, a label or a button
_LONGEST_COUNTER = 100  # characters of a line of counters
_MOST = 0.4  # of the text's characters; beyond that nothing is cut
_KEYS = (
    *("anywhere", "head", "head_openings", "stamps", "counters", "tail", "tail_openings", "biography"),
    *("paywall", "paywall_labels"),
)
PAYWALL = "paywall"
"""The rule that removes notices that the rest of an article is for subscribers."""

# By its end; a few words with a full stop are no sentence ("By Jane Doe, agencies.").
_SENTENCE = re.compile(r"(?:[。！？]|(?:\S+ ){5,}\S*(?<!\b[ap]\.m)[.!?])[」』\"”'’]?$")
_PARTICLES = frozenset(
    {"al", "bin", "da", "de", "del", "den", "der", "di", "du", "el", "ibn", "la", "le", "van", "von"}
)
_COUNT = re.compile(r"[\d.,]+ ?(?:[kmb万千](?![^\W\d]))?(?:人|回|件)?")
# List, quote and table marks of the extractor.
_MARKS = ("-", "*", "•", ">", "#", "|")
_MARKUP = re.compile(rf"^(?:[{''.join(map(re.escape, _MARKS))}]+\s+)+|\s*\|$")


@dataclasses.dataclass(frozen=True, slots=True)
class _Rules:
    anywhere: re.Pattern[str]
    head: re.Pattern[str]
    head_openings: re.Pattern[str]
    stamps: re.Pattern[str]
    counters: re.Pattern[str]
    tail: re.Pattern[str]
    tail_openings: re.Pattern[str]
    biography: re.Pattern[str]
    paywall: re.Pattern[str]
    paywall_labels: re.Pattern[str]


@rule_cache()
def _rules() -> _Rules:
    table = load_rules("boilerplate_lines")
    return _Rules(*(re.compile("|".join(table[key]["patterns"])) for key in _KEYS))


def clean_lines(
    text: str, title: str, authors: tuple[str, ...] = (), parts: Collection[str] = frozenset()
) -> tuple[str, list[Cut]]:
    """Return the text without such lines, and the cuts with their reasons.

    ``title`` is the article's, with or without the site's name. ``authors`` are its known authors. ``parts`` are the
    lines that are items, cells and headings: they may be repeated. If more than two fifths of the text would go, only
    the repeated title and notices of a paywall do: what stands before these is short.
    """
    lines = text.split("\n")
    filled = [place for place, line in enumerate(lines) if line.strip()]
    removed: dict[int, str] = {}
    _cut_title(lines, filled, title, removed)
    names = {letters(author) for author in authors if author.strip()}
    for place in _repeated(lines, [place for place in filled if lines[place] not in parts]):
        removed.setdefault(place, "line-repeated")
    for rank, place in enumerate(filled):
        if _MOST_LINES <= rank < len(filled) - _TAIL:
            continue
        rule = _rule(lines[place], rank, len(filled) - rank, names)
        if rule is not None:
            removed.setdefault(place, rule)
    certain = {place: rule for place, rule in removed.items() if rule in ("title-repeated", PAYWALL)}
    if sum(len(lines[place]) for place in removed if place not in certain) > len(text) * _MOST:
        removed = certain
    cuts = [Cut(rule, "line", lines[place].strip()[:200]) for place, rule in sorted(removed.items())]
    left = [line for place, line in enumerate(lines) if place not in removed]
    return "\n".join(left).strip("\n"), cuts


def is_paywall_notice(text: str) -> bool:
    """Tell whether a text that was removed from a page says that the rest of its article is for subscribers."""
    return len(text) <= _LONGEST and _rules().paywall.fullmatch(plain(text)) is not None


def _repeated(lines: list[str], filled: list[int]) -> list[int]:
    """Find lines that a text repeats and that are no sentences.

    They are captions of a gallery or labels of boxes. A label with its value ("Price: $20") tells something each time.
    """
    spellings = {place: letters(lines[place]) for place in filled if len(lines[place]) <= _LONGEST}
    times = Counter(spellings.values())
    return [
        place
        for place, words in spellings.items()
        if times[words] >= _REPEATED and len(words) >= _REPEATED_LETTERS and _may_be_label(lines[place].strip())
    ]


def _may_be_label(line: str) -> bool:
    return not ends_sentence(line) and ":" not in line and "：" not in line


def _cut_title(lines: list[str], filled: list[int], title: str, removed: dict[int, str]) -> None:
    title_letters = letters(title[:1000])
    if len(title_letters) < 4:
        return
    for place in filled[:_HEAD]:
        words = letters(lines[place][:1000])
        if words and _is_title(words, title_letters):
            removed[place] = "title-repeated"


def _is_title(line: str, title_letters: str) -> bool:
    """Tell whether a line is the title.

    One may begin with the other and go on with a site's name, or follow a kicker.
    """
    if line == title_letters:
        return True
    short, long = sorted((line, title_letters), key=len)
    if long.endswith(short) and len(short) >= _LONG_TITLE and len(long) - len(short) <= _KICKER:
        return True
    return long.startswith(short) and len(short) >= 8 and len(long) - len(short) <= max(12, len(short) // 3)


def _rule(line: str, rank: int, left: int, names: set[str]) -> str | None:
    """Return the rule that removes a line, by its words and place.

    ``rank`` counts from the start, ``left`` to the end.
    """
    if len(line) > _LONGEST * 2:
        return None
    bare = _without_marks(line.strip())
    plain_line = plain(bare)
    if not plain_line:
        return None
    if is_caption(plain_line):
        return "caption"
    if (left <= _TAIL or rank < 3) and is_consent_statement(plain_line):
        return "consent"
    if left <= 2 and rank >= 3 and _rules().biography.fullmatch(plain_line) and _begins_with_name(bare, names):
        return "biography"
    if len(plain_line) > _LONGEST:
        return None
    if notice := _notice_rule(plain_line, rank, left):
        return notice
    if rank < _HEAD and (_is_head_line(plain_line) or letters(plain_line) in names):
        return "head-line"
    if left <= _STAMPED and _is_stamp(plain_line):
        return "time-stamp"
    if (rank < _HEAD or left <= _TAIL) and _is_counter(plain_line):
        return "counter"
    if left <= _TAIL and (_is_tail_line(plain_line) or (letters(plain_line) in names and left <= 4)):
        return "boilerplate"
    return None


def _without_marks(line: str) -> str:
    return _MARKUP.sub("", line) if line.startswith(_MARKS) or line.endswith("|") else line


def _notice_rule(line: str, rank: int, left: int) -> str | None:
    """Return the rule of a notice: a paywall's stands near the end, or labels the article before its text."""
    rules = _rules()
    if left <= _TAIL and rules.paywall.fullmatch(line):
        return PAYWALL
    if rank < _HEAD and rules.paywall_labels.fullmatch(line):
        return PAYWALL
    return "boilerplate" if rules.anywhere.fullmatch(line) else None


def _is_head_line(line: str) -> bool:
    rules = _rules()
    if rules.head.fullmatch(line):
        return True
    begins = rules.head_openings.fullmatch(line) or rules.stamps.fullmatch(line) or _is_dateline(line)
    return bool(begins) and not _is_sentence(line)


def _is_tail_line(line: str) -> bool:
    rules = _rules()
    return bool(rules.tail.fullmatch(line) or (rules.tail_openings.fullmatch(line) and not _is_sentence(line)))


def _is_sentence(line: str) -> bool:
    """Tell whether a line that begins like boilerplate ends like a sentence."""
    return _SENTENCE.search(line) is not None


def _begins_with_name(line: str, names: set[str]) -> bool:
    """Tell whether a line begins with a name.

    It is two capitalized words, or a known author's name or part of it.
    """
    first, _, rest = line.partition(" ")
    if first.casefold() in english_function_words():
        return False
    second = rest.partition(" ")[0]
    is_full = first[:1].isupper() and (second[:1].isupper() or second in _PARTICLES)
    return is_full or (len(first) > 1 and any(letters(first) in name for name in names))


def _is_stamp(line: str) -> bool:
    """Tell whether a line says when the page was changed.

    It has a number and is no sentence that begins in the same way.
    """
    return any(map(str.isdigit, line)) and not ends_sentence(line) and bool(_rules().stamps.fullmatch(line))


def _is_dateline(line: str) -> bool:
    """Tell whether a line is a date with a second date, brackets or a time."""
    parts = [part.strip(" »«>・") for part in re.split(r"[|()、]|\s/\s|\s-\s", line) if part.strip(" »«>・")]
    return len(line) <= 80 and bool(parts) and any(map(str.isdigit, line)) and all(map(is_noise, parts))


def _is_counter(line: str) -> bool:
    """Tell whether a line is numbers and the names of what they count."""
    if len(line) > _LONGEST_COUNTER:
        return False
    rest, names = _rules().counters.subn(" ", line)
    rest, numbers = _COUNT.subn(" ", rest)
    return names > 0 and (numbers > 0 or any(map(str.isdigit, line))) and not re.search(r"\w", rest)
