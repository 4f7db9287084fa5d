"""What a page is: forms, products, threads, lists and documentation are no articles, however much they say."""

import pytest

from pipelines.extraction import extract
from pipelines.html.dom_index import DomIndex
from pipelines.html.parse import parse_html
from pipelines.html.text_blocks import text_blocks
from pipelines.text.body_shape import BODY_NAMES, body_shape
from pipelines.text.page_evidence import Evidence
from pipelines.text.page_features import FEATURE_NAMES
from pipelines.text.page_layout import LAYOUT_NAMES, page_layout
from pipelines.text.page_shape import SHAPE_NAMES, page_shape
from pipelines.text.page_type import page_row
from tests.support.article_pages import BODY, MORE, NIHONGO, URL, html, paragraphs

_RULES = [
    "Every member chooses a name under which other members see the posts, and a password that nobody can guess.",
    "We keep the address that you give us for as long as the account exists, and use it to answer your questions.",
    "Whoever insults other members, advertises goods or copies whole books is warned once, and is then locked out.",
    "Accounts that nobody has used for three years are deleted, after a letter to the address that was given.",
    "By sending the form you agree to these rules, and to the law of the country in which we have our seat.",
    "If you have forgotten your password, a new one is sent to you, and can be used only a single time.",
]
_HIDDEN_WORD = '<input type="password" name="p">'
_MARKED = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-08-14T08:00:00Z"}</script>'


def _form(fields: str, button: str) -> str:
    return f'<form method="post" action="/send">{fields}<input type="submit" value="{button}"></form>'


@pytest.mark.parametrize(
    ("path", "title", "form"),
    [
        ("register.php", "Registration", _form(f'Name <input name="user"> Password {_HIDDEN_WORD}', "Register")),
        ("account/login", "Log in", _form(f'E-mail <input type="email" name="user"> {_HIDDEN_WORD}', "Log in")),
        ("user/password/reset", "Forgot your password?", _form('E-mail address <input name="email">', "Reset")),
        (
            "customer/account/create",
            "Create an account",
            _form(f'<input name="first"><input name="last">{_HIDDEN_WORD}', "OK"),
        ),
    ],
)
def test_a_form_with_long_rules_is_a_form_and_no_article(path: str, title: str, form: str) -> None:
    page = html(f"<main><h1>{title}</h1>{form}<div>{paragraphs(_RULES)}</div></main>", title=title)
    reading = extract(page, f"https://club.example/{path}")
    assert (reading.is_article, reading.page_type) == (False, "form")
    assert reading.reason
    assert reading.page_type_evidence


@pytest.mark.parametrize(
    ("path", "head", "price"),
    [
        ("shop/wren-38", '<script type="application/ld+json">{"@type":"Product","name":"Wren"}</script>', "1,890.00 €"),
        ("product/wren-38", '<meta property="og:type" content="product">', "$1,890.00"),
        (
            "store/p/38",
            '<script type="application/ld+json">{"@type":["Product"],"offers":{"price":"9"}}</script>',
            "£9",
        ),
        ("products/wren", '<meta property="og:type" content="og:product">', "1,890 USD"),
    ],
)
def test_a_product_with_a_long_description_is_a_product_and_no_article(path: str, head: str, price: str) -> None:
    words = [
        "A dinghy for two that one person carries: the hull is made of plywood and fits on the roof of a small car.",
        "The mast comes in three parts, and the sail is already laced to it when your boat arrives.",
        "We deliver within fourteen days to your door. If the boat does not please you, we fetch it at no cost.",
        "You pay by card or in four rates. The warranty is five years for the hull and two for what moves.",
    ]
    button = "<button>Add to cart</button><p>In stock. Free shipping.</p>"
    main = f'<main><h1>Wren 38 dinghy</h1><p class="price">{price}</p>{button}{paragraphs(words)}</main>'
    reading = extract(html(main, head, "Wren 38 dinghy | Boat shop"), f"https://boats.example/{path}")
    assert (reading.is_article, reading.page_type) == (False, "product")


@pytest.mark.parametrize(
    "below",
    [
        _form('Your e-mail address <input type="email" name="mail">', "Sign up for the newsletter"),
        _form(f"Log in to comment: {_HIDDEN_WORD}", "Log in") + "<p>3 comments</p>",
        '<div class="shop"><h3>Our shop</h3><p>Rice, 5 kg: $19.90</p><button>Add to cart</button></div>',
        _form('<textarea name="comment"></textarea>', "Leave a reply"),
    ],
)
@pytest.mark.parametrize("body", [[*BODY, *MORE], NIHONGO])
def test_an_article_with_a_form_or_a_shop_below_it_stays_one(below: str, body: list[str]) -> None:
    page = html(f"<main><article><h1>Rice harvest begins</h1>{paragraphs(body)}</article>{below}</main>", _MARKED)
    reading = extract(page, URL)
    assert (reading.is_article, reading.page_type, reading.reason) == (True, "article", "")


def test_a_live_blog_is_named_as_one() -> None:
    head = '<script type="application/ld+json">{"@type":"LiveBlogPosting","datePublished":"2026-08-14"}</script>'
    reading = extract(html(f"<main><h1>Harvest live</h1>{paragraphs([*BODY, *MORE])}</main>", head), URL)
    assert (reading.is_article, reading.page_type) == (True, "live_blog")


def test_a_page_that_is_not_found_is_an_error() -> None:
    reading = extract(html("<main><h1>Page not found</h1><p>Sorry.</p></main>", title="404 Page not found"), URL)
    assert (reading.is_article, reading.page_type) == (False, "error")


