"""Extract a page's related articles, and cut its link lists from the tree."""

import collections
import dataclasses
import itertools
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import BLOCKS, DomIndex, readable_start, readable_text
from pipelines.html.prose import Prose, find_body
from pipelines.labels.headings import HEADING_TAGS
from pipelines.labels.list_words import heading_subjects
from pipelines.models.boosted_trees import BoostedTrees
from pipelines.related.blocks import BlockFinder, ListBlock
from pipelines.related.card_choice import choose_cards
from pipelines.related.classify import ClassifiedGroup, classify_groups
from pipelines.related.groups import Grouper, LinkGroup
from pipelines.related.link_index import LinkMap
from pipelines.related.link_lists import heading_of, link_lists
from pipelines.related.nearest_list import describe_nearest_list
from pipelines.related.page_context import PageContext
from storage.reading import Card, Cut, LinkList

_PROSE_SHARE = 0.5  # of the page's unlinked text; a block that holds more is the article
_PROSE_A_CARD = 400  # unlinked characters for each card, above which that holds
_CUT_KINDS = frozenset({"related", "recommended", "ranking", "latest", "ad"})
_CARD_WORDS, _TEASER_WORDS = 450, 300  # unlinked characters of a card behind the body, and between its paragraphs
# Probability from which a list without a heading that names it leaves the text: of related links and of others.
_SURE = {True: 0.15, False: 0.6}
_CARD_TAGS = HEADING_TAGS | {"img", "picture", "amp-img", "figure", "video"}
_CLIMBS = 3
_HEADING = 60  # characters
_RULES = {"related": "related-cards", "ad": "list-advertisement"}


@dataclasses.dataclass(frozen=True, slots=True)
class RelatedBlocks:
    """Hold the related cards in document order, all lists, all cuts, and without cards the list that came nearest."""

    cards: tuple[Card, ...]
    cuts: tuple[Cut, ...]
    lists: tuple[LinkList, ...] = ()
    nearest_list: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class _Section:
    """A part of the page that leaves it, with the related groups in it, whose cards are read before."""

    block: ListBlock
    groups: tuple[ClassifiedGroup, ...]


def take_related(
    tree: HtmlElement, page_url: str, measures: DomIndex | None = None, model: BoostedTrees | None = None
) -> RelatedBlocks:
    """Read the related articles of a page, and cut its lists from ``tree``.

    Cards have absolute, clean addresses, each address once, and language ``und``. Cuts of related blocks have the rule
    ``related-cards``; rankings, latest lists and so on ``list-ranking``, ``list-latest``, …. ``measures`` are those of
    ``tree`` where the caller has them already; they stay right. ``model`` is the packaged one unless another is given.
    """
    page = DomIndex(tree) if measures is None else measures
    context, groups, blocks = candidates_of(page, page_url)
    links = context.links
    classified = classify_groups(context, groups, model)
    lists = link_lists(classified, page, links)
    sections = _sections(blocks, classified, context)
    cards = choose_cards(((each.block.elements, each.groups) for each in sections), context)
    nearest = "" if cards else describe_nearest_list(classified)
    leaving = [section for section in sections if section.block.elements]
    cuts = [_cut_of(section, page) for section in leaving]
    for section in leaving:
        page.remove(section.block.elements)
    return RelatedBlocks(tuple(cards), tuple(cuts), lists, nearest)


def candidates_of(page: DomIndex, page_url: str) -> tuple[PageContext, list[LinkGroup], list[ListBlock]]:
    """Collect a page's context, its groups of links, and its headed blocks."""
    links = LinkMap(page, page_url)
    prose = Prose(page, page.is_mostly_cjk)
    body = find_body(page, prose)
    finder = BlockFinder(page, links, prose, body)
    blocks = _apart(finder.blocks(), page, links)
    context = PageContext(page, links, finder.headings, body, page_url)
    groups = Grouper(page, links, finder.headings).groups()
    context.note_blocks(blocks)
    context.note_groups(groups)
    return context, groups, blocks


def _sections(
    blocks: Sequence[ListBlock], classified: Sequence[ClassifiedGroup], context: PageContext
) -> list[_Section]:
    """The headed blocks and the groups outside them that are lists, in document order."""
    inside: dict[int, list[ClassifiedGroup]] = collections.defaultdict(list)
    sections = []
    for each in classified:
        holder = context.block_round(context.page[each.group.items[0]].order)
        if holder is not None:
            inside[id(holder)].append(each)
        elif each.kind in _CUT_KINDS:
            sections += _own_sections(each, context)
    sections += [_headed_section(block, inside[id(block)]) for block in blocks]
    return sorted(sections, key=lambda section: context.page[_first(section)].order)


