"""The headline as readers see it, without the site's name."""

import pytest

from tests.support.metadata_pages import declared, page

SITE = '<meta property="og:site_name" content="みなと新報デジタル">'


@pytest.mark.parametrize(
    "suffix",
    [
        " | みなと新報デジタル",
        "｜みなと新報デジタル",
        " - みなと新報デジタル",
        "：みなと新報デジタル",
        " – みなと新報",
        " | 政治 | みなと新報デジタル",
        " | minato.example",
    ],
)
def test_the_sites_name_behind_a_headline_is_cut(suffix: str) -> None:
    head = f"{SITE}<title>港の再開発、来春に着工へ{suffix}</title>"
    body = "<h1>港の再開発、来春に着工へ</h1>"
    assert declared(page(head=head, body=body)).title == "港の再開発、来春に着工へ"
    if "政治" not in suffix:
        assert declared(page(head=head)).title == "港の再開発、来春に着工へ"


def test_the_sites_name_before_a_headline_is_cut() -> None:
    head = '<meta property="og:site_name" content="Harbour Post"><title>Harbour Post: x | y</title>'
    head = head.replace("Harbour Post: x | y", "Harbour Post | Ferries return to the old pier")
    assert declared(page(head=head, lang="en")).title == "Ferries return to the old pier"


@pytest.mark.parametrize(
    "title",
    [
        "Talks on A-B line – and why they failed",
        "「港」：歴史と今 - 市民の声",
        "Mayor: no new tax | says opposition",
        "速報｜港で火災",
    ],
)
def test_separators_inside_a_headline_stay(title: str) -> None:
    assert declared(page(head=f"{SITE}<title>{title}</title>", body=f"<h1>{title}</h1>")).title == title


def test_a_headline_in_jsonld_is_unescaped_and_without_markup() -> None:
    jsonld = {"@type": "NewsArticle", "headline": "Mayor&amp;#8217;s <b>plan</b>\n for&nbsp;the\tharbour"}
    assert declared(page(jsonld=jsonld)).title == "Mayor’s plan for the harbour"


def test_a_headline_that_jsonld_cuts_short_is_taken_in_full_from_elsewhere() -> None:
    jsonld = {"@type": "NewsArticle", "headline": "港の再開発、来春に着工へ　市議会が…"}
    body = "<h1>港の再開発、来春に着工へ　市議会が予算案を可決</h1>"
    assert declared(page(jsonld=jsonld, body=body)).title == "港の再開発、来春に着工へ 市議会が予算案を可決"


def test_a_logo_in_an_h1_is_not_the_title() -> None:
    head = f'{SITE}<meta property="og:title" content="港の再開発、来春に着工へ"><title>港の再開発、来春に着工へ</title>'
    body = "<h1><a href='/'>みなと新報デジタル</a></h1><h1>港の再開発、来春に着工へ</h1>"
    assert declared(page(head=head, body=body)).title == "港の再開発、来春に着工へ"


def test_without_an_h1_the_heading_that_the_title_repeats_is_the_headline() -> None:
    head = "<title>港の再開発、来春に着工へ｜みなと新報</title>"
    assert (
        declared(page(head=head, body="<h2>注目のニュース</h2><h2>港の再開発、来春に着工へ</h2>")).title
        == "港の再開発、来春に着工へ"
    )
    assert declared(page(head=head)).title == "港の再開発、来春に着工へ"


def test_the_number_of_a_page_is_not_part_of_the_title() -> None:
    assert declared(page(body="<h1>港の再開発を歩く（1/3 ページ）</h1>")).title == "港の再開発を歩く"


def test_a_title_of_half_a_million_characters_is_capped() -> None:
    html = page(head=f"<title>{'港 - ' * 125_000}</title>", body=f"<h1>{'x | ' * 100_000}</h1>")
    assert 0 < len(declared(html).title) <= 2_000


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("Daily Example: Harbour to be dredged", "Harbour to be dredged"),
        ("Daily Example: Mayor: we will pay", "Mayor: we will pay"),
        ("Harbour: to be dredged in spring", "Harbour: to be dredged in spring"),
        ("Harbour to be dredged | Daily Example", "Harbour to be dredged"),
    ],
)
def test_a_sites_name_before_a_colon_is_cut_and_no_other_word(title: str, headline: str) -> None:
    head = f'<meta property="og:site_name" content="Daily Example"><title>{title}</title>'
    assert declared(page(head=head)).title == headline


