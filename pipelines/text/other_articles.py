"""Find other articles below the page's own, as on endlessly scrolling pages."""

from collections import defaultdict
from collections.abc import Mapping

from lxml.html import HtmlElement

_LEAST_SHARE = 0.5  # of the longest other one's prose, that the first ``article`` holds; else it is only the opening
_UPDATES = 4  # articles under lower headings from which they are a live blog's updates
_LOWER = ("h2", "h3")


def foreign_containers(prose: Mapping[HtmlElement, float]) -> set[HtmlElement]:
    """Return the containers, in document order, that hold another article.

    The page's own ``article`` is the first with prose, and holds an h1. Another is one beside it, neither inside nor
    round it, with a headline of its own: an h1, or a lower one unless there are many such, a live blog's updates.
    """
    holders = {container: _article_round(container) for container in prose}
    own = next((holder for container, holder in holders.items() if prose[container]), None)
    if own is None or next(own.iter("h1"), None) is None:
        return set()
    worth: defaultdict[HtmlElement, float] = defaultdict(float)
    for container, holder in holders.items():
        if holder is not None:
            worth[holder] += prose[container]
    others = [
        one for one in worth if one is not own and own not in one.iterancestors() and one not in own.iterancestors()
    ]
    if not others or worth[own] < _LEAST_SHARE * max(worth[one] for one in others):
        return set()
    foreign = {one for one in others if next(one.iter("h1"), None) is not None}
    lower = {one for one in others if one not in foreign and next(one.iter(*_LOWER), None) is not None}
    if len(lower) < _UPDATES:
        foreign |= lower
    return {container for container, holder in holders.items() if holder in foreign}


def _article_round(container: HtmlElement) -> HtmlElement | None:
    if container.tag == "article":
        return container
    return next(container.iterancestors("article"), None)
