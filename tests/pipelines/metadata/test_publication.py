"""When an article was published, and how far to trust it."""

import pytest

from tests.support.metadata_pages import Json, declared, page, utc

BODY = "<h1>港の再開発、来春に着工へ</h1>{}<p>市は計画を発表した。</p>"


def article(**properties: object) -> Json:
    return {"@type": "NewsArticle", "headline": "港の再開発、来春に着工へ", **properties}


def test_published_and_modified_come_in_utc_with_precision_and_source() -> None:
    read = declared(
        page(jsonld=article(datePublished="2026-10-05T14:30:00+09:00", dateModified="2026-10-06T09:00+0900"))
    )
    assert (read.published_at, read.published_precision, read.published_source) == (
        utc(2026, 10, 5, 5, 30),
        "instant",
        "json-ld",
    )
    assert read.modified_at == utc(2026, 10, 6)


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2026-10-05T14:30:00+09:00">',
        '<meta name="article:published:time" content="2026-10-05T05:30:00Z">',
        '<meta name="pubdate" content="2026/10/05 14:30">',
        '<meta name="cXenseParse:recs:publishtime" content="2026-10-05T14:30:00+0900">',
        '<meta itemprop="datePublished" content="2026-10-05T14:30:00+09:00">',
    ],
)
def test_meta_names_are_known_in_every_spelling(head: str) -> None:
    read = declared(page(head=head))
    assert read.published_at == utc(2026, 10, 5, 5, 30)
    assert read.published_source == "meta"


@pytest.mark.parametrize(
    "line",
    [
        '<time datetime="2026-10-05T14:30:00+09:00">5日</time>',
        "<time>2026年10月5日 14:30</time>",
        '<span itemprop="datePublished" content="2026-10-05T14:30:00+09:00">5日</span>',
        "<p>2026年10月5日（月）14時30分</p>",
        "<p>公開日：令和８年１０月５日　午後２時３０分</p>",
        "<p>2026/10/05 14:30</p><p>2026/10/07 09:00 更新</p>",
        "<ul><li>更新 2026/10/07 09:00</li><li>公開 2026/10/05 14:30</li></ul>",
        "<div><span>掲載</span><span>2026.10.05</span><span>14:30</span></div>",
        "<p>10月5日 14:30</p>",
    ],
)
def test_dates_that_only_readers_see_are_read_near_the_headline(line: str) -> None:
    read = declared(page(body=BODY.format(line)), address="https://www.minato.example/n/1")
    assert read.published_at == utc(2026, 10, 5, 5, 30)
    assert read.published_precision == "instant"


def test_a_date_above_the_headline_counts_too() -> None:
    body = "<header><p>2026年10月5日 14:30</p><h1>港の再開発</h1></header><p>市は計画を発表した。</p>"
    assert declared(page(body=body)).published_at == utc(2026, 10, 5, 5, 30)


def test_times_of_cards_are_not_the_articles() -> None:
    card = '<li><a href="/n/2"><time datetime="2026-11-0{}T10:00:00+09:00">x</time></a></li>'
    cards = "<ul>" + card.format(1) + card.format(2) + "</ul>"
    own = '<article><h1>港の再開発</h1><time datetime="2026-10-05T14:30+09:00"></time></article>'
    body = f"<nav>{cards}</nav>{own}<aside>{cards}</aside>"
    assert declared(page(body=body)).published_at == utc(2026, 10, 5, 5, 30)


def test_a_time_without_zone_takes_it_from_another_source_of_the_page() -> None:
    head = '<meta property="article:published_time" content="2026-10-05T07:30:41+02:00">'
    read = declared(page(head=head, jsonld=article(datePublished="2026-10-05T07:30:41")))
    assert read.published_at == utc(2026, 10, 5, 5, 30, 41)


def test_a_time_without_zone_is_in_the_configured_one_where_no_source_has_it() -> None:
    assert declared(page(jsonld=article(datePublished="2026-10-05T14:30:00"))).published_at == utc(2026, 10, 5, 5, 30)