def test_a_short_name_behind_a_bar_is_cut_where_nothing_names_the_site() -> None:
    assert declared(page(head="<title>Harbour to be dredged | Daily Example</title>")).title == "Harbour to be dredged"
    assert declared(page(head="<title>Port | Town</title>")).title == "Port | Town"


HEADING = "<h1>How the old ferries of the harbour are repaired</h1>"
FOR_ENGINES = "Ferry Repair Guide 2026: Costs & Steps"


def test_the_only_h1_beats_a_title_for_search_engines_outside_of_news() -> None:
    head = f'<title>{FOR_ENGINES}</title><meta property="og:title" content="{FOR_ENGINES} for the harbour">'
    expected = "How the old ferries of the harbour are repaired"
    assert declared(page(head=head, body=HEADING, lang="en")).title == expected
    jsonld = {"@type": "BlogPosting", "headline": f"{FOR_ENGINES} in a harbour"}
    assert declared(page(head=head, jsonld=jsonld, body=HEADING, lang="en")).title == expected


def test_a_newsrooms_headline_beats_the_h1() -> None:
    jsonld = {"@type": "NewsArticle", "headline": "Harbour ferries get new engines"}
    assert declared(page(jsonld=jsonld, body=HEADING, lang="en")).title == "Harbour ferries get new engines"


@pytest.mark.parametrize("heading", ["Coupons", "Latest comments", "<a href='/'>Our journal</a>"])
def test_a_section_or_logo_in_the_only_h1_is_no_title(heading: str) -> None:
    head = "<title>Harbour ferries get new engines | Minato Shimbun</title>"
    title = declared(page(head=f"{SITE}{head}", body=f"<h1>{heading}</h1>", lang="en")).title
    assert title.startswith("Harbour ferries get new engines")


@pytest.mark.parametrize(
    "document_title",
    [
        "The Quay Courier: Town closes eastern quay for eleven weeks",
        "The Quay Courier | Town closes eastern quay for eleven weeks",
        "Town closes eastern quay for eleven weeks | The Quay Courier",
        "Town closes eastern quay for eleven weeks | Quays | Northern Press “The Quay Courier”",
    ],
)
def test_a_logo_in_the_h1_gives_way_to_the_heading_that_the_title_repeats(document_title: str) -> None:
    head = f'<meta property="og:site_name" content="Northern Press “The Quay Courier”"><title>{document_title}</title>'
    body = '<h1><a href="/">The Quay Courier</a></h1><h2>Town closes eastern quay for eleven weeks</h2>'
    assert declared(page(head=head, body=body, lang="en")).title == "Town closes eastern quay for eleven weeks"


@pytest.mark.parametrize("site", ["Minato Harbour Blog", "The Minato Group Harbour Blog", "HarbourBlog"])
def test_the_end_of_a_sites_name_in_the_h1_gives_way_to_the_meta_title_behind_it(site: str) -> None:
    headline = "Ferries return to the old pier after eleven weeks"
    head = f'<meta property="og:title" content="{headline}"><title>{site}: {headline}</title>'
    assert declared(page(head=head, body="<h1>Harbour Blog</h1>", lang="en")).title == headline


def test_a_blogs_name_in_the_h1_gives_way_to_the_meta_title_behind_it() -> None:
    head = '<meta property="og:title" content="The lean harbour"><title>Lessons Learned: The lean harbour</title>'
    assert declared(page(head=head, body="<h1>Lessons Learned</h1>", lang="en")).title == "The lean harbour"


@pytest.mark.parametrize("heading", ["Navigation", "Menu", "Main menu", "Search"])
def test_a_menus_h1_gives_way_to_the_heading_that_the_title_repeats(heading: str) -> None:
    head = "<title>Town closes eastern quay for eleven weeks - The Quay Courier</title>"
    body = f"<h1>{heading}</h1><ul><li>Home</li></ul><h2>Town closes eastern quay for eleven weeks</h2>"
    assert declared(page(head=head, body=body, lang="en")).title == "Town closes eastern quay for eleven weeks"


@pytest.mark.parametrize("kicker", ["Trial: ", "水説：", "“The cutter”: – "])
def test_a_kicker_before_a_colon_goes_where_heading_and_meta_title_have_none(kicker: str) -> None:
    headline = "Dredger crew sentenced after collision"
    jsonld = {"@type": "NewsArticle", "headline": f"{kicker}{headline}"}
    head = f'<meta property="og:title" content="{headline}"><title>{kicker}{headline}</title>'
    assert declared(page(head=head, jsonld=jsonld, body=f"<h1>{headline}</h1>", lang="en")).title == headline


