"""Return the link lists of a page as data: kind, heading, links."""

import itertools
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex, readable_start
from pipelines.labels.headings import HEADING_TAGS
from pipelines.labels.list_words import heading_subjects
from pipelines.related.classify import ClassifiedGroup
from pipelines.related.link_index import LinkMap
from storage.reading import LinkList, ListedLink

_MOST_LISTS = 60  # of one page
_MOST_LINKS = 100  # of one list
_TITLE = 300  # characters
_HEADING = 100  # characters
_NOT_LISTED = frozenset({"inline", "navigation"})


def link_lists(classified: Iterable[ClassifiedGroup], page: DomIndex, links: LinkMap) -> tuple[LinkList, ...]:
    """Return the content lists; neighbouring groups under one heading are one.

    Menus and links in sentences are no content lists. At most 60 lists, and 100 links of each.
    """
    content = [each for each in classified if each.kind not in _NOT_LISTED]
    lists = []
    for (kind, heading), members in itertools.groupby(content, key=lambda each: (each.kind, heading_of(each))):
        together = list(members)
        listed = _listed([place for each in together for place in each.group.places], page, links)
        if listed:
            probability = sum(each.probability for each in together) / len(together)
            lists.append(LinkList(kind, heading, round(probability, 3), listed))
    return tuple(lists[:_MOST_LISTS])


def heading_of(classified: ClassifiedGroup) -> str:
    """Return a group's heading: a text about a list, else the one right above."""
    near, further, tagged, lead, label = classified.texts
    for text in (lead, near, label, tagged, further):
        if any(heading_subjects(text)):
            return text[:_HEADING]
    return near[:_HEADING] if near == tagged else ""


def _listed(places: Sequence[int], page: DomIndex, links: LinkMap) -> tuple[ListedLink, ...]:
    """Each address once, with its longest link's title."""
    titles: dict[str, str] = {}
    for place in places:
        url = links.url(place)
        if url is None or (len(titles) >= _MOST_LINKS and url not in titles):
            continue
        if url not in titles or page[page.links[place]].text > len(titles[url]):
            title = _title(page.links[place])
            if len(title) >= len(titles.get(url, "")):
                titles[url] = title
    return tuple(ListedLink(url, title, position) for position, (url, title) in enumerate(titles.items(), 1))


def _title(link: HtmlElement) -> str:
    """The heading within the link, else its words."""
    heading = next(link.iter(*HEADING_TAGS), None)
    return readable_start(heading if heading is not None else link, _TITLE)
