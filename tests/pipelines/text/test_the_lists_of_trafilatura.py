"""What remembers trafilatura's lists, against the lists: a new version of them must select the same elements here."""

import inspect
import itertools
import re
from copy import deepcopy
from typing import cast

import pytest
import trafilatura.xpaths
from lxml.etree import SubElement, XPath, tostring
from lxml.html import HtmlElement, document_fromstring
from trafilatura.settings import Extractor

from crawler.sample.cards import Bases
from crawler.sample.content import load_content
from crawler.sample.render import render_article
from pipelines.text.trafilatura_extractor import main_extractor, paragraph_texts, remembering
from pipelines.text.trafilatura_pruning import SectionPruner
from pipelines.text.trafilatura_xpaths import Selection, Selections

LISTS = {
    f"{name} {place}": expression
    for name in ("BODY_XPATH", "OVERALL_DISCARD_XPATH")
    for place, expression in enumerate(getattr(trafilatura.xpaths, name))
    if "re:test" in expression.path
}
# Names that a list goes by or just does not, and where case, the place within a name, or the order of two attributes
# decides.
ATTRIBUTES = [
    *(
        'class="post"',
        'class="posts"',
        'class="Post"',
        'id="articleContent"',
        'itemprop="articleBody"',
        'class="x entry-content"',
    ),
    *(
        'class="post_inner_wrapper"',
        'class="article "',
        'class=" article "',
        'class="article"',
        'id="primary"',
        'id="not-primary"',
    ),
    *('class="FullText"', 'class="story"', 'class="story b"', 'role="article"', 'role="articles"', 'id="Main-Content"'),
    *(
        'class="Page-Content"',
        'class="PAGE-content"',
        'class="content__body"',
        'class="content-body"',
        'class="content_body"',
    ),
    *('id="share"', 'class="share"', 'class="shared"', 'class="a share-b"', 'role="Navigation"', 'role="NAVIGATION"'),
    *('data-component="MostPopularStories"', "data-lp-replacement-content", 'data-lp-replacement-content=""'),
    *('id="x" class="cookie"', 'class="cookie" id="x"', 'class="cookie"', 'id="cookie"', 'id="" class="cookie"'),
    *('class="ad-1"', 'class="b ad-1"', 'class="bad-1"', 'class="x ad y"', 'class="ad"', 'id="ad-1"', 'id="bad-1"'),
    *('style="display:none"', 'style="display: none"', 'style="display:block"', 'style="overflow:hidden"'),
    *('id="a" style="overflow:hidden"', 'style="overflow:hidden" id="a"', 'aria-hidden="true"', 'aria-hidden="false"'),
    *(
        'class="reply-to"',
        'id="reply-to"',
        'id="a" class="reply-to"',
        'class="comments-title"',
        'class="a comments-title"',
    ),
    *(
        'class="hide-print"',
        'class="a hidden"',
        'class="hidden"',
        'class="a-hide-b"',
        'class="hide-b"',
        'class=""',
        'id=""',
        "",
    ),
    *(
        f'class="{"wide " * 90}sidebar"',
        f'class="{"wide " * 90}main"',
        'class="サイド sidebar"',
        'class="meta\x0binfo"',
    ),
]
TAGS = ("article", "div", "main", "section", "p", "span", "item", "list", "li", "a")


def all_kinds() -> HtmlElement:
    """An element of each kind: of each tag with the attributes above, and with every word that the lists go by."""
    said = {word for one in LISTS.values() for text in re.findall("'([^']*)'", one.path) for word in text.split("|")}
    words = sorted({re.sub(r"[\\^$()?:\[\]]", "", word) for word in said})
    named = [f'{name}="{before}{word}"' for word in words for name in ("class", "id", "style") for before in ("", "b ")]
    inner = "".join(f"<{tag} {attributes}>words</{tag}>" for tag in TAGS for attributes in ATTRIBUTES)
    inner += "".join(f"<section {attributes}>words</section>" for attributes in named)
    return document_fromstring(f"<html><body><div><div>{inner}</div></div></body></html>")


def sample_pages() -> list[HtmlElement]:
    content = load_content()
    bases: Bases = {"mirai": "https://mirai.example", "harbor": "https://harbor.example"}
    return [document_fromstring(render_article(content, article, bases, 1)) for article in content.articles.values()]


def selected(path: str, tree: HtmlElement) -> list[HtmlElement]:
    return cast(list[HtmlElement], XPath(path, namespaces={"re": trafilatura.xpaths.REGEXP_NS})(tree))


@pytest.mark.parametrize("expression", LISTS.values(), ids=LISTS)
def test_every_list_that_calls_python_is_read_and_selects_the_same_elements_in_the_same_order(
    expression: XPath,
) -> None:
    selection, path = Selection(expression), expression.path.strip()
    kinds = all_kinds()
    assert len(selected(path.removesuffix("[1]"), kinds)) > 20
    for tree in (kinds, kinds, *sample_pages()):  # once more, when all is known
        expected = selected(path.removesuffix("[1]"), tree)
        assert list(selection(tree)) == expected
        assert selected(path, tree)[:1] == expected[:1]


def test_several_lists_select_in_one_walk_what_each_selects() -> None:
    selections = Selections(list(LISTS.values()))
    for tree in (all_kinds(), *sample_pages()):
        selected = list(selections(tree))
        for place, expression in enumerate(LISTS.values()):
            assert [element for element, bits in selected if bits >> place & 1] == list(Selection(expression)(tree))


