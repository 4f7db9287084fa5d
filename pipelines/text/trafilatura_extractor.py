"""Find an article's body as trafilatura does, with parts of it exchanged for faster ones that do the same.

trafilatura itself is left as it is: the parts are exchanged in a second instance of its module. They are the lists that
a body goes by (:mod:`pipelines.text.trafilatura_xpaths`), the pruning of its sections
(:mod:`pipelines.text.trafilatura_pruning`), and its question for the texts of paragraphs.
"""

import contextlib
import functools
import importlib.util
from collections.abc import Iterable, Iterator
from importlib.abc import SourceLoader
from types import ModuleType
from typing import cast

from lxml.etree import XPath, _Element
from trafilatura.xpaths import BODY_XPATH

from pipelines.text.trafilatura_pruning import SectionPruner
from pipelines.text.trafilatura_xpaths import Selection

_PARAGRAPHS = 2_000  # characters of a document's paragraphs that are read to see whether there are enough
_PARAGRAPH_TEXTS = 'subtree.xpath("//p//text()")'  # trafilatura's own way to read them


@functools.cache
def main_extractor() -> ModuleType:
    """Return an instance of ``trafilatura.main_extractor`` with the exchanged parts."""
    spec = importlib.util.find_spec("trafilatura.main_extractor")
    if spec is None or not isinstance(spec.loader, SourceLoader):
        raise ImportError("trafilatura.main_extractor")
    module = importlib.util.module_from_spec(spec)
    source = (spec.loader.get_source(spec.name) or "").replace(_PARAGRAPH_TEXTS, "paragraph_texts(subtree)")
    exec(compile(source, spec.origin or spec.name, "exec"), vars(module))  # noqa: S102 - an installed library's own source
    vars(module).update(paragraph_texts=paragraph_texts, BODY_XPATH=remembering(BODY_XPATH))
    with contextlib.suppress(ValueError):
        vars(module).update(prune_unwanted_sections=SectionPruner())
    return module


def paragraph_texts(subtree: _Element) -> list[str]:
    """Return the texts in a document's paragraphs as ``//p//text()`` does, where that is short.

    Of a longer one the first 2,000 characters: the caller asks whether they are fewer than 750. The time of the XPath
    grows with the square of the texts' number, to seven seconds for 40,000 paragraphs.
    """
    texts: list[str] = []
    length = 0
    for paragraph in subtree.getroottree().iter("p"):
        if next(paragraph.iterancestors("p"), None) is not None:
            continue  # its texts are the outer one's
        for text in cast(Iterator[str], paragraph.itertext()):
            texts.append(text)
            length += len(text)
            if length > _PARAGRAPHS:
                return texts
    return texts


def remembering(expressions: Iterable[XPath]) -> list[XPath | Selection]:
    """Return the list with cached answers for expressions on attributes only."""
    return [_selection(one) if "re:test" in one.path or "translate(" in one.path else one for one in expressions]


def _selection(expression: XPath) -> XPath | Selection:
    try:
        return Selection(expression)
    except ValueError:
        return expression
