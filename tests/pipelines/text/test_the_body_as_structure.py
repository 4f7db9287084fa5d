"""The body of an article as structure: derived from the elements that its text was made of."""

import html as markup
import re
from collections.abc import Callable

import pytest

from pipelines.extraction import extract
from pipelines.html.parse import parse_html
from pipelines.html.text_blocks import text_blocks
from pipelines.text.body_structure import body_of
from storage.body.html import body_html
from storage.body.structure import Body, unpack
from storage.reading import Reading
from tests.support import english_designs, japanese_designs
from tests.support.article_pages import BODY, MORE, NIHONGO, URL, html, paragraphs
from tests.support.japanese_designs import Design

DESIGNS = (*japanese_designs.DESIGNS, *english_designs.DESIGNS)


def read(inner: str) -> Reading:
    head = '<meta property="og:type" content="article">'
    return extract(html(f"<main><h1>Rice harvest begins</h1><div>{inner}</div></main>", head), URL)


def structure(inner: str) -> Body:
    reading = read(inner)
    return unpack(reading.body, reading.text)


def words(written: str) -> str:
    shown = re.sub(r"<figure>.*?</figure>", "", written)
    return "".join(markup.unescape(re.sub(r"<[^<>]*>", " ", shown)).split())


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: f"{design.__module__[-16:]}.{design.__name__}")
def test_the_words_of_the_html_are_those_of_the_text(
    design: Callable[[], Design],
) -> None:
    reading = extract(design()[0].encode(), "https://news.example/ja/n/7000")
    assert reading.text
    assert words(body_html(reading.text, reading.body)) == "".join(reading.text.split())


def test_headings_lists_quotations_and_tables_are_what_the_page_marks_so() -> None:
    items = "".join(f"<li>{line}</li>" for line in MORE)
    cells = "<tr><th>Field</th><th>Sacks cut by Friday</th></tr><tr><td>North valley</td><td>40</td></tr>"
    inner = (
        f"<p>{BODY[0]}</p><h2>Prices for this year</h2><p>{BODY[1]}</p><ul>{items}</ul>"
        f"<blockquote><p>{BODY[2]}</p></blockquote><p>{BODY[3]}</p><table>{cells}</table><p>{NIHONGO[0]}</p>"
    )
    reading = read(inner)
    written = body_html(reading.text, reading.body)
    assert f"<h2>Prices for this year</h2>\n<p>{BODY[1]}</p>" in written
    assert f"<ul>{items}</ul>\n<blockquote><p>{BODY[2]}</p></blockquote>" in written
    assert "<tr><th>Field</th><th>Sacks cut by Friday</th></tr><tr><td>North valley</td><td>40</td></tr>" in written


def test_a_table_and_a_list_that_lay_out_the_page_are_paragraphs() -> None:
    inner = "".join((f"<p>{line}</p>") for line in (*BODY, *MORE))
    for layout in (
        f"<table><tr><td>{inner}</td></tr></table>",
        f"<ul><li>{inner}{inner.replace('rice', 'corn')}</li></ul>",
    ):
        assert set(structure(layout).codes) == {"p"}


def test_links_are_absolute_with_their_words_and_place() -> None:
    linked = BODY[1].replace("The cooperative", ' <a href="/topics/coop?utm_source=x#top">The\n <b>cooperative</b></a>')
    other = BODY[2].replace("Haruka Minami", '<a href="https://minami.example/">Haruka Minami</a>')
    nowhere = BODY[3].replace("Monday", '<a href="#monday">Monday</a> <a href="mailto:a@b.example">by mail</a>')
    reading = read(f"<p>{BODY[0]}</p><p>{linked}</p><p>{other}</p><p>{nowhere}</p>")
    lines = reading.text.split("\n")
    links = unpack(reading.body, reading.text).links
    assert [(link.line, link.text, link.url, link.is_own) for link in links] == [
        (1, "The cooperative", "https://news.example/topics/coop", True),
        (2, "Haruka Minami", "https://minami.example/", False),
    ]
    assert all(lines[link.line][link.start :].startswith(link.text) for link in links)


def test_a_line_that_is_cut_from_the_text_takes_its_link_along() -> None:
    reading = read(f'{paragraphs(BODY)}<p>{MORE[0]}</p><p><a href="/plans">Subscribe to continue reading</a></p>')
    assert unpack(reading.body, reading.text).links == ()


