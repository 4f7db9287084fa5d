import lxml.html
import pytest

from pipelines.related.extract import take_related
from tests.support.page_parts import EN_BODY, JA_BODY, PAGE

MANY = 3_000
LINKS = "".join(f'<a href="/ja/n/{number + 10_000}">見出し{number}</a><br>' for number in range(MANY))


@pytest.mark.parametrize(
    "html",
    [
        "<body>" + "<div>関連記事<a href='/ja/n/12345'>長い見出しの記事です</a>" * MANY,
        "<body>" + JA_BODY + "<h2>関連記事</h2>" * MANY + LINKS,
        "<body>" + JA_BODY + "<div>" + "<br>関連記事<br>" * MANY + LINKS + "</div>",
        "<body>" + JA_BODY + "<div>" + "<b>関連記事</b><a href='/ja/n/12345'>あ</a><br>" * MANY + "</div>",
        "<body>" + JA_BODY + "<p>" + LINKS.replace("<br>", "") + "</p>",
        "<body>" + JA_BODY + f"<h2>{'関連記事' * 100_000}</h2><a href='/ja/n/1'>{'あ' * 500_000}</a>",
        "<body>" + EN_BODY + "<h2>Related</h2><a href='http://[bad'>A title that is long enough</a><a href='//'>x</a>",
        "<p>\x01\ufffe</p>",
    ],
    ids=["nested", "headings", "lines", "labels", "one-paragraph", "long-texts", "broken-addresses", "nothing"],
)
def test_a_hostile_page_is_gone_through_once_and_keeps_its_body(html: str) -> None:
    tree = lxml.html.document_fromstring(html)
    found = take_related(tree, PAGE)
    assert len(found.cards) <= 1_000
    assert "市民説明会は" in str(tree.xpath("string()")) or JA_BODY not in html


def test_a_page_that_is_nothing_but_a_list_keeps_its_prose() -> None:
    prose = "<div>" + JA_BODY * 20 + "<a href='/ja/n/9'>続きの記事はこちらから読む</a></div>"
    tree = lxml.html.document_fromstring(f"<body><h2>関連記事</h2>{prose}</body>")
    take_related(tree, PAGE)
    assert "市民説明会は" in str(tree.xpath("string()"))
