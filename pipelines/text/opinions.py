"""Ask the two extractors how much of each block of a page they keep."""

import dataclasses
import functools
from collections.abc import Sequence

from lxml.etree import tostring
from lxml.html import HtmlElement
from resiliparse.extract.html2text import extract_plain_text

from pipelines.html.plain_text import word_characters
from pipelines.html.text_blocks import TextBlock
from pipelines.text.confirmed import confirmed
from pipelines.text.prune_dom import set_aside


@dataclasses.dataclass(frozen=True)
class Opinions:
    """How far the two extractors kept each block, 0 to 1; resiliparse is run when it is first asked."""

    tree: HtmlElement
    blocks: Sequence[TextBlock]
    trafilatura: list[float]

    @functools.cached_property
    def resiliparse(self) -> list[float]:
        """The shares that resiliparse keeps."""
        with set_aside(self.tree):
            html = tostring(self.tree, encoding="unicode", method="html")
        text = str(extract_plain_text(html, main_content=True, alt_texts=False, list_bullets=False))
        return confirmed(self.blocks, word_characters(text))

    def first(self, place: int) -> bool:
        """Tell whether trafilatura kept most of a block."""
        return self.trafilatura[place] > 0.5

    def second(self, place: int) -> bool:
        """Tell whether resiliparse kept most of a block."""
        return self.resiliparse[place] > 0.5
