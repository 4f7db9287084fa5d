"""Leads, lists, links and sections that stand beside the article's containers, each in several forms."""

import pytest
from lxml.html import document_fromstring

from pipelines.extraction import extract
from pipelines.html.text_blocks import text_blocks
from pipelines.text.missed_blocks import missed_blocks
from tests.support.article_pages import BODY, MORE, URL, html, paragraphs

_HEAD = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-08-14T08:00:00Z"}</script>'
_LEAD = (
    "Nine hundred tons are expected this year. The mill is ready, and buyers from six prefectures will come on Monday."
)
_H1 = "<h1>Rice harvest begins</h1>"


def _lines(main: str) -> list[str]:
    return extract(html(main, _HEAD), URL).text.split("\n")


@pytest.mark.parametrize(
    "above",
    [
        f'<div class="intro-row">{_H1}<div class="teaser-text"><p>{_LEAD}</p></div></div>',
        f'<header class="top">{_H1}<p class="article-lead">{_LEAD}</p></header>',
        f'<div class="head">{_H1}<p class="standfirst">{_LEAD}</p></div>',
        f'<div class="head">{_H1}<div id="vorspann"><p>{_LEAD}</p></div></div>',
    ],
)
def test_a_lead_beside_the_headline_is_read(above: str) -> None:
    body = f'<div class="text-row"><div class="news-text">{paragraphs([*BODY, *MORE])}</div></div>'
    assert _lines(f"<main><article>{above}{body}</article></main>") == [_LEAD, *BODY, *MORE]


def _is_read_above_the_body(line: str) -> bool:
    """Tell whether a line below the headline is read that neither extractor keeps and no class names."""
    above = f'{_H1}<div>Harvest</div><div class="w-12"><span>{line}</span></div><div>By Aya Sato</div>'
    blocks = text_blocks(document_fromstring(f"<html><body><main>{above}{paragraphs(BODY)}</main></body></html>"))
    return 2 in missed_blocks(blocks, [4, 5, 6, 7], 4, 7, lambda place: place > 3, lambda place: place > 3)


@pytest.mark.parametrize("dateline", ["Niigata. ", "NIIGATA (Kyodo) – ", "Shibata City — ", "Bad Oeynhausen - "])
def test_a_lead_that_says_where_it_was_written_is_read_without_a_class_name(dateline: str) -> None:
    assert _is_read_above_the_body(dateline + _LEAD)


@pytest.mark.parametrize("opening", ["", "Photo: ", "By Aya Sato: ", "See also - the "])
def test_other_lines_below_the_headline_are_not_read(opening: str) -> None:
    assert not _is_read_above_the_body(opening + _LEAD)


@pytest.mark.parametrize("tag", ["li", "td"])
@pytest.mark.parametrize("heading", ["h2", "h3"])
def test_a_list_between_headline_and_body_is_read_with_its_heading(tag: str, heading: str) -> None:
    facts = ["40 fields beside the river", "2 mills and a hall", "6 buyers from the coast", "9 days of dry weather"]
    if tag == "li":
        rows = "<ul>" + "".join(f"<li><span>{fact}</span></li>" for fact in facts) + "</ul>"
    else:
        rows = "<table>" + "".join(f"<tr><td>{fact}</td></tr>" for fact in facts) + "</table>"
    box = f'<section class="facts"><{heading}>The harvest in figures</{heading}>{rows}</section>'
    text = _lines(
        f'<main><article>{_H1}{box}<div class="story-text">{paragraphs([*BODY, *MORE])}</div></article></main>'
    )
    assert [line for line in ["The harvest in figures", *facts, *BODY, *MORE] if line not in text] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The report of the cooperative, which has 140 pages, can be read here in full.",
        "A map of all fields and both mills is kept by the prefecture’s office of farming.",
        "The engineers described the new machines in a paper of their own last winter.",
    ],
)
def test_a_paragraph_that_is_one_link_is_read_between_others(sentence: str) -> None:
    link = f'<p><a href="https://board.example/report">{sentence}</a></p>'
    body = f"<div class='body'>{paragraphs(BODY)}{link}{paragraphs(MORE)}</div>"
    assert _lines(f"<main><article>{_H1}{body}</article></main>") == [*BODY, sentence, *MORE]


@pytest.mark.parametrize("label", ["Read more: ", "Lesen Sie auch: ", "Related: "])
def test_a_paragraph_that_links_to_another_article_stays_out(label: str) -> None:
    link = f'<p><a href="/2026/08/13/mill">{label}the mill at the river mouth was rebuilt in spring.</a></p>'
    text = _lines(
        f"<main><article>{_H1}<div class='body'>{paragraphs(BODY)}{link}{paragraphs(MORE)}</div></article></main>"
    )
    assert text == [*BODY, *MORE]


