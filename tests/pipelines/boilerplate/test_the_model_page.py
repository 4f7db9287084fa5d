import lxml.html
import trafilatura

from pipelines.boilerplate.dom import clean_lines, cut_boilerplate, read_ai_labels
from pipelines.labels.ai_labels import AiLabels
from pipelines.related.extract import take_related
from tests.support.model_page import BODY, CAPTION, CARDS, CONSENT, LEAD, TITLE, model_page
from tests.support.page_parts import HOST, PAGE


def test_the_article_and_nothing_else_is_left() -> None:
    tree = lxml.html.document_fromstring(model_page())
    take_related(tree, PAGE)
    cut_boilerplate(tree)
    text, _ = clean_lines(trafilatura.extract(tree, include_comments=False) or "", TITLE)
    assert text.split("\n") == [LEAD, *BODY]


def test_its_cards_are_edges_with_their_own_words() -> None:
    cards = take_related(lxml.html.document_fromstring(model_page()), PAGE).cards
    assert [(card.url, card.title, card.summary) for card in cards] == [
        (HOST + card.url, card.title, card.summary) for card in CARDS
    ]


def test_consent_captions_and_marks_leave_the_tree_each_with_a_reason() -> None:
    tree = lxml.html.document_fromstring(model_page())
    take_related(tree, PAGE)
    cuts = cut_boilerplate(tree)
    left = str(tree.xpath("string()"))
    assert not [words for words in (*CONSENT, CAPTION, "AIによって生成された画像") if words in left]
    assert {"consent", "machine-mark"} <= {cut.rule for cut in cuts}
    assert all(cut.detail and cut.text for cut in cuts)


def test_its_images_are_marked_as_machine_made() -> None:
    tree = lxml.html.document_fromstring(model_page())
    take_related(tree, PAGE)
    assert read_ai_labels(tree) == AiLabels(image=True, report=False)
