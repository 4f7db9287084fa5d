"""Extract the article's text: the blocks that three extractors agree on, and a learnt model where they do not.

trafilatura finds an article's body by class names and structure, resiliparse by tags and visibility, and the third
opinion by repetition: the paragraphs of one body stand in containers of one template. The template whose prose
trafilatura confirms most is the article's; all its containers are (a body that an advertisement splits has several,
of which trafilatura keeps the first). Inside, a block is kept that an extractor confirms. Before it, leads are kept
that both confirm or that the page's own summary repeats. Of what stands behind it the model decides.
"""

import collections
import functools
import itertools
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import TypeAlias

from lxml.html import HtmlElement

from pipelines.html.plain_text import word_characters
from pipelines.html.text_blocks import TextBlock, text_blocks, weight_of
from pipelines.text.arbiter import BlockEvidence, PageSetting, arbitrate
from pipelines.text.confirmed import CERTAIN, confirmed, without_copies
from pipelines.text.embedded_body import declared_body, script_body
from pipelines.text.missed_blocks import missed_blocks
from pipelines.text.opinions import Opinions
from pipelines.text.other_articles import foreign_containers
from pipelines.text.prune_dom import drop_textless, set_aside
from pipelines.text.trafilatura_text import trafilatura_text
from storage.reading import Cut

Template: TypeAlias = tuple[tuple[str, str], ...]

_LISTS = frozenset({"li", "ul", "ol", "dd", "dt", "dl", "td", "th", "tr", "tbody", "thead", "table"})
_INNER = _LISTS | {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "figcaption", "figure"}
_ITEMS = frozenset({"li", "table"})
_ELSEWHERE = frozenset({"nav", "aside", "footer", "dialog"})
_NUMBERS = re.compile(r"(?<![a-z\d])(?=[a-f]*\d)[a-f\d]{7,}(?![a-z\d])|\d+")  # and the hashes of page builders
_TEMPLATE_HEIGHT = 5  # elements of a container's own branch that tell its template, at most
_NAMED = 2  # of them with a class: sites that name nothing need more height to be told apart
_PROSE_CAP = 200  # weight at which a paragraph counts fully: one endless block must not outvote a body
_UNCONFIRMED = 0.1  # what prose weighs that trafilatura left out: only where it found nothing does it decide
_CONFIRMED = 3.0
_COMMENTS = re.compile(r"(?:^|[-_ ])(?:comments?|commentlist|disqus|respond)(?:$|[-_ ])", re.IGNORECASE)
_HARDLY_ANYTHING = 120  # Japanese characters
_SCRAP = 0.2  # of the prose that an extractor found, below which what is kept cannot be the article
_ADDRESSES = ("http://", "https://")
_LINKED = 0.8  # share of link text from which a block is a link
_MOST_LEFT_OUT = 100  # of one page
_SUMMARY_START = 40  # letters in which a lead and the declared summary must agree (summaries are cut short)


def article_text(
    tree: HtmlElement,
    summary: str = "",
    left_out: list[Cut] | None = None,
    kept: list[TextBlock] | None = None,
    note: Callable[[BlockEvidence], None] | None = None,
) -> str:
    """Return the article's text of a cut tree: paragraphs joined by newlines.

    ``summary`` is the page's declared one: where it is visible above the body it stands first. Scripts, styles,
    controls and rows of empty ``div`` are taken out of the tree. Where no block reads like prose, trafilatura's text is
    given as it is, and where hardly anything is visible, the body that JSON-LD declares or that scripts would fill in.
    Prose that is left out is told in ``left_out``, with the reason; ``kept`` gets the blocks of the text, one a line,
    where it is made of the page's own. ``note`` is called with what the blocks are judged by, to train models.
    """
    scripts = list(tree.iter("script"))
    drop_textless(tree)
    text = _visible_text(
        tree, word_characters(summary), [] if left_out is None else left_out, [] if kept is None else kept, note
    )
    if weight_of(text) >= _HARDLY_ANYTHING:
        return text
    filled = [script.text for script in scripts if script.text]
    for read in (declared_body, script_body):
        text = max(text, read(filled), key=len)
        if weight_of(text) >= _HARDLY_ANYTHING:
            break
    return text