@pytest.mark.parametrize(
    "opening",
    [
        "These papers are kept in the public register:",
        "The fields are described here:",
        "Three owners have objected, and their letters have been published:",
    ],
)
def test_links_that_a_paragraph_announces_are_read(opening: str) -> None:
    links = [f"Field {n} beside the old river, with its size and all its owners since 1950" for n in (12, 19, 33)]
    rows = "".join(
        f'<li><a href="https://register.example/show.cgi?id={n}">{link}</a></li>' for n, link in enumerate(links)
    )
    body = f"{paragraphs(BODY)}<p>{opening}</p><ul>{rows}</ul>{paragraphs(MORE)}"
    assert _lines(f"<main><article>{_H1}<div class='entry-content'>{body}</div></article></main>") == [
        *BODY,
        opening,
        *links,
        *MORE,
    ]


@pytest.mark.parametrize("tag", ["section", "div"])
@pytest.mark.parametrize("heading", ["h2", "h3"])
def test_sections_behind_a_split_body_are_read(tag: str, heading: str) -> None:
    later = "".join(
        f'<{tag} class="module module-{n}"><div class="grid-{n}"><{heading}>Part {n} of the work</{heading}>'
        f"{paragraphs([f'{line} So it was told for part {n}.' for line in MORE[:2]])}</div></{tag}>"
        for n in ("one", "two")
    )
    opening = f'<div class="story-opening"><div class="text-wide">{paragraphs(BODY)}</div></div>'
    text = _lines(f"<main>{_H1}{opening}{later}</main>")
    wanted = ["Part one of the work", f"{MORE[0]} So it was told for part one.", "Part two of the work"]
    assert [line for line in [*BODY, *wanted] if line not in text] == []


def test_a_biography_behind_the_body_stays_out() -> None:
    bio = '<section class="about"><h2>About the author</h2><p>Jane Doe writes about farms and rivers.</p></section>'
    assert _lines(f"<main>{_H1}<div class='body'>{paragraphs([*BODY, *MORE])}</div>{bio}</main>") == [*BODY, *MORE]


@pytest.mark.parametrize(
    "caption",
    [
        "The first sacks of the year at the river mill on Friday evening. Picture: Lena Holt/Courier",
        "Bauern an der alten Mühle, die im Frühjahr wieder aufgebaut wurde. Foto: Lena Holt/Kurier",
        "川のほとりの製粉所に運び込まれた今年最初の米袋と農家の人たち。撮影:堀レナ",
        "A field beside the river, seen from the hall that was built in 1950. Photo: L. Holt",
    ],
)
def test_a_caption_that_ends_in_a_credit_stays_out(caption: str) -> None:
    picture = f'<div class="pic"><img src="q.jpg" alt=""><p class="box-7">{caption}</p></div>'
    text = _lines(
        f"<main><article>{_H1}<div class='body'>{paragraphs(BODY)}{picture}{paragraphs(MORE)}</div></article></main>"
    )
    assert text == [*BODY, *MORE]


@pytest.mark.parametrize(
    "line",
    [
        "Title picture: Jon Asker/Northpix",
        "Do you like what we write about farms? A small gift every month keeps us going. Become a supporter here.",
        "Please support our independent journalism with a monthly gift.",
        "Unterstützen Sie unsere Arbeit mit einem Beitrag im Monat.",
        "Become a member of our newsroom today and read every story.",
    ],
)
def test_a_credit_or_a_request_for_money_at_the_end_stays_out(line: str) -> None:
    body = f"{paragraphs([*BODY, *MORE])}<p><em>{line}</em></p>"
    assert _lines(f"<main><article>{_H1}<div class='body'>{body}</div></article></main>") == [*BODY, *MORE]


def test_an_advertisement_above_a_body_that_names_itself_takes_nothing_of_it() -> None:
    lines = ["港の潮位を折れ線で描く部品です。", "一日分の数値を渡すと、満潮と干潮の時刻に印を付けた図が出てきます。"]
    for name in ("entrybody", "entry-body", "entry_text"):
        ad = '<div class="box">スポンサード リンク<br></div><div class="box"><a href="https://ad.example/x">船の塗料が三割引の店</a></div>'
        links = '<ul><li><a href="/blog/2025/11/kaze.html">風向きを矢印で示すライブラリ「Kaze」</a></li></ul>'
        body = f'<div class="{name}"><p><a href="https://code.example/s">Shiomi</a><br>{"<br>".join(lines)}</p>{links}</div>'
        text = extract(
            html(f"<div id='left'><h3>潮位の図「Shiomi」</h3>{ad}{body}</div>", title="潮位の図「Shiomi」"), URL
        ).text
        assert [line for line in lines if line not in text.split("\n")] == []
