"""Find the elements of a page by tag and attribute after one walk over its tree.

A walk takes as long for one tag as for all of them, and the readers of a page ask for some thirty.
"""

import collections
from collections.abc import Callable, Iterable, Mapping, Sequence

from lxml.html import HtmlElement

ATTRIBUTES = ("aria-modal", "class", "hidden", "id", "itemprop", "itemtype", "role", "style")
"""The attributes by which elements are found."""


class TagIndex:
    """The elements of a tree as it was when the index was made, without those of :meth:`forget`.

    ``nodes`` are all of them in document order, comments included; a place is one in this list.
    """

    def __init__(self, tree: HtmlElement) -> None:
        self.tree = tree
        self.nodes: Sequence[HtmlElement] = list(tree.iter())
        tags = collections.defaultdict[str, list[int]](list)
        values = {name: collections.defaultdict[str, list[int]](list) for name in ATTRIBUTES}
        for place, node in enumerate(self.nodes):
            tags[node.tag].append(place)
            for name in node.keys():  # noqa: SIM118  # an element is no mapping: it holds its children
                if name in values:
                    values[name][node.get(name)].append(place)
        self._forgotten: set[HtmlElement] = set()
        self._tags: Mapping[str, Sequence[int]] = tags
        self._values: Mapping[str, Mapping[str, Sequence[int]]] = values

    @property
    def title(self) -> str:
        """Return the text of the document's first ``title``."""
        return next((str(title.text or "") for title in self.tagged("title")), "")

    def tagged(self, *tags: str) -> Sequence[HtmlElement]:
        """Return the elements with one of the tags, in document order."""
        return self.at(place for tag in tags for place in self._tags.get(tag, ()))

    def having(self, attribute: str) -> Sequence[HtmlElement]:
        """Return the elements with one of ``ATTRIBUTES``, in document order."""
        return self.at(place for places in self._values[attribute].values() for place in places)

    def with_value(self, attribute: str, is_meant: Callable[[str], bool]) -> Sequence[HtmlElement]:
        """Return the elements whose value of one of ``ATTRIBUTES`` is meant; each value is asked once."""
        return self.at(
            place for value, places in self._values[attribute].items() if is_meant(value) for place in places
        )

    def values(self, attribute: str) -> Mapping[str, Sequence[int]]:
        """Return the values of one of ``ATTRIBUTES``, by first appearance, with the places of their elements."""
        return self._values[attribute]

    def at(self, places: Iterable[int]) -> Sequence[HtmlElement]:
        """Return the elements at some places, in document order."""
        found = [self.nodes[place] for place in sorted(places)]
        return [node for node in found if node not in self._forgotten] if self._forgotten else found

    def forget(self, element: HtmlElement) -> None:
        """Leave out an element that is taken out of the tree, with all that is in it."""
        self._forgotten.update(element.iter())
