"""Describe the list of links on a page that came nearest to related links."""

import itertools
from collections.abc import Iterable

from lxml.html import HtmlElement

from pipelines.related.classify import ClassifiedGroup
from pipelines.related.link_lists import heading_of

_HOLDERS = 3  # elements round an item, the nearest with a class or id names the list
_NAME = 60  # characters


def describe_nearest_list(classified: Iterable[ClassifiedGroup]) -> str:
    """Write probability, kind, and heading or class of the list likeliest to be related; "" where there is none.

    As in ``0.31 as related: ranking "Most read", 5 links``. The probability comes first and has two digits, so that the
    greatest of such texts is the nearest list of several pages.
    """
    judged = [each for each in classified if each.row is not None]
    nearest = max(judged, key=lambda each: each.related, default=None)
    if nearest is None:
        return ""
    heading, count = heading_of(nearest), len(nearest.group.places)
    name = f'"{heading[:_NAME]}"' if heading else _name_of(nearest.group.items[0])
    links = f"{count} link{'s' if count != 1 else ''}"
    return f"{nearest.related:.2f} as related: {nearest.kind} {name}, {links}"


def _name_of(item: HtmlElement) -> str:
    """Name the first class, else the id, of the element round a list's item, else of those round that."""
    for element in itertools.islice(item.iterancestors(), _HOLDERS):
        names = (element.get("class") or element.get("id") or "").split()
        if names:
            return f"without heading, in <{element.tag} {'class' if element.get('class') else 'id'}={names[0][:_NAME]}>"
    return "without heading"
