"""Read the labels that mark images, reports or articles as made by AI."""

import dataclasses
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex, plain
from pipelines.labels.ai_wording import LONGEST, ai_wording_kind
from pipelines.labels.captions import caption_rules
from pipelines.rules.load import rule_cache

_EDGES = " .。()[]【】※*・-:|/"
_LONGEST_TEXT = 200  # characters of a mark with the white space round it
_PARTS = re.compile(r"[。．;；|｜()（）【】［］]|[.](?:\s|$)")
_CONTROLS = frozenset({"button", "label", "option"})


@dataclasses.dataclass(frozen=True, slots=True)
class AiLabels:
    """What a page labels as made by AI: its ``image``, its ``report``, or neither.

    The report is the text.
    """

    image: bool = False
    report: bool = False


def is_ai_label(text: str) -> bool:
    """Tell whether a short text is a label of AI and nothing else."""
    return ai_label_kind(text) is not None


@rule_cache(8_192)  # all pages of a site have the same menus, labels and captions
def ai_label_kind(text: str) -> str | None:
    """Return what a label of AI is for: ``image``, ``report``, ``other`` or None.

    None is for a text that is anything but such a label.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST:
        return None
    line = plain(stripped)
    return _listed_labels().get(line.strip(_EDGES)) or ai_wording_kind(line)


@rule_cache()
def _listed_labels() -> dict[str, str]:
    """Return the kind of each label that is listed whole."""
    marks = caption_rules()["ai"]
    return {mark: kind for kind in ("other", "report", "image") for mark in marks[kind]}


def read_ai_labels(tree: HtmlElement, index: DomIndex | None = None) -> AiLabels:
    """Read what the page labels as made by AI.

    Call it after the cards are cut, since cards have labels of their own. A label is a text of its own
    (``AIによって生成された画像``) or a sentence of a caption, never a phrase within a sentence, a link or a button.
    Labels of summaries and translations do not count. ``index`` is that of ``tree`` where the caller has them
    already.
    """
    page = DomIndex(tree) if index is None else index
    kinds = {ai_label_kind(text) for text in _marking(page)}
    return AiLabels("image" in kinds, "report" in kinds)


def _marking(page: DomIndex) -> Iterator[str]:
    """Return the texts that may be labels, and the parts of captions."""
    for holder, text in page.texts:
        if len(text) > _LONGEST_TEXT:
            continue
        measure = page.get(holder)
        if measure is None or measure.in_link or holder.tag in _CONTROLS:
            continue
        yield text
        if measure.block is not None and measure.block.tag == "figcaption":
            yield from _PARTS.split(text)