def test_a_home_page_in_place_of_an_article_that_is_gone_is_none() -> None:
    home = '<link rel="canonical" href="https://news.example/"><meta property="og:url" content="https://news.example/">'
    page = f"<h1>Harbour Post</h1>{paragraphs(BODY)}"
    reading = extract(html(page, head=home), "https://news.example/harbour/2026/ferries-sail-again/")
    assert (reading.kind, reading.page_type, reading.reason) == (
        "other",
        "home",
        "the site's home page, as its addresses say",
    )
    links = "".join(
        f'<li><a href="/harbour/2026/10/0{day}/ferries-sail-again-{day}.html">Ferries sail again, day {day}</a></li>'
        for day in range(1, 8)
    )
    listing = extract(html(f"<main><ul>{links}</ul></main>", head=home), "https://news.example/harbour/2026/gone/")
    assert (listing.kind, listing.page_type) == ("section", "home")
    typed = '<meta property="og:type" content="article">'
    assert extract(html(page, head=home + typed), "https://news.example/harbour/2026/ferries-sail-again/").is_article


def test_what_inspect_prints_has_the_type_and_what_spoke_for_it() -> None:
    fields = extract(html(f"<main><h1>Rice harvest begins</h1>{paragraphs(BODY)}</main>", _MARKED), URL)
    printed = fields.inspection_fields()
    assert printed["page_type"] == "article"
    assert all(" = " in line for line in printed["page_type_evidence"])


_CARDS = "".join(
    f'<li class="card"><a href="/boats/wren/{n}"><img src="{n}.jpg"><h3>Wren {n}</h3> '
    "a dinghy for two or three sailors and a dog</a></li>"
    for n in range(5)
)
_LAYOUT = f"""<html><head><title>Boats of the Wren class | Boat shop</title></head><body>
<nav><a href="/">Home</a><a href="https://x.com/intent/post?u=1">Post</a><a href="/boats/tern">Tern</a></nav>
<h1>Boats of the Wren class</h1><p>5 October 2026</p><p>{BODY[0]}</p><p>{BODY[1]} <a href="/boats">All boats</a></p>
<ul>{_CARDS}</ul><p class="price">$ 9</p><a href="?page=2">2</a><a href="tel:12">Call</a></body></html>"""


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("children", 5),
        ("siblings", 1),
        ("parents", 1),
        ("tel", 1),
        ("link:share", 1),
        ("link:paging", 1),
        ("cards", 5),
        ("card_headings", 1),
        ("card_images", 1),
        ("h1", 1),
        ("headline_words", 5),
        ("headline_in_title", 1),
        ("headline_dated", 1),
        ("linked_paragraphs", 0.5),
        ("around_links", 3),
        ("class:card", 5),
        ("class:product", 1),
    ],
)
def test_a_layout_is_counted(name: str, number: float) -> None:
    tree = parse_html(_LAYOUT)
    assert tree is not None
    layout = page_layout(DomIndex(tree), "https://shop.example/boats/wren")
    assert dict(zip(LAYOUT_NAMES, layout, strict=True))[name] == number


def test_the_blocks_of_a_text_are_counted() -> None:
    tree = parse_html(f"<body><p>{BODY[0]}</p><h2>Prices</h2><ul><li>Monday</li></ul><p>{BODY[1]}</p></body>")
    assert tree is not None
    shape = dict(zip(BODY_NAMES, body_shape(text_blocks(tree)), strict=True))
    assert (shape["blocks"], shape["paragraphs"], shape["headings"], shape["items"]) == (4, 0.5, 0.25, 0.25)


def test_a_page_has_a_number_for_each_feature() -> None:
    tree = parse_html("<html><body><p>A line.</p></body></html>")
    assert tree is not None
    shape = page_shape(DomIndex(tree))
    assert len(shape) == len(SHAPE_NAMES)
    evidence = Evidence(
        url=URL,
        status=200,
        title="A line",
        text="A line.",
        types=(),
        is_dated=False,
        has_author=False,
        is_paywalled=False,
        listed=[],
        unrelated=0,
        shape=shape,
    )
    assert len(page_row(evidence)) == len(FEATURE_NAMES)


_HEADLINES = (
    "港の橋が再開、開通式に三百人",
    "新しい図書館の設計案を公表",
    "市議会、来年度予算案を可決",
    "駅前の再開発、来春に着工へ",
)
_TEASERS = (
    "開通式には市長らが出席し、地元の小学生が渡り初めをした。工事は二年かかった。",
    "延べ床面積は現在の二倍になり、二〇二八年の開館を目指す。市民の意見も聞く。",
    "一般会計の総額は前年度比二％増の四百億円で、子育て支援を拡充する内容となった。",
    "地上十五階の複合ビルを建て、市役所の一部も入る。バス乗り場は北口に移る。",
)


@pytest.mark.parametrize("path", ["記事/0番", "articles/20261000", "地域"])
@pytest.mark.parametrize(
    "card",
    [
        '<article><h2><a href="/記事/{0}番">{1}</a></h2><p>{2}</p><time datetime="2026-10-0{0}"></time></article>',
        '<div class="card"><a href="/記事/{0}番"><h3>{1}</h3></a><p>{2}</p></div>',
    ],
)
def test_a_japanese_section_of_teasers_is_no_article_whatever_its_address(path: str, card: str) -> None:
    pairs = list(zip(_HEADLINES, _TEASERS, strict=True))
    listed = [(f"{title}（{part}）", f"{part}部。{teaser}") for part in "一二" for title, teaser in pairs]
    cards = "".join(card.format(number, *words) for number, words in enumerate(listed, 1))
    page = html(f"<main><h1>地域ニュース</h1>{cards}</main>", title="地域ニュース")
    reading = extract(page, f"https://minato.example/{path}")
    assert not reading.is_article
    assert reading.reason.startswith("section page: 8 links to articles")