def _visible_text(
    tree: HtmlElement,
    summary: str,
    left_out: list[Cut],
    kept: list[TextBlock],
    note: Callable[[BlockEvidence], None] | None,
) -> str:
    with set_aside(tree):
        first = trafilatura_text(tree)
    body = tree.find("body")
    blocks = text_blocks(body if body is not None else tree)
    opinions = Opinions(tree, blocks, confirmed(blocks, word_characters(first)))
    containers = [_container(block.element) for block in blocks]
    main = _main_containers(blocks, opinions, containers)
    if not main:
        return first
    home_of = _home_of(containers, main)
    homes = [home_of[container] for container in containers]
    votes = _resolved(blocks, opinions, _kept(blocks, opinions, containers, homes, main, summary))
    inside = [0.0 if home is None else 1.0 if main[home] else 0.5 for home in homes]
    places = without_copies(blocks, arbitrate(opinions, votes, PageSetting(containers, inside, summary), note))
    left_out += _left_out(blocks, set(places), homes)
    kept += (blocks[place] for place in places)
    return "\n".join(block.text for block in kept)


def _resolved(blocks: Sequence[TextBlock], opinions: Opinions, kept: list[int]) -> list[int]:
    """The blocks to keep where what would be kept is a scrap of what an extractor found: those that this one kept.

    trafilatura's are tried first, then resiliparse's, both without links and readers' comments.
    """
    whole = sum(blocks[place].weight for place in kept)
    if whole >= _SCRAP * sum(block.weight for block in blocks if block.is_prose):
        return kept  # no extractor can have found so much more, and resiliparse need not run
    for confirms in (opinions.first, opinions.second):
        places = [
            place
            for place, block in enumerate(blocks)
            if block.link_share <= _LINKED
            and block.element.tag != "h1"
            and confirms(place)
            and not _is_comment(block.element)
        ]
        prose = sum(blocks[place].weight for place in places if blocks[place].is_prose)
        if prose >= _HARDLY_ANYTHING and whole < _SCRAP * prose:
            return places
    return kept


def _is_comment(element: HtmlElement) -> bool:
    names = (f"{one.get('class') or ''} {one.get('id') or ''}" for one in _lineage(element) if one.keys())
    return any(_COMMENTS.search(name[:200]) for name in names)


def _left_out(blocks: Sequence[TextBlock], kept: Container[int], homes: Sequence[HtmlElement | None]) -> Iterator[Cut]:
    """What reads like prose and was not kept, and why not."""
    prose = ((place, block) for place, block in enumerate(blocks) if block.is_prose and place not in kept)
    for place, block in itertools.islice(prose, _MOST_LEFT_OUT):
        reason = "no two extractors confirm it" if homes[place] is not None else "outside the article's containers"
        yield Cut("left-out", reason, block.text[:200])


def _container(element: HtmlElement) -> HtmlElement:
    """The element that holds the paragraphs among which this one stands."""
    while element.tag in _INNER:
        parent = element.getparent()
        if parent is None:
            break
        element = parent
    return element


def _template(element: HtmlElement) -> Template:
    """What containers of one template have in common: tags and classes (numbers aside) of their branch."""
    names: list[tuple[str, str]] = []
    named = 0
    for one in itertools.islice(itertools.chain([element], element.iterancestors()), _TEMPLATE_HEIGHT):
        classes = _classes(one)
        names.append((one.tag, classes))
        named += bool(classes)
        if named == _NAMED:
            break
    return tuple(names)


def _classes(element: HtmlElement) -> str:
    """An element's classes without numbers."""
    classes = element.get("class")
    return _without_numbers(classes[:200]) if classes else ""


@functools.lru_cache(4_096)
def _without_numbers(classes: str) -> str:
    return _NUMBERS.sub("", classes)[:80]


