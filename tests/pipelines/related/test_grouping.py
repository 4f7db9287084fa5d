"""How links are grouped into lists, and which groups are not judged."""

import lxml.html

from pipelines.html.dom_index import DomIndex
from pipelines.related.classify import part_menus
from pipelines.related.extract import candidates_of
from pipelines.related.feature_table import feature_table
from tests.support.page_parts import EN, EN_BODY

SITE = "https://short.example"
LONG, SHORT = EN[0].title, "Ferries sail again today"


def judged(block: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The addresses of the groups after the body that are judged, and the texts over each."""
    html = f"<html><body><main><article><h1>Bridge to close</h1>{EN_BODY}</article>{block}</main></body></html>"
    context, candidates, _ = candidates_of(DomIndex(lxml.html.document_fromstring(html)), f"{SITE}/w/0")
    groups, _ = part_menus(context, candidates)
    addresses = [tuple(dict.fromkeys(context.links.url(place) or "" for place in group.places)) for group in groups]
    return addresses, feature_table(context, groups).headings


def items(block: str) -> list[tuple[int, bool]]:
    """Of each group how many items it has, and whether its links stand alone."""
    tree = lxml.html.document_fromstring(f"<html><body>{EN_BODY}{block}</body></html>")
    _, groups, _ = candidates_of(DomIndex(tree), f"{SITE}/w/0")
    return [(len(group.items), group.is_alone) for group in groups]


def card(url: str, title: str) -> str:
    return f"<div class='card'><a href='{url}'><img src='/p.jpg'></a><h3><a href='{url}'>{title}</a></h3></div>"


def test_a_heading_of_tabs_stands_over_the_list_below_it() -> None:
    tabs = "<h4><a href='#'>SIMILAR STORIES</a><a href='#'>BY THE AUTHOR</a></h4>"
    _, texts = judged(f"<div class='tabs'>{tabs}<div>{card('/w/1', LONG)}{card('/w/2', LONG + ' today')}</div></div>")
    assert [over[0].replace(" ", "") for over in texts] == ["SIMILARSTORIESBYTHEAUTHOR"]


def test_a_short_title_beside_a_long_one_is_a_card_of_its_own() -> None:
    addresses, _ = judged(f"<div>{card('/w/1', LONG + ', says the council')}{card('/w/2', SHORT)}</div>")
    assert addresses == [(f"{SITE}/w/1", f"{SITE}/w/2")]
    assert items(f"<div>{card('/w/1', LONG + ', says the council')}{card('/w/2', SHORT)}</div>") == [(2, True)]


def test_icons_and_share_buttons_are_not_judged() -> None:
    icons = "<div><a href='/rss'><i class='icon'></i></a><a href='/mail'><i class='icon'></i></a></div>"
    share = "<p><a href='https://www.facebook.com/sharer.php?u=1'>Share this article with your friends</a></p>"
    assert judged(icons + share) == ([], [])


def test_a_link_after_a_block_stands_alone_in_its_line() -> None:
    summary = "<p>What became of it in the end, as told by many who were there.</p>"
    assert items(f"<div><h3>{LONG}</h3>{summary}<a href='/w/1'>On</a></div>") == [(1, True)]
