"""The lines of a card, each with what its markup says of it: title, summary, or neither."""

import dataclasses
import functools
import importlib.resources
import itertools
import re
import tomllib
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from pipelines.html.dom_index import BLOCKS, UNREAD, plain
from pipelines.labels.ai_wording import machine_wording
from pipelines.labels.headings import HEADING_TAGS, kind_of_heading

# Words in class names and ids (evidence beside the text itself): BEM blocks, WordPress themes, Japanese sites' "ttl".
_TITLE_CLASS = re.compile(
    r"(?:^|[-_ ])(?:title|headline|heading|ttl|midashi|hed)(?:$|[-_ ])|Title(?:$|[-_ ])|headline", re.IGNORECASE
)
_NOISE_CLASS = re.compile(
    r"(?:^|[-_ ])(?:date|time|category|cat|label|tag|tags|author|byline|credit|caption|count|rank|num|number|badge"
    r"|kicker|eyebrow|meta|section|icon|source|media-name|duration)(?:$|[-_ ])"
    r"|(?:^|[-_ a-z])(?:Date|Time|Category|Label|Author|Caption)",
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DAY = (
    r"(?:\d{4}|令和\s?(?:\d+|元)|['’]\d\d)?\s?[年./-]?\s?\d{1,2}\s?[月./-]\s?\d{1,4}\s?日?\s?(?:\([^()]{1,4}\))?"
    rf"|(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}},?\s?)?(?:\d{{1,2}}\s)?{_MONTH},?\s?\d{{1,4}}"
    r"(?:st|nd|rd|th)?(?:,?\s?\d{4})?"
    r"|\d+\s?(?:秒|分|時間|日|週間|か月|ヶ月|年)前|今日|昨日|yesterday|today|just now"
    r"|(?:an?|\d+)\s?(?:second|sec|minute|min|hour|hr|day|week|month|year|m|h|d)s?\.?\s?ago"
)
_CLOCK = r",?\s?(?:at\s)?\d{1,2}(?::\d\d){1,2}\s?(?:[ap]\.?m\.?)?|\s?\d{1,2}時(?:\d{1,2}分)?"
_SAID = r"published|updated|posted|公開|更新|配信|掲載"
_ZONE = r"jst|gmt|utc|[ecmp][sd]t|bst|cet"
_DATE = re.compile(
    rf"(?:(?:{_SAID}):?\s?)?(?:(?:{_CLOCK})\s?(?:{_ZONE})?,?\s)?(?:{_DAY})?(?:{_CLOCK})?(?:\s?(?:{_ZONE}|{_SAID}))?"
)
_BYLINE = re.compile(
    r"by\s+\S.{0,60}|\(?(?:文|取材)[・=:/].{1,30}|.{1,12}(?:記者|編集部)"
    r"|\d+\s*(?:min(?:ute)?s?\s*read|comments?|件(?:のコメント)?)|コメント\s*\d+"
)
_WORDS = re.compile(r"\w(?:.*\w)?", re.DOTALL)  # without the marks round them
_POLITE = ("です。", "ます。")  # 「写真はイメージです。」
_NUMBER = re.compile(r"[#№(]?\d{1,4}[)位.]?")


@dataclasses.dataclass(frozen=True, slots=True)
class CardLine:
    """One line of a card.

    ``role`` is ``title``, ``noise`` or "" (nothing said), ``linked`` that a link has it; ``place`` is the class (else
    the tag) of the element that holds it.
    """

    text: str
    role: str
    linked: bool
    place: str = ""


@functools.cache
def caption_rules() -> dict[str, dict[str, tuple[str, ...]]]:
    """``rules/captions.toml``, all in plain form; ``machine`` has all its marks under ``whole`` too."""
    resource = importlib.resources.files("pipelines.rules").joinpath("captions.toml")
    table = tomllib.loads(resource.read_text(encoding="utf-8"))
    table["machine"]["whole"] = [mark for marks in table["machine"].values() for mark in marks]
    return {kind: {key: tuple(map(plain, words)) for key, words in entry.items()} for kind, entry in table.items()}


@functools.lru_cache(4_096)  # a line is asked of in its block, its card and the text
def is_caption(said: str) -> bool:
    """Whether a line, plain, is a mark of machine-made work, or an image's credit."""
    if len(said) > 120:
        return False
    rules = caption_rules()
    words = _WORDS.search(said)
    bare = words[0] if words else ""
    if bare in rules["machine"]["whole"] or machine_wording(said) is not None:
        return True
    while bare.startswith(rules["machine"]["whole"]):  # several marks on one line
        mark = next((mark for mark in rules["machine"]["whole"] if bare.startswith(mark)), None)
        bare = bare[len(mark or " ") :].strip(" ・|/")
        if not bare:
            return True
    if len(said) > 30 and said.endswith(("。", ".", "!", "?")):
        return False  # a sentence that only begins like a credit
    return len(said) <= 80 and _is_credit(said.lstrip("※* "), rules["credit"])


def _is_credit(said: str, rules: dict[str, tuple[str, ...]]) -> bool:
    if said.startswith(rules["begins"]):
        return True
    if said.startswith(rules["begins_told"]):
        return not said.endswith("。") or said.endswith(_POLITE)
    return said.endswith(rules["ends"]) and "。" not in said


def is_noise(text: str) -> bool:
    """Whether a line is a date, byline, number, label or caption, and so nobody's title or summary."""
    said = plain(text)
    if not re.search(r"\w", said):
        return True
    if len(said) <= 80 and any(pattern.fullmatch(said) for pattern in (_DATE, _BYLINE, _NUMBER)):
        return True
    bare = said.strip("[]()【】|>»: ")
    return bare in caption_rules()["label"]["whole"] or kind_of_heading(bare) == "related" or is_caption(said)


@dataclasses.dataclass(frozen=True, slots=True)
class _Holder:
    """What the innermost elements round a text say of it; as in :class:`CardLine`."""

    role: str = ""
    linked: bool = False
    place: str = ""

    def inner(self, node: HtmlElement) -> "_Holder":
        """The holder of what stands directly in ``node``, a child of this one's element."""
        names = (node.get("class") or "")[:200].split()[:1]
        place = names[0] if names else node.tag if node.tag in BLOCKS else self.place
        return _Holder(_role(node) or self.role, self.linked or node.tag == "a", place)


def card_lines(elements: list[HtmlElement]) -> list[CardLine]:
    """The lines of consecutive elements; a change of role begins a new line, as a block does."""
    lines: list[CardLine] = []
    for element in elements:
        words: list[str] = []
        said = _Holder()
        for text, holder in _pieces(element):
            if text == "\n" or (holder.role, holder.linked) != (said.role, said.linked):
                _add(lines, words, said)
                words = []
            if text != "\n":
                said = said if words else holder
                words.append(text)
        _add(lines, words, said)
    return lines


def _add(lines: list[CardLine], words: list[str], said: _Holder) -> None:
    text = " ".join("".join(words).split())
    if text:
        lines.append(CardLine(text[:5000], said.role, said.linked, said.place))


def _pieces(element: HtmlElement) -> Iterator[tuple[str, _Holder]]:
    """Texts with what holds them, and a line break where a block begins or ends."""
    holders = [_Holder("", any(ancestor.tag == "a" for ancestor in element.iterancestors("a")))]
    unread = 0
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        text = node.tail if event != "start" else node.text
        if event == "start":
            unread += node.tag in UNREAD
            holders.append(holders[-1].inner(node))
        elif event == "end":
            unread -= node.tag in UNREAD
            holders.pop()
            if node is element:
                return
        if event in ("start", "end") and (node.tag in BLOCKS or node.tag == "br"):
            yield "\n", holders[-1]
        if text and not unread:
            yield text, holders[-1]


def _role(node: HtmlElement) -> str:
    if node.tag in HEADING_TAGS:
        return "title"
    if node.tag in ("time", "figcaption", "button", "label", "figure", "cite"):
        return "noise"
    names = f"{node.get('class') or ''} {node.get('id') or ''}"[:300]
    if names == " ":
        return ""
    if node.tag != "a" and _TITLE_CLASS.search(names):
        return "title"
    is_leaf = node.tag not in ("a", "article") and not any(child.tag in BLOCKS for child in itertools.islice(node, 20))
    return "noise" if is_leaf and _NOISE_CLASS.search(names) else ""