def test_an_expression_of_another_form_stays_as_it_is() -> None:
    for path in (
        ".//div[re:test(., 'a')]",
        ".//*[self::div][re:test(@class, 'a') and @id]",
        ".//*[re:test(@class, 'a')]/p",
        ".//*[self::div][re:test(@class, 'a')][not(.//h1)]",
        ".//*[self::div][re:test(@class, 'a')]|.//main",
        "(.//*[self::div][re:test(@class, 'a')])[2]",
        ".//*[not(@id) or re:test(@class, 'a')]",
    ):
        expression = XPath(path, namespaces={"re": trafilatura.xpaths.REGEXP_NS})
        assert remembering([expression]) == [expression]


def test_trafilatura_itself_keeps_its_own_lists() -> None:
    own = vars(main_extractor())
    assert any(isinstance(one, Selection) for one in own["BODY_XPATH"])
    assert all(isinstance(one, XPath) for one in vars(trafilatura.main_extractor)["BODY_XPATH"])
    assert isinstance(own["prune_unwanted_sections"], SectionPruner)
    assert inspect.isfunction(trafilatura.main_extractor.prune_unwanted_sections)


WORDS = "The harvest began on Friday, a week earlier than last year, the cooperative said in the evening."
LINK = "<ref>The ferry to the island</ref>"
SECTIONS = {
    "no link": f"<p>{WORDS}</p><div><p>{WORDS}</p></div>",
    "links in the words": f"<p>{WORDS} {LINK} {WORDS}</p>" * 3,
    "a box of links behind words": f"<p>{WORDS}</p><div><p>{LINK}</p><p>{LINK}</p><p>{LINK}</p></div><p>{WORDS}</p>",
    "a farm of links": f"<p>{WORDS}</p><div>{LINK * 30}</div>tail<list><item>{LINK}</item><item>{LINK}</item></list>",
    "a listing": "".join(f"<p>{LINK}</p>" for _ in range(30)) + f"<p>{WORDS}</p>",
    "a box that is short once its paragraphs are gone": f"<div>{f'<p>{LINK}</p>' * 3}{LINK} by the harbour"
    f"<lb/><lb/></div><p>{WORDS}</p>",
    "links in items and cells": f"<list><item><p>{LINK}</p></item></list>"
    f"<table><tr><td><p>{LINK}</p></td></tr></table>",
    "a table of links": f"<table><tr><td>{LINK * 40}</td></tr></table><p>{WORDS}</p>",
    "a picture among links": f"<div><graphic/>{LINK}{LINK}</div><p>{WORDS}</p>",
    "one in another": f'<div class="sidebar">a<span class="share-x">b</span>c</div>d<p>{WORDS}</p>',
    "most of it": f'<div class="sidebar"><p>{WORDS}</p></div><p>Little.</p>',
    "teasers and captions": f'<p>{WORDS}</p><p class="Teaser">a</p>b<span class="caption">c</span>d',
}


@pytest.mark.parametrize("focus", ["balanced", "recall"])
@pytest.mark.parametrize("keep_teasers", [False, True])
@pytest.mark.parametrize("potential_tags", [{"p", "table"}, {"p", "ref", "graphic"}], ids=["words", "all"])
def test_sections_are_pruned_as_trafilatura_prunes_them(
    focus: str, keep_teasers: bool, potential_tags: set[str]
) -> None:
    options = Extractor(fast=True, recall=focus == "recall")
    bodies = [document_fromstring(f"<html><body><div>{body}</div></body></html>") for body in SECTIONS.values()]
    changed = 0
    for tree in (*bodies, all_kinds(), *sample_pages()):
        left, expected, whole = deepcopy(tree), deepcopy(tree), tostring(tree)
        trafilatura.main_extractor.prune_unwanted_sections(expected, potential_tags, options, keep_teasers)
        SectionPruner()(left, potential_tags, options, keep_teasers)
        assert tostring(left) == tostring(expected)
        changed += whole != tostring(expected)
    assert changed > len(SECTIONS) // 2


@pytest.mark.parametrize(
    "body",
    [
        "<p>One <b>two</b> three</p>four<p>five</p>",
        "<div><p>a<span>b<!-- c -->d</span></p><object><p>e</p></object></div>",
        "<ul><li>no paragraph</li></ul>",
    ],
)
def test_the_texts_of_paragraphs_are_those_of_the_xpath(body: str) -> None:
    tree = document_fromstring(f"<html><body><article>{body}</article></body></html>")
    for outer in itertools.islice(list(tree.iter("p")), 1):
        inner = SubElement(outer, "p")
        inner.text = "within another"
    article = next(tree.iter("article"))
    assert "".join(paragraph_texts(article)) == "".join(cast(list[str], article.xpath("//p//text()")))


def test_of_many_paragraphs_few_are_read() -> None:
    body = "<p>The harvest began on Friday, a week earlier.</p>" * 20_000
    texts = paragraph_texts(document_fromstring(f"<article>{body}</article>"))
    assert 750 < len("".join(texts)) < 3_000
    assert len(texts) < 100


def test_trafilatura_asks_for_them_there() -> None:
    """A version that asks in other words would be slow on long pages again."""
    assert "paragraph_texts" in vars(main_extractor())["_extract"].__code__.co_names
