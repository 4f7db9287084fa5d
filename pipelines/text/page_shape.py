"""Count what a whole page is made of, before parts of it are cut out."""

import collections
import itertools
import re
from collections.abc import Iterator

from pipelines.html.dom_index import DomIndex, plain
from pipelines.html.tag_index import TagIndex
from pipelines.html.text_blocks import ends_sentence, weight_of
from pipelines.rules.load import load_rules, rule_cache
from pipelines.rules.patterns import compile_words

_READ = 10_000  # characters of a page's visible text that are searched for words
_PIECE = 2_000  # characters that plain() compares
_MOST = 400  # of anything that is counted one by one
_JSON_TYPES = re.compile(r'"@type"\s*:\s*(?:\[\s*)?"([A-Za-z:/.]{2,60})"')
_TAGS = (
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "article",
    "time",
    "img",
    "table",
    "tr",
    "pre",
    "code",
    "blockquote",
    "figure",
    "dl",
    "button",
    "section",
)
_CONTROLS = ("password", "email", "text", "search", "checkbox", "radio", "submit", "tel", "number", "hidden", "file")
_TEXT_SUBJECTS = tuple(load_rules("page_words")["text"])
_SYSTEMS = tuple(load_rules("page_words")["system"])
_TYPES = tuple(load_rules("page_words")["types"])
DATE = re.compile(
    r"\b\d{4}[-/.年]\s?\d{1,2}[-/.月]|\b\d{1,2}[./]\s?\d{1,2}[./]\s?\d{2,4}"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}"
)

SHAPE_NAMES = (
    *("elements", "links", "text", "link_share", "paragraphs", "prose", "prose_share", "longest", "mean_paragraph"),
    *("linked_headings", "heads", "dates", "first_date", "forms", "textareas", "selects", "scripts"),
    *(f"tag_{tag}" for tag in _TAGS),
    *(f"control_{kind}" for kind in _CONTROLS),
    *(f"text:{subject}" for subject in _TEXT_SUBJECTS),
    *(f"system:{name}" for name in _SYSTEMS),
    *(f"type:{name}" for name in _TYPES),
)


def page_shape(page: DomIndex) -> tuple[float, ...]:
    """Return the numbers of :data:`SHAPE_NAMES` for a whole page."""
    whole, tags = page[page.tree], page.tags
    prose = [weight for _, text in page.texts if (weight := _prose_weight(text))]
    headings = [element for element in tags.tagged("h2", "h3")[:_MOST] if element in page]
    words = _text_counts(page)
    return (
        len(page.elements),
        len(page.links),
        whole.text,
        whole.linked / max(1, whole.text),
        len(prose),
        sum(prose),
        sum(prose) / max(1.0, whole.text),
        max(prose, default=0.0),
        sum(prose) / max(1, len(prose)),
        sum(page[element].linked > 0 for element in headings),
        len(headings),
        *words[:2],
        *(min(_MOST, len(tags.tagged(tag))) for tag in ("form", "textarea", "select", "script")),
        *(sum(element in page for element in tags.tagged(tag)) for tag in _TAGS),
        *_controls(tags),
        *words[2:],
        *_systems(tags),
        *_types(tags),
    )


def _prose_weight(text: str) -> float:
    """The weight of a text that reads like a sentence, else 0."""
    if len(text) < 30:
        return 0.0
    weight = weight_of(text)
    return weight if weight >= 60 or (weight >= 12 and ends_sentence(text.rstrip())) else 0.0


def _controls(tags: TagIndex) -> list[float]:
    kinds = collections.Counter((control.get("type") or "text").lower() for control in tags.tagged("input")[:_MOST])
    return [float(kinds[kind]) for kind in _CONTROLS]


def _text_counts(page: DomIndex) -> list[float]:
    """How often dates stand in the visible text, where the first, and how often words of each subject."""
    pieces: list[str] = []
    length = 0
    for _, text in page.texts:
        pieces.append(text[:_PIECE])
        length += len(pieces[-1])
        if length > _READ:
            break
    said = " ".join(" ".join(pieces).lower().split())
    subjects = _subject_of()
    counts = collections.Counter(subjects[word] for word in _any_word().findall(f" {said} "))
    scale = 1_000 / max(500, len(said))
    dates = [match.start() for match in itertools.islice(DATE.finditer(said), _MOST)]
    first = dates[0] / len(said) if dates else 2.0
    return [len(dates) * scale, first, *(counts[subject] * scale for subject in _TEXT_SUBJECTS)]


@rule_cache()
def _subject_of() -> dict[str, str]:
    table = load_rules("page_words")["text"]
    return {word.lower(): subject for subject, words in table.items() for word in words}


@rule_cache()
def _any_word() -> re.Pattern[str]:
    return compile_words(sorted(_subject_of(), key=len, reverse=True))


def _systems(tags: TagIndex) -> list[float]:
    names = plain(" ".join(_marks_of_system(tags))[:_PIECE])
    return [float(any(word in names for word in words)) for words in load_rules("page_words")["system"].values()]


def _marks_of_system(tags: TagIndex) -> Iterator[str]:
    """What content systems are recognized by: ``generator``, and the classes and ids of the document and its body."""
    for element in tags.tagged("html", "meta", "body"):
        if element.tag == "meta" and element.get("name") == "generator":
            yield element.get("content") or ""
        elif element.tag == "body" or element is tags.tree:
            yield from (value for name, value in element.items() if name in ("class", "id"))


def _types(tags: TagIndex) -> list[float]:
    """Which kinds of schema.org types the page's microdata and JSON-LD name anywhere."""
    written = [element.get("itemtype", "") for element in tags.having("itemtype")[:_MOST]]
    named = {kind.rstrip("/").rpartition("/")[2].lower() for kind in written}
    for script in tags.tagged("script")[:_MOST]:
        if "ld+json" in (script.get("type") or ""):
            text = (script.text or "")[:200_000]
            named |= {
                match[1].rpartition("/")[2].lower() for match in itertools.islice(_JSON_TYPES.finditer(text), _MOST)
            }
    return [float(not named.isdisjoint(kinds)) for kinds in load_rules("page_words")["types"].values()]
