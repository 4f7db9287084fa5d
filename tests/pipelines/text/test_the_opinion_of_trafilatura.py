"""trafilatura's stages, called one by one, against its own ``extract``: a new version of it must not part them."""

import re

import pytest
import trafilatura
from lxml.etree import strip_elements
from lxml.html import HtmlElement
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REMOVE_COMMENTS_AND_LISTS_XPATH

from crawler.sample.cards import Bases
from crawler.sample.content import load_content
from crawler.sample.render import render_article
from pipelines.html.parse import parse_html
from pipelines.text.main_text import article_text
from pipelines.text.trafilatura_stages import PRUNED_TAGS
from pipelines.text.trafilatura_text import trafilatura_text
from tests.support.article_pages import BODY, MORE, NIHONGO, html, paragraphs

LONG = paragraphs([*BODY, *MORE, *BODY[::-1]])
OTHERS = "".join(f"<p>Notice {n} of the harbour office on moorings, tides and lamps.</p>" for n in range(90))
LINKS = "<ul>" + "".join(f'<li><a href="/n/{n}">Notice {n} of the office</a></li>' for n in range(300)) + "</ul>"
TABLE = "<table><tr><th>Year</th><td>900 t</td></tr></table><ul><li>Rice</li></ul>"
PAGES = {
    "a plain article": f"<article>{LONG}</article>",
    "a Japanese article": f"<article>{paragraphs(NIHONGO * 3)}</article>",
    "comments by class": f'<article>{LONG}<div class="commenting"><p>{BODY[0]} I doubt it.</p></div></article>',
    "comments in a list by id": f'<article>{LONG}<ol id="comments"><li><p>{MORE[1]} So what?</p></li></ol></article>',
    "another article below": f'<article>{LONG}<div class="infinite-scroll"><p>{MORE[2]} Late.</p></div></article>',
    "a short article": f"<article>{paragraphs(BODY[:1])}</article>",
    "little of a page": f'<div class="post-body">{paragraphs([*BODY, *MORE])}<div id="teaser">{OTHERS}</div></div>',
    "a long footer": f"<article>{paragraphs([*BODY, *MORE])}</article><footer>{OTHERS}</footer>",
    "a list of links besides": f"<article>{paragraphs([*BODY, *MORE])}</article>{LINKS}",
    "hardly an article on a long page": f"<article><p>Full.</p></article><div><div>{OTHERS}</div></div>",
    "hardly a word": "<p>Full.</p>",
    "a table and a list": f"<article>{LONG}{TABLE}</article>",
    "a form round everything": f"<form>{LONG}</form>",
    "spaces at the edges": f"<div> \u3000{BODY[0]}<br>{LONG}<p>\u00a0</p> </div>",
    "no words": "<div></div>",
}


def tree_of(page: bytes | str) -> HtmlElement:
    tree = parse_html(page if isinstance(page, str) else page.decode())
    assert tree is not None
    strip_elements(tree, "script", "style", with_tail=False)
    return tree


def by_extract(tree: HtmlElement) -> str:
    return trafilatura.extract(tree, include_comments=False, with_metadata=False, fast=True) or ""


@pytest.mark.parametrize("main", PAGES.values(), ids=PAGES)
def test_the_words_are_those_that_trafilatura_itself_gives(main: str) -> None:
    tree = tree_of(html(main))
    assert trafilatura_text(tree) == by_extract(tree)


def test_the_words_of_every_sample_page_are_those_that_trafilatura_itself_gives() -> None:
    content = load_content()
    bases: Bases = {"mirai": "https://mirai.example", "harbor": "https://harbor.example"}
    trees = [tree_of(render_article(content, article, bases, 1)) for article in content.articles.values()]
    assert [trafilatura_text(tree) for tree in trees] == [by_extract(tree) for tree in trees]
    assert sum(bool(trafilatura_text(tree)) for tree in trees) > 20


def test_the_names_that_are_searched_are_those_of_all_elements_that_the_lists_prune() -> None:
    for expression in (*RAW_TREE_PRUNE_XPATH, *REMOVE_COMMENTS_AND_LISTS_XPATH):
        tags = expression.path.split("][")[0]
        assert re.findall(r"self::(\w+)", tags)
        assert set(re.findall(r"self::(\w+)", tags)) <= set(PRUNED_TAGS)


def test_the_tree_that_is_looked_at_stays_whole() -> None:
    tree = tree_of(html(PAGES["comments by class"]))
    words = "".join(tree.itertext())
    trafilatura_text(tree)
    assert "".join(tree.itertext()) == words


def test_rows_of_empty_boxes_change_nothing_and_still_part_what_stands_round_them() -> None:
    row = '<div class="slot"><span></span></div>' * 40
    tree, bare = (
        tree_of(html(f"<article>{BODY[0]}{boxes}{BODY[1]}{LONG}</article>")) for boxes in (row, "<div></div>")
    )
    assert article_text(tree) == article_text(bare)
    assert len(list(tree.iter("div"))) == 1