def test_a_bare_day_takes_its_time_from_a_source_that_has_one() -> None:
    read = declared(page(jsonld=article(datePublished="2026-10-05"), body=BODY.format("<p>2026年10月5日 14:30</p>")))
    assert (read.published_at, read.published_precision) == (utc(2026, 10, 5, 5, 30), "instant")


def test_midnight_in_a_field_that_wants_a_time_is_a_day() -> None:
    read = declared(page(jsonld=article(datePublished="2026-10-05T00:00:00+09:00")))
    assert (read.published_at, read.published_precision) == (utc(2026, 10, 4, 15), "day")


def test_a_day_in_the_address_is_the_last_resort() -> None:
    read = declared(page(body="<h1>港の再開発</h1>"), address="https://www.minato.example/2026/10/05/harbour")
    assert (read.published_at, read.published_precision, read.published_source) == (
        utc(2026, 10, 4, 15),
        "day",
        "address",
    )
    assert declared(page(), address="https://www.minato.example/n/2026100512").published_at is None


@pytest.mark.parametrize("when", ["1970-01-01T00:00:00Z", "2031-01-01T00:00:00Z", "0001-01-01", "tomorrow"])
def test_unbelievable_dates_are_left_out(when: str) -> None:
    read = declared(
        page(jsonld=article(datePublished=when, dateModified=when)), address="https://www.minato.example/n/1"
    )
    assert read.published_at is None
    assert read.published_precision is None
    assert read.modified_at is None


def test_a_modification_before_the_publication_is_none() -> None:
    read = declared(
        page(jsonld=article(datePublished="2026-10-05T14:30:00+09:00", dateModified="2026-10-04T14:30:00+09:00"))
    )
    assert read.modified_at is None


FILM = {"@type": "VideoObject", "name": "Archive film of the pier", "uploadDate": "2020-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta property="article:published_time" content="2026-10-05T14:30:00+09:00">', BODY.format("")),
        ("", BODY.format('<time datetime="2026-10-05T14:30:00+09:00">5 Oct</time>')),
        ("", BODY.format('<p class="date">2026年10月5日 14時30分</p>')),
    ],
)
def test_the_date_of_a_film_on_the_page_is_not_the_articles(head: str, body: str) -> None:
    assert declared(page(head=head, body=body, jsonld=FILM)).published_at == utc(2026, 10, 5, 5, 30)


def test_a_page_of_a_film_alone_has_the_films_date() -> None:
    address = "https://www.minato.example/films/pier"
    assert declared(page(body=BODY.format(""), jsonld=FILM), address).published_at == utc(2020, 1, 1)


@pytest.mark.parametrize(
    "others",
    [
        '<ul><li><a href="/2020/01/old">An old story of the harbour</a> <time datetime="2020-01-02">x</time></li></ul>',
        '<a href="/2020/01/old"><time datetime="2020-01-02">x</time> An old story of the harbour</a>',
        '<div class="comments"><div><time datetime="2026-10-28T01:00:00Z">x</time> Nice</div></div>',
        '<section id="comments"><time datetime="2026-10-28T01:00:00Z">x</time></section>',
        '<div class="comment-list"><p><time datetime="2026-10-28T01:00:00Z">x</time></p></div>',
    ],
)
def test_the_date_of_a_card_or_a_comment_is_not_the_articles(others: str) -> None:
    body = BODY.format(others)
    address = "https://www.minato.example/harbour"
    assert declared(page(body=body), address).published_at is None
    own = '<time datetime="2026-10-05T14:30:00+09:00">5 Oct</time>'
    assert declared(page(body=BODY.format(others + own)), address).published_at == utc(2026, 10, 5, 5, 30)


@pytest.mark.parametrize(("thing", "is_dated"), [("review", False), ("comment", False), ("mainEntity", True)])
def test_the_day_of_a_customers_review_is_not_the_pages(thing: str, is_dated: bool) -> None:
    review = f'<div itemprop="{thing}" itemscope><meta itemprop="datePublished" content="2026-09-05">Nice boat</div>'
    body = f"<h1>Rowing boat Wren</h1><p>A boat of oak.</p>{review}"
    reading = declared(page(body=body, lang="en"), "https://www.minato.example/boats/wren")
    assert (reading.published_at is not None) == is_dated