def _main_containers(
    blocks: Sequence[TextBlock], opinions: Opinions, containers: Sequence[HtmlElement]
) -> dict[HtmlElement, bool]:
    """The article's containers, outermost as well as inner, and whether trafilatura saw their prose."""
    template_of = functools.cache(_template)
    is_elsewhere = functools.cache(functools.partial(_stands_in, tags=_ELSEWHERE))
    prose: collections.Counter[Template] = collections.Counter()
    for block, share, container in zip(blocks, opinions.trafilatura, containers, strict=True):
        if block.is_prose and not is_elsewhere(container):
            worth = int(100 * min(block.weight, _PROSE_CAP) * (_UNCONFIRMED + _CONFIRMED * share))
            prose[template_of(container)] += worth
    if not prose:
        return {}
    best = prose.most_common(1)[0][0]
    seen: dict[HtmlElement, list[float]] = {}
    looked_at: set[HtmlElement] = set()
    for container in dict.fromkeys(containers):
        for one in _lineage(container):
            if one in looked_at:
                break
            looked_at.add(one)
            if one.tag == best[0][0] and _classes(one) == best[0][1] and template_of(one) == best:
                seen[one] = [0.0, 0.0]
    is_comment = functools.cache(_is_comment)
    home_of = _home_of(containers, seen)
    for block, share, container in zip(blocks, opinions.trafilatura, containers, strict=True):
        home = home_of[container]
        if home is not None and block.is_prose and (share > 0.5 or not is_comment(container)):
            seen[home][0] += block.weight
            seen[home][1] += block.weight * share
    foreign = foreign_containers({one: whole for one, (whole, _) in seen.items()})
    return {one: 2 * kept >= whole > 0 for one, (whole, kept) in seen.items() if one not in foreign}


def _kept(
    blocks: Sequence[TextBlock],
    opinions: Opinions,
    containers: Sequence[HtmlElement],
    homes: Sequence[HtmlElement | None],
    main: dict[HtmlElement, bool],
    summary: str,
) -> list[int]:
    """The places of the blocks to keep before the model is asked, which decides about what stands behind the body.

    Inside the containers they are what trafilatura keeps, or resiliparse of a container that trafilatura did not see,
    and of addresses that are written out; above them, leads and what both confirm. Other links are labels, or lead to
    other articles, if they are no items of a list or table.
    """
    inside = [place for place, home in enumerate(homes) if home is not None]
    first, last = inside[0], inside[-1]
    above = {one for container in main for one in container.iterancestors()}
    kept = []
    for place, (block, home) in enumerate(zip(blocks, homes, strict=True)):
        if home is None and place > first:
            continue
        is_link = block.link_share > _LINKED
        if block.element.tag == "h1" or (is_link and not _may_be_content(block)):
            continue
        if home is not None:
            keep = opinions.first(place) if main[home] else opinions.second(place)
            keep = keep or (block.text.startswith(_ADDRESSES) and opinions.second(place))
        elif _stands_in(block.element, _ELSEWHERE):
            keep = False
        else:
            is_confirmed = block.is_prose and opinions.first(place)
            keep = is_confirmed and (containers[place] in above or opinions.second(place))
            keep = keep or _is_lead(block, summary)
        if keep:
            kept.append(place)
    return sorted({*kept, *missed_blocks(blocks, kept, first, last, opinions.first, opinions.second)})


def _is_lead(block: TextBlock, summary: str) -> bool:
    said = block.letters
    return (
        bool(summary)
        and len(said) >= CERTAIN
        and (said[:_SUMMARY_START] in summary or summary[:_SUMMARY_START] in said)
    )


def _may_be_content(block: TextBlock) -> bool:
    """Whether a link may be content: an address that is written out, an item of a list or table."""
    return block.text.startswith(_ADDRESSES) or _stands_in(block.element, _ITEMS)


def _stands_in(element: HtmlElement, tags: frozenset[str]) -> bool:
    return any(one.tag in tags for one in _lineage(element))


def _home_of(containers: Iterable[HtmlElement], main: Container[HtmlElement]) -> dict[HtmlElement, HtmlElement | None]:
    """The container of the article in which each container stands, None where it stands in none."""
    return {one: next((each for each in _lineage(one) if each in main), None) for one in dict.fromkeys(containers)}


def _lineage(element: HtmlElement) -> itertools.chain[HtmlElement]:
    return itertools.chain([element], element.iterancestors())
