"""Marks that an image, a report or a whole article is machine-made."""

import dataclasses

from lxml.html import HtmlElement

from pipelines.card_lines import caption_rules
from pipelines.page_measures import PageMeasures, plain

_EDGES = " .。()[]【】※*・-:|/"
_LONGEST = 60  # characters of a mark with what may stand round it


@dataclasses.dataclass(frozen=True, slots=True)
class MachineMarks:
    """What a page marks as machine-made: its ``image``, its ``report`` (the text), or neither."""

    image: bool = False
    report: bool = False


def is_machine_mark(text: str) -> bool:
    """Whether a short text is such a mark and nothing else."""
    return _bare(text) in caption_rules()["machine"]["whole"]


def machine_marks(tree: HtmlElement, measures: PageMeasures | None = None) -> MachineMarks:
    """What the page marks as machine-made; to be asked when the cards, which have marks of their own, are cut.

    A mark is a text of its own (``AIによって生成された画像``), never a phrase within a sentence. That a summary or a
    translation is machine-made does not count. ``measures`` are those of ``tree`` where the caller has them already.
    """
    page = PageMeasures(tree) if measures is None else measures
    marks = caption_rules()["machine"]
    image = report = False
    for holder, text in page.texts:
        if len(text) > 200 or holder not in page or not ("AI" in text or "ＡＩ" in text or "ai-" in text):
            continue
        bare = _bare(text)
        image = image or bare in marks["image"]
        report = report or bare in marks["report"]
    return MachineMarks(image, report)


def _bare(text: str) -> str:
    stripped = text.strip()
    return plain(stripped).strip(_EDGES) if len(stripped) <= _LONGEST else ""
