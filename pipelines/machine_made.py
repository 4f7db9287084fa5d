"""Marks that an image, a report or a whole article is machine-made."""

from lxml.html import HtmlElement

from pipelines.card_lines import caption_rules
from pipelines.page_measures import PageMeasures, plain

_EDGES = " .。()[]【】※*・-:|/"
_LONGEST = 60  # characters of a mark with what may stand round it


def is_machine_mark(text: str) -> bool:
    """Whether a short text is such a mark and nothing else."""
    if len(text) > _LONGEST:
        return False
    bare = plain(text).strip(_EDGES)
    return bool(bare) and bare in caption_rules()["machine"]["whole"]


def marks_machine_generated(tree: HtmlElement, measures: PageMeasures | None = None) -> bool:
    """Whether the page marks an image or a report on it as machine-made; to be asked before anything is cut.

    A mark is a text of its own (``AIによって生成された画像``), never a phrase within a sentence. That a summary or a
    translation is machine-made does not count. ``measures`` are those of ``tree`` where the caller has them already.
    """
    page = PageMeasures(tree) if measures is None else measures
    other = caption_rules()["machine"]["not_generated"]
    for _, text in page.texts:
        if len(text) > 200 or not ("AI" in text or "ＡＩ" in text or "ai-" in text):
            continue
        stripped = text.strip()
        if is_machine_mark(stripped) and plain(stripped).strip(_EDGES) not in other:
            return True
    return False
