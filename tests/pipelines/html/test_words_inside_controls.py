"""Words that a page has inside elements for menus, controls and readers without scripts."""

import pytest
from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex
from pipelines.html.parse import parse_html
from pipelines.html.unclosed import place_streamed_segments, show_noscript, unnest_words

_PARAGRAPH = "<p>The ferry to the outer islands sails again from Monday, after the divers have replaced the piles.</p>"


def _parsed(body: str) -> HtmlElement:
    tree = parse_html(f"<html><body>{body}</body></html>")
    assert tree is not None
    return tree


def _tags(tree: HtmlElement) -> list[str]:
    paragraph = tree.find(".//p")
    assert paragraph is not None
    return [element.tag for element in paragraph.iterancestors()]


@pytest.mark.parametrize("tag", ["nav", "aside", "button", "footer", "form", "figure", "label"])
def test_an_element_round_most_of_the_words_is_made_a_plain_one(tag: str) -> None:
    tree = _parsed(f'<{tag} class="menu" role="navigation" id="top">Menu {_PARAGRAPH * 5}</{tag}><p>Imprint</p>')
    unnest_words(DomIndex(tree))
    assert _tags(tree) == ["div", "body", "html"]
    assert not tree.xpath("//@class | //@role | //@id")


def test_a_menu_that_holds_fewer_words_than_the_page_beside_it_stays_one() -> None:
    tree = _parsed(f"<nav>{_PARAGRAPH * 4}</nav><main>{_PARAGRAPH * 6}</main>")
    unnest_words(DomIndex(tree))
    assert _tags(tree)[0] == "nav"


def test_a_menu_of_links_stays_one_however_large() -> None:
    tree = _parsed("<nav><p>" + '<a href="/x">A section of this paper</a>' * 50 + "</p></nav>" + _PARAGRAPH)
    unnest_words(DomIndex(tree))
    assert _tags(tree)[0] == "nav"


def test_menus_inside_each_other_are_all_undone() -> None:
    tree = _parsed("<header><nav><button>" + _PARAGRAPH * 5)
    unnest_words(DomIndex(tree))
    assert not list(tree.iter("header", "nav", "button"))


def test_a_body_for_readers_without_scripts_is_shown() -> None:
    tree = _parsed(f"<div><noscript>{_PARAGRAPH * 5}</noscript></div>{_PARAGRAPH}")
    show_noscript(tree)
    assert list(tree.iter("noscript")) == []


@pytest.mark.parametrize(
    "body",
    [
        "<noscript><p>Please switch on JavaScript.</p></noscript>" + _PARAGRAPH,
        f"<noscript>{_PARAGRAPH * 5}</noscript>{_PARAGRAPH * 6}",
        "<noscript>" + "<img src='x.gif'>" * 50 + "</noscript>",
    ],
)
def test_what_else_stands_in_noscript_stays_hidden(body: str) -> None:
    tree = _parsed(body)
    show_noscript(tree)
    assert len(list(tree.iter("noscript"))) == 1


def test_streamed_segments_stand_where_the_scripts_would_put_them() -> None:
    tree = _parsed(
        '<main><h1>Head</h1><template id="B:0"></template><p>After</p></main>'
        '<div hidden id="S:0"><p>First <template id="P:1"></template></p></div>tail'
        '<script>$RC("B:0","S:0")</script>'
        '<div hidden id="S:1"><p>Second</p></div><script>$RS("S:1","P:1")</script>'
    )
    place_streamed_segments(tree)
    text = " ".join("".join(tree.find("body").itertext()).split())
    assert text.index("Head") < text.index("First") < text.index("Second") < text.index("After") < text.index("tail")
    assert not tree.xpath("//*[@hidden]")


def test_segments_of_a_page_saved_without_scripts_stand_where_their_numbers_do() -> None:
    tree = _parsed('<main>One <template id="B:a"></template> three</main><div hidden id="S:a">two</div>')
    place_streamed_segments(tree)
    assert " ".join("".join(tree.find("body").itertext()).split()) == "One two three"


def test_a_segment_without_a_place_stays_hidden() -> None:
    tree = _parsed('<main>Words</main><div hidden id="S:0"><p>Dialog</p></div>')
    place_streamed_segments(tree)
    assert len(tree.xpath("//*[@hidden]")) == 1


def test_a_segment_that_would_stand_inside_itself_stays_where_it_is() -> None:
    tree = _parsed('<div hidden id="S:0"><template id="B:0"></template>Words</div><script>$RC("B:0","S:0")</script>')
    place_streamed_segments(tree)
    assert "Words" in "".join(tree.find("body").itertext())