def test_pictures_have_caption_credit_and_size_and_stand_where_they_stood() -> None:
    figure = (
        '<figure><img data-src="/p/field.jpg" src="data:image/gif;base64,R0" alt="A field" width="640" height="480">'
        '<figcaption>Fields in the north. <span class="photo-credit">Photo: K. Mori</span></figcaption></figure>'
    )
    sets = '<p><img data-srcset="/p/s.jpg 300w, /p/l.jpg 1200w" src="/p/s.jpg" alt=""></p>'
    inner = f"<p>{BODY[0]}</p>{figure}<p>{BODY[1]}</p><p>{BODY[2]}</p>{sets}<p>{BODY[3]}</p>"
    images = structure(inner).images
    assert [(image.line, image.url) for image in images] == [
        (1, "https://news.example/p/field.jpg"),
        (3, "https://news.example/p/l.jpg"),
    ]
    first = images[0]
    assert (first.caption, first.credit, first.alt) == ("Fields in the north.", "Photo: K. Mori", "A field")
    assert (first.width, first.height) == (640, 480)


@pytest.mark.parametrize(
    ("caption", "parts"),
    [
        ("Fields in the north. (Kyodo)", ("Fields in the north.", "Kyodo")),
        ("北の谷の田＝8月14日、撮影：森和子", ("北の谷の田＝8月14日、撮影：森和子", "")),
        ("北の谷で始まった稲刈り＝共同", ("北の谷で始まった稲刈り", "共同")),
        ("写真：共同通信/アフロ", ("", "写真：共同通信/アフロ")),
        ("Photo: Getty Images", ("", "Photo: Getty Images")),
        ("Fields (in the north)", ("Fields (in the north)", "")),
    ],
)
def test_the_credit_at_the_end_of_a_caption_is_told_apart(caption: str, parts: tuple[str, str]) -> None:
    figure = f'<figure><img src="/p/field.jpg" alt=""><figcaption>{caption}</figcaption></figure>'
    [image] = structure(f"<p>{BODY[0]}</p>{figure}{paragraphs(BODY[1:])}").images
    assert (image.caption, image.credit) == parts


BESIDE = {
    "face": '<p class="author-box"><img class="avatar" src="/p/face.jpg" alt="Jane Doe"></p>',
    "icon": '<p><img src="/p/mark.png" width="16" height="16" alt=""></p>',
    "card": '<p><a href="/2026/08/13/other-story-of-the-day"><img src="/p/other.jpg" alt=""></a></p>',
    "aside": '<aside><img src="/p/club.jpg" alt="Join the club"></aside>',
    "script": '<p><img src="data:image/png;base64,iVBO" alt=""></p>',
    "address": '<p><img src="javascript:alert(1)" alt=""></p>',
    "logo": '<p><img src="/static/logo.png" alt=""></p>',
}


@pytest.mark.parametrize("picture", BESIDE.values(), ids=BESIDE)
def test_a_picture_that_is_none_of_the_articles_is_left_out(picture: str) -> None:
    assert structure(f"{paragraphs(BODY[:2])}{picture}{paragraphs(BODY[2:])}").images == ()


def test_pictures_of_related_articles_and_of_the_frame_are_left_out() -> None:
    cards = "".join(
        f'<li><a href="/2026/08/0{n}/older-story-number-{n}"><img src="/p/{n}.jpg" alt="">'
        f"<h4>Older story number {n} of the valley</h4></a></li>"
        for n in range(1, 5)
    )
    footer = '<footer><img src="/p/f.jpg" alt=""></footer>'
    inner = f"{paragraphs(BODY)}</div><div><h3>Related articles</h3><ul>{cards}</ul></div>{footer}<div>"
    assert structure(inner).images == ()


def test_hostile_nesting_and_endless_links_are_bounded() -> None:
    deep = "<ul><li>" * 900 + f"<p>{BODY[0]}</p>" + "</li></ul>" * 900
    many = "".join(f'{word} <a href="/t/{n}">{word}</a> ' for n, word in enumerate(["rice"] * 20_000))
    tree = parse_html(f"<body><p>{many}</p>{deep}</body>")
    assert tree is not None
    blocks = text_blocks(tree)
    text = "\n".join(block.text for block in blocks)
    packed = body_of(blocks, (), text, URL, URL)
    body = unpack(packed, text)
    assert (len(body.links), body.links[1].url, body.codes) == (500, "https://news.example/t/1", ("p", "u9"))
    assert words(body_html(text, packed)) == "".join(text.split())
