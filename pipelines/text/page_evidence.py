"""Hold what is known of a page when its type is judged."""

import dataclasses
import functools
from collections.abc import Sequence

from pipelines.html.plain_text import word_characters
from pipelines.html.text_blocks import ends_sentence, weight_of
from pipelines.metadata.metadata import Metadata
from pipelines.raw_page import RawPage
from pipelines.text.body_shape import BODY_NAMES
from pipelines.text.page_features import DECLARED_NAMES
from pipelines.text.page_layout import LAYOUT_NAMES
from pipelines.text.page_shape import SHAPE_NAMES
from storage.reading import Card, Entry

_TEASER_START = 40  # letters in which a line and a listed article's teaser must agree
_DATE_SOURCES = {"": 0.0, "json-ld": 1.0, "meta": 2.0}  # of which feature's value, 3 of any other


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Hold what is known of a page: ``listed`` are its main part's article links.

    ``unrelated`` counts those that the page does not declare as related articles: an article has few of them.
    ``in_feed`` says that a feed or a news sitemap lists the page, ``is_home`` that it calls itself the home page.
    ``shape`` and ``layout`` are :func:`~pipelines.text.page_shape.page_shape` and
    :func:`~pipelines.text.page_layout.page_layout` of the whole page, ``body`` is
    :func:`~pipelines.text.body_shape.body_shape` of its text. ``declared`` are the numbers of ``DECLARED_NAMES``.
    """

    url: str
    status: int
    title: str
    text: str
    types: tuple[str, ...]
    is_dated: bool
    has_author: bool
    is_paywalled: bool
    listed: Sequence[Entry]
    unrelated: int
    in_feed: bool = False
    is_home: bool = False
    shape: tuple[float, ...] = (0.0,) * len(SHAPE_NAMES)
    layout: tuple[float, ...] = (0.0,) * len(LAYOUT_NAMES)
    body: tuple[float, ...] = (0.0,) * len(BODY_NAMES)
    declared: tuple[float, ...] = (0.0,) * len(DECLARED_NAMES)

    @functools.cached_property
    def own_lines(self) -> list[str]:
        """Return the text's lines that are not the teasers of listed articles."""
        teasers = {_start(words) for entry in self.listed for words in (entry.title, entry.summary)}
        lines = self.text.splitlines()
        return [line for line in lines if _start(line) not in teasers] if teasers else lines

    @functools.cached_property
    def own_prose(self) -> float:
        """Return the weight of those of its own lines that end like sentences."""
        return sum(weight_of(line) for line in self.own_lines if ends_sentence(line))


def gather(
    raw: RawPage,
    metadata: Metadata,
    text: str,
    entries: Sequence[Entry],
    cards: Sequence[Card],
    shapes: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]],
) -> Evidence:
    """Gather the evidence of a page; ``entries`` are its main part's article links, ``cards`` its related articles.

    ``shapes`` are those of the page, of its layout and of its text.
    """
    declared = {card.url for card in cards}
    listed = [entry for entry in entries if entry.title]
    return Evidence(
        url=raw.final_url,
        status=raw.status,
        title=metadata.title,
        text=text,
        types=tuple(metadata.types),
        is_dated=metadata.published_at is not None,
        has_author=bool(metadata.authors),
        is_paywalled=bool(metadata.is_paywalled),
        listed=listed,
        unrelated=sum(entry.url not in declared for entry in listed),
        in_feed=raw.in_feed,
        is_home=metadata.is_home,
        shape=shapes[0],
        layout=shapes[1],
        body=shapes[2],
        declared=(
            len(cards),
            len(metadata.authors),
            _DATE_SOURCES.get(metadata.published_source, 3.0),
            len(metadata.summary),
            metadata.modified_at is not None,
            len(metadata.keywords),
            bool(metadata.section),
            bool(metadata.site_name),
        ),
    )


def _start(text: str) -> str:
    """The first letters of a line or teaser, by which they are compared."""
    start = word_characters(text[: 2 * _TEASER_START])
    return (start if len(start) > _TEASER_START else word_characters(text))[:_TEASER_START]