def test_a_kicker_stays_where_the_meta_title_has_it_too() -> None:
    jsonld = {"@type": "NewsArticle", "headline": "Kenia: Nairobi von unten"}
    head = '<meta property="og:title" content="Kenia: Nairobi von unten"><title>Kenia: Nairobi von unten</title>'
    body = "<h1>Nairobi von unten</h1>"
    assert declared(page(head=head, jsonld=jsonld, body=body)).title == "Kenia: Nairobi von unten"


def test_a_site_name_in_a_meta_title_does_not_make_a_logo_of_the_headline() -> None:
    head = '<meta property="og:title" content="Robomow"><title>Which mower suits which lawn? | Robomow</title>'
    body = "<h1>Which mower suits which lawn?</h1>"
    assert declared(page(head=head, body=body, lang="en")).title == "Which mower suits which lawn?"


@pytest.mark.parametrize("kicker", ["Harbour works: ", "New in town ", "Streit um den Hafen : "])
@pytest.mark.parametrize("source", ["meta", "headline"])
def test_a_kicker_in_the_h1_goes_where_another_source_has_the_headline_alone(kicker: str, source: str) -> None:
    headline = "Ferries return to the old pier after nine years"
    head = f'<meta property="og:title" content="{headline}">' if source == "meta" else ""
    jsonld = {"@type": "Article", "headline": headline} if source == "headline" else None
    html = page(head=head, jsonld=jsonld, body=f"<h1>{kicker}{headline}</h1>", lang="en")
    assert declared(html).title == headline


@pytest.mark.parametrize("start", ["“Not again”: ", "How "])
def test_a_quotation_or_a_word_before_a_headline_is_no_kicker(start: str) -> None:
    rest = "ferries return to the old pier after nine years"
    html = page(head=f'<meta property="og:title" content="{rest}">', body=f"<h1>{start}{rest}</h1>", lang="en")
    assert declared(html).title == f"{start}{rest}"


@pytest.mark.parametrize("bar", [" l ", " | ", " : "])
def test_a_sites_name_in_the_first_h1_gives_way_to_the_heading_before_it_in_the_title(bar: str) -> None:
    head = f"<title>A small ferry guide{bar}Harbour and ferry journal</title>"
    body = "<h1>Harbour and ferry journal</h1><h1>A small ferry guide</h1><p>The ferry leaves at noon.</p>"
    assert declared(page(head=head, body=body, lang="en")).title == "A small ferry guide"


def test_an_h1_that_links_home_is_no_headline_even_where_it_is_the_only_one() -> None:
    head = "<title>Old pier opens : Ferry pages</title>"
    body = '<h1><a href="/">Ferry pages</a></h1><h2>Old pier opens</h2><p>The ferry leaves at noon.</p>'
    assert declared(page(head=head, body=body, lang="en")).title == "Old pier opens"


@pytest.mark.parametrize("behind", ["-政治ㅣ", " / 政治 / ", " » 政治 » "])
def test_a_section_between_headline_and_site_is_cut_where_no_heading_says_what_the_headline_is(behind: str) -> None:
    head = f"{SITE}<title>港の再開発、来春に着工へ{behind}みなと新報デジタル</title>"
    assert declared(page(head=head)).title == "港の再開発、来春に着工へ"


def test_a_part_behind_a_spaced_dash_before_the_sites_name_may_be_the_headlines_own() -> None:
    head = f"{SITE}<title>Ferries return to the old pier – owner is glad | みなと新報デジタル</title>"
    assert declared(page(head=head, lang="en")).title == "Ferries return to the old pier – owner is glad"


@pytest.mark.parametrize(("site", "start"), [("Ferryboats24", "Ferry boats"), ("Git-scm", "Git")])
def test_a_part_of_the_sites_name_before_a_dash_belongs_to_the_headline(site: str, start: str) -> None:
    title = f"{start} – tips for every harbour"
    head = f'<meta property="og:site_name" content="{site}"><title>{title}</title>'
    assert declared(page(head=head, body=f"<h1>{title}</h1>", lang="en")).title == title


def test_a_mark_behind_the_sites_name_before_a_headline_goes_with_it() -> None:
    head = '<meta property="og:site_name" content="Harbour"><title>Harbour™ | Ferries return to the old pier</title>'
    assert declared(page(head=head, lang="en")).title == "Ferries return to the old pier"
