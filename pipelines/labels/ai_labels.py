"""Marks that an image, a report or a whole article is machine-made."""

import dataclasses
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.html.dom_index import PageMeasures, plain
from pipelines.labels.ai_wording import LONGEST, ai_wording_kind
from pipelines.labels.captions import caption_rules
from pipelines.rules.load import rule_cache

_EDGES = " .。()[]【】※*・-:|/"
_LONGEST_TEXT = 200  # characters of a mark with the white space round it
_PARTS = re.compile(r"[。．;；|｜()（）【】［］]|[.](?:\s|$)")
_CONTROLS = frozenset({"button", "label", "option"})


@dataclasses.dataclass(frozen=True, slots=True)
class AiLabels:
    """What a page marks as machine-made: its ``image``, its ``report`` (the text), or neither."""

    image: bool = False
    report: bool = False


def is_ai_label(text: str) -> bool:
    """Whether a short text is such a mark and nothing else."""
    return ai_label_kind(text) is not None


@rule_cache(8_192)  # menus, labels and captions stand on all pages of a site
def ai_label_kind(text: str) -> str | None:
    """What a short text marks as machine-made and is nothing else: ``image``, ``report`` or ``other``."""
    stripped = text.strip()
    if len(stripped) > LONGEST:
        return None
    said = plain(stripped)
    bare = said.strip(_EDGES)
    marks = caption_rules()["ai"]
    listed = (kind for kind in ("image", "report", "other") if bare in marks[kind])
    return next(listed, None) or ai_wording_kind(said)


def read_ai_labels(tree: HtmlElement, measures: PageMeasures | None = None) -> AiLabels:
    """What the page marks as machine-made; to be asked when the cards, which have marks of their own, are cut.

    A mark is a text of its own (``AIによって生成された画像``) or a sentence of a caption, never a phrase within a
    sentence, a link or a button. That a summary or a translation is machine-made does not count. ``measures`` are
    those of ``tree`` where the caller has them already.
    """
    page = PageMeasures(tree) if measures is None else measures
    kinds = {ai_label_kind(said) for said in _marking(page)}
    return AiLabels("image" in kinds, "report" in kinds)


def _marking(page: PageMeasures) -> Iterator[str]:
    """The texts that may be marks, and the parts of captions."""
    for holder, text in page.texts:
        if len(text) > _LONGEST_TEXT or holder not in page:
            continue
        measure = page[holder]
        if measure.in_link or holder.tag in _CONTROLS:
            continue
        yield text
        if measure.block is not None and measure.block.tag == "figcaption":
            yield from _PARTS.split(text)