def _first(section: _Section) -> HtmlElement:
    return section.block.elements[0] if section.block.elements else section.groups[0].group.items[0]


def _headed_section(block: ListBlock, members: Sequence[ClassifiedGroup]) -> _Section:
    """A headed block under the kind that most of its links have by the model."""
    related = tuple(each for each in members if each.kind == "related")
    if related:
        return _Section(dataclasses.replace(block, kind="related"), related)
    if block.kind != "related":
        return _Section(block, ())
    counts = collections.Counter[str]()
    for each in members:
        counts[each.kind] += len(each.group.places)
    kind = counts.most_common(1)[0][0] if counts else "other"
    return _Section(dataclasses.replace(block, kind=kind), ())


def _own_sections(each: ClassifiedGroup, context: PageContext) -> list[_Section]:
    """A group outside any headed block: its items, where they may leave the text; else none but its cards."""
    evidence = f"{heading_of(each) or 'no heading'}, p = {each.probability:.2f}"
    related = (each,) if each.kind == "related" else ()
    page = context.page
    is_inside = context.first < page[each.group.items[0]].order <= context.last
    runs = each.group.runs(page, 0 if is_inside else _CARD_WORDS) if _may_leave(each, context) else ()
    kept = [tuple(run) for run in runs if not _holds_article(run, page, context.links)]
    if kept:
        heading = _heading_before(kept[0][0], page)
        over = [_Section(ListBlock(each.kind, evidence, (heading,)), ())] if heading is not None else []
        return [*over, *(_Section(ListBlock(each.kind, evidence, elements), related) for elements in kept)]
    return [_Section(ListBlock(each.kind, evidence, ()), related)] if related else []


def _heading_before(item: HtmlElement, page: DomIndex) -> HtmlElement | None:
    """The short unlinked element right before a list that speaks of lists; it may stand before what holds the list."""
    element = item
    for _ in range(_CLIMBS):
        before = element.getprevious()
        while before is not None and (before not in page or not page[before].text):
            before = before.getprevious()
        if before is not None:
            is_short = page[before].text <= _HEADING and not page[before].links
            return before if is_short and any(heading_subjects(readable_text(before))) else None
        element = element.getparent()
        if element is None or element not in page or element.tag in ("body", "main", "article"):
            return None
    return None


def _may_leave(each: ClassifiedGroup, context: PageContext) -> bool:
    """Whether a list is no part of the article's words.

    Links in sentences and before the first paragraph are. Between the body's paragraphs only related teasers go that
    are little but links, or cards with a heading or picture and few words.
    """
    page, items = context.page, each.group.items
    if not each.group.is_alone:
        return False
    text = sum(page[item].text for item in items)
    unlinked = text - sum(page[item].linked for item in items)
    if page[items[-1]].end <= context.first:
        return False  # a lead may stand there
    if page[items[0]].order > context.last:
        return unlinked <= _CARD_WORDS * len(items) and each.probability >= _SURE[each.kind == "related"]
    if each.kind != "related" or each.probability < _SURE[True] or any(item.tag not in BLOCKS for item in items):
        return False
    is_card = any(element.tag in _CARD_TAGS for element in itertools.islice(items[0].iter(), 30))
    return unlinked * 5 <= text or (is_card and unlinked <= _TEASER_WORDS * len(items))


def _cut_of(section: _Section, page: DomIndex) -> Cut:
    block = section.block
    text = " ".join(readable_start(element, 200) for element in block.elements[:3] if element in page)
    return Cut(_RULES.get(block.kind, f"list-{block.kind}"), block.evidence, text[:200])


def _apart(blocks: Iterable[ListBlock], page: DomIndex, links: LinkMap) -> list[ListBlock]:
    """The blocks that are no part of an earlier one and not the article itself, in document order."""
    kept: list[ListBlock] = []
    taken: list[tuple[int, int]] = []
    for block in blocks:
        elements = tuple(element for element in block.elements if element in page)
        spans = [(page[element].order, page[element].end) for element in elements]
        if any(first < end and start < last for first, last in spans for start, end in taken[-40:]):
            continue
        if _holds_article(elements, page, links):
            continue
        kept.append(block)
        taken += spans
    return sorted(kept, key=lambda block: page[block.elements[0]].order)


def _holds_article(elements: Sequence[HtmlElement], page: DomIndex, links: LinkMap) -> bool:
    """Whether most of the page's unlinked text stands in the block, and more of it than cards have."""
    unlinked = sum(page[element].text - page[element].linked for element in elements)
    whole = page[page.tree].text - page[page.tree].linked
    cards = sum(links.counts(element)[0] for element in elements)
    return unlinked > whole * _PROSE_SHARE and unlinked > _PROSE_A_CARD * max(1, cards)
