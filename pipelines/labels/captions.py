"""Recognize captions, credits, bylines, dates and labels among a page's lines."""

import re

from pipelines.dates.forms import ANY_MONTH, ANY_WEEKDAY, JAPANESE_AGO_UNIT, ORDINAL
from pipelines.dates.words import date_words
from pipelines.html.dom_index import plain
from pipelines.labels.ai_wording import ai_wording_kind
from pipelines.labels.headings import kind_of_heading
from pipelines.rules.load import load_rules, rule_cache

_DAY = (
    r"(?:\d{4}|(?:@ERA@)\s?(?:\d+|元)|['’]\d\d)?\s?[年./-]?\s?\d{1,2}\s?[月./-]\s?\d{1,4}\s?日?\s?(?:\([^()]{1,4}\))?"
    rf"|(?:{ANY_WEEKDAY},?\s?)?(?:\d{{1,2}}\s)?{ANY_MONTH}\.?,?\s?\d{{1,4}}"
    rf"{ORDINAL}?(?:,?\s?\d{{4}})?"
    rf"|\d+\s?(?:{JAPANESE_AGO_UNIT}|か月|ヶ月|年)前|今日|昨日|yesterday|today|just now"
    r"|(?:an?|\d+)\s?(?:second|sec|minute|min|hour|hr|day|week|month|year|m|h|d)s?\.?\s?ago"
)
_CLOCK = r",?\s?(?:at\s)?\d{1,2}(?::\d\d){1,2}\s?(?:[ap]\.?m\.?)?|\s?\d{1,2}時(?:\d{1,2}分)?"
_BYLINE = re.compile(
    r"by\s+\S.{0,60}|\(?(?:文|取材)[・=:/].{1,30}|.{1,12}(?:記者|編集部)"
    r"|\d+\s*(?:min(?:ute)?s?\s*read|comments?|件(?:のコメント)?)|コメント\s*\d+"
)
_WORDS = re.compile(r"\w(?:.*\w)?", re.DOTALL)  # without the marks round them
_POLITE = ("です。", "ます。")  # 「写真はイメージです。」
_NUMBER = re.compile(r"[#№(]?\d{1,4}[)位.]?")


@rule_cache()
def caption_rules() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return ``rules/captions.toml`` in plain form.

    ``ai`` has all its labels under ``whole`` too.
    """
    table = load_rules("captions")
    whole = {"whole": [mark for marks in table["ai"].values() for mark in marks]}
    entries = {**table, "ai": {**table["ai"], **whole}}
    return {kind: {key: tuple(map(plain, words)) for key, words in entry.items()} for kind, entry in entries.items()}


@rule_cache()
def _date_line() -> re.Pattern[str]:
    """Return the pattern of a line that is a date and nothing else.

    It has a date's label and zone, and forms that are too vague to date an article.
    """
    words = date_words()
    label = "|".join(re.escape(label) for kind in ("published", "modified") for label in words.labels[kind])
    zone, day = "|".join(words.zones), _DAY.replace("@ERA@", "|".join(words.eras))
    return re.compile(
        rf"(?:(?:{label}):?\s?)?(?:(?:{_CLOCK})\s?(?:{zone})?,?\s)?(?:{day})?(?:{_CLOCK})?(?:\s?(?:{zone}|{label}))?"
    )


@rule_cache(4_096)  # a line is asked of in its block, its card and the text
def is_caption(line: str) -> bool:
    """Tell whether a line in plain form is a label of AI or an image's credit."""
    if len(line) > 120:
        return False
    rules = caption_rules()
    words = _WORDS.search(line)
    bare = words[0] if words else ""
    marks = rules["ai"]["whole"]
    if (bare.startswith(marks) and bare in marks) or ai_wording_kind(line) is not None:
        return True
    while bare.startswith(marks):  # several marks on one line
        mark = next((mark for mark in marks if bare.startswith(mark)), None)
        bare = bare[len(mark or " ") :].strip(" ・|/")
        if not bare:
            return True
    if len(line) > 30 and line.endswith(("。", ".", "!", "?")):
        return False  # a sentence that only begins like a credit
    return len(line) <= 80 and _is_credit(line.lstrip("※* "), rules["credit"])


def ends_in_credit(line: str) -> bool:
    """Tell whether a line in plain form ends in an image's credit, as a caption does."""
    return _credit_at_end().search(line) is not None


def load_tables() -> None:
    """Load what no page may wait for."""
    _credit_at_end()


@rule_cache()
def _credit_at_end() -> re.Pattern[str]:
    return re.compile("|".join(load_rules("captions")["credit_at_end"]["patterns"]))


def _is_credit(line: str, rules: dict[str, tuple[str, ...]]) -> bool:
    if line.startswith(rules["begins"]):
        return True
    if line.startswith(rules["begins_told"]):
        return not line.endswith("。") or line.endswith(_POLITE)
    return line.endswith(rules["ends"]) and "。" not in line


def is_noise(text: str) -> bool:
    """Tell whether a line is a date, byline, number, label or caption.

    Such a line is no card's title or summary.
    """
    line = plain(text)
    if not re.search(r"\w", line):
        return True
    if len(line) <= 80 and any(pattern.fullmatch(line) for pattern in (_date_line(), _BYLINE, _NUMBER)):
        return True
    bare = line.strip("[]()【】|>»: ")
    return bare in caption_rules()["label"]["whole"] or kind_of_heading(bare) == "related" or is_caption(line)
