"""Authors that a page prints, beside those that it declares."""

import pytest

from tests.support.metadata_pages import declared, page


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="article-byline">By <a href="/a">Jane Doe</a></p>',
        '<span itemprop="author" itemscope><span itemprop="name">Jane Doe</span></span>',
        '<a rel="author" href="/a">Jane Doe</a>',
        "<p>By Jane Doe</p>",
        "<span>Jane Doe</span><span>Political editor</span>",
        "<div>By</div><div>Jane Doe</div>",
        '<div class="Author_name__x1"><span>Jane Doe</span><span>Senior Reporter</span></div>',
        '<span class="author vcard"><a href="/a">Jane Doe</a></span>',
        '<p class="muted">11.12.2025 - Jane Doe</p>',
        '<p class="muted">06.11.2025 13:30 by Jane Doe</p>',
        "<div><strong>Jane Doe</strong> | 02.11.2025</div>",
        '<span class="auteurs">Jane Doe</span>',
    ],
)
def test_bylines_in_the_markup_are_read_where_nothing_is_declared(byline: str) -> None:
    html = page(body=f"<h1>Ferries return to the old pier</h1>{byline}<p>The first ferry left at noon.</p>", lang="en")
    assert declared(html).authors == ("Jane Doe",)


def test_a_byline_in_japanese_below_the_headline_is_read() -> None:
    body = "<h1>港の再開発</h1><p>2026年10月5日 14:30</p><p>山田太郎記者</p><p>市は五日に発表した。</p>"
    assert declared(page(body=body)).authors == ("山田太郎",)


@pytest.mark.parametrize(
    "text", ["By the harbour, ferries wait.", "Share on Twitter", "文化の日に開催", "By 2030, all ferries are electric"]
)
def test_prose_is_not_taken_for_a_byline(text: str) -> None:
    assert (
        declared(page(body=f'<h1>Ferries return to the old pier</h1><p class="author-line">{text}</p>')).authors == ()
    )


@pytest.mark.parametrize("name", ['property="article:author"', 'name="author"', 'name="dc.creator"'])
def test_all_metas_of_one_name_are_the_authors(name: str) -> None:
    head = f'<meta {name} content="Nora Whitcombe"><meta {name} content="Colin Maddox">'
    assert declared(page(head=head)).authors == ("Nora Whitcombe", "Colin Maddox")


@pytest.mark.parametrize(
    "author",
    [
        {"@type": "Person", "name": {"@type": "Person", "name": "Nora Whitcombe"}},
        {"@type": "Person", "name": [{"name": "Nora Whitcombe"}]},
        [{"name": {"givenName": "Nora", "familyName": "Whitcombe"}}],
    ],
)
def test_a_thing_where_a_name_belongs_gives_its_name(author: object) -> None:
    assert declared(page(jsonld={"@type": "NewsArticle", "headline": "x", "author": author})).authors == (
        "Nora Whitcombe",
    )


def test_a_name_behind_a_label_at_the_pages_end_is_the_author_where_nobody_else_is() -> None:
    prose = "<p>The first ferry left the old pier at noon, with forty people and a dog on board.</p>" * 9
    body = f"<h1>Ferries return to the old pier</h1>{prose}<p>Auteur : <b>Jane Doe</b></p>"
    assert declared(page(body=body, lang="fr")).authors == ("Jane Doe",)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("<p><strong>JANE DOE/ANN LI</strong></p>", ("JANE DOE", "ANN LI")),
        ("<p>Residents cry foul.</p><p><b>Jane Doe</b></p>", ("Jane Doe",)),
        ("<p><strong>Why the ferries stopped</strong></p>", ("Harbour Post",)),
        ("<p>Now <strong>Jane Doe</strong> wants an answer.</p>", ("Harbour Post",)),
    ],
)
def test_a_bold_name_that_opens_the_body_is_the_author_where_the_page_declares_only_its_site(
    line: str, names: tuple[str, ...]
) -> None:
    prose = f"<p>{'The first ferry left the old pier at noon, with forty people on board. ' * 3}</p>"
    head = '<meta property="og:site_name" content="Harbour Post"><meta name="author" content="Harbour Post">'
    body = f"<h1>Ferries return to the old pier</h1>{line}{prose}{prose}"
    assert declared(page(head=head, body=body, lang="en")).authors == names


def test_a_bold_line_between_paragraphs_is_no_author() -> None:
    prose = f"<p>{'The first ferry left the old pier at noon, with forty people on board. ' * 3}</p>"
    body = f"<h1>Ferries return to the old pier</h1>{prose}<p><strong>Harbour Street</strong></p>{prose}"
    assert declared(page(body=body, lang="en")).authors == ()


@pytest.mark.parametrize("login", ["jane_doe", "janedoe", "Jane"])
def test_a_login_or_first_name_is_given_in_full_where_the_page_prints_the_name(login: str) -> None:
    head = f'<meta name="author" content="{login}">'
    body = '<h1>Ferries return to the old pier</h1><p class="byline">Jane Doe</p><p>The first ferry left at noon.</p>'
    assert declared(page(head=head, body=body, lang="en")).authors == ("Jane Doe",)


def test_a_site_that_names_itself_does_not_hide_the_printed_author() -> None:
    head = '<meta name="author" content="Minato Magazine for sailors">'
    body = "<h1>Ferries return to the old pier</h1><p>By Jane Doe</p><p>The first ferry left at noon.</p>"
    assert declared(page(head=head, body=body, lang="en")).authors == ("Jane Doe",)


def test_an_organizations_name_is_not_split_at_its_and() -> None:
    office = {"@type": "Organization", "name": "Center for Harbours and Ferries"}
    assert declared(page(jsonld={"@type": "Article", "headline": "x", "author": office})).authors == (
        "Center for Harbours and Ferries",
    )


def test_a_person_whose_site_has_the_same_name_is_the_author() -> None:
    head = '<meta name="author" content="Minato Yamada">'
    body = '<h1>Ferries return to the old pier</h1><span class="post-author">Full Bio</span><p>At noon.</p>'
    assert declared(page(head=head, body=body, lang="en")).authors == ("Minato Yamada",)


def test_the_bylines_of_cards_are_not_the_articles() -> None:
    card = '<li><h3>More</h3><span class="post-author">Ann Li</span></li>'
    head = '<meta property="og:site_name" content="Harbour Post">'
    body = f'<h1>Ferries return</h1><span class="post-author">Harbour Post</span><p>At noon.</p><ul>{card}</ul>'
    assert declared(page(head=head, body=body, lang="en")).authors == ("Harbour Post",)


@pytest.mark.parametrize(
    "byline",
    [
        '<div class="author"><a href="/authors/jane-doe/">Jane Doe</a>, 21 Jan. 2026 <b>3 votes</b></div>',
        '<span class="documentAuthor">erstellt von <a href="/author/jane">Jane Doe</a> — today 9:30</span>',
        '<div class="author-info"><a href="/in/jane?trk=author_card">Jane Doe</a><a href="/f">Follow</a></div>',
        '<a class="author-link" href="/search?a=jane">Interview: Jane Doe</a>',
        "<p>A guest's view</p><p>Gastbeitrag von Jane Doe</p>",
        "<div>05.02.2026 <span>- Redaktion: Jane Doe (press officer)</span></div>",
    ],
)
def test_a_byline_among_other_words_gives_the_name(byline: str) -> None:
    body = f"<h1>Ferries return to the old pier</h1>{byline}<p>The first ferry left the old pier at noon.</p>"
    assert declared(page(body=body)).authors == ("Jane Doe",)


@pytest.mark.parametrize(
    "line",
    [
        "<p><strong>Text:</strong> Jane Doe</p>",
        '<p><strong>Autor:</strong> <a href="/profil/207">Jane Doe</a></p>',
        "<div><b>Von:</b><br><br>Jane Doe</div>",
        '<div>Text: <span class="card__author">Jane Doe</span></div>',
    ],
)
def test_a_name_behind_its_label_is_the_author(line: str) -> None:
    prose = f"<p>{'The first ferry left the old pier at noon, with forty people on board. ' * 12}</p>"
    assert declared(page(body=f"<h1>Ferries return to the old pier</h1>{prose}{line}")).authors == ("Jane Doe",)


@pytest.mark.parametrize(
    "words",
    [
        "Photo from the account of a sailor",
        "Фото из архива",
        "Cookies for statistics",
        "By Course or Type",
        "CSP | International | Solar | Wind",
        "Published by <a href='/author/harbour'>Link</a> on Monday, 21 January 2026",
    ],
)
def test_credits_menus_and_notices_in_a_byline_name_nobody(words: str) -> None:
    body = f'<h1>Ferries return to the old pier</h1><div class="post-author">{words}</div><p>The first ferry left.</p>'
    assert declared(page(body=body)).authors == ()


@pytest.mark.parametrize("words", ["Text Link", "Interview Links", "Text Size"])
def test_labels_without_a_colon_introduce_no_name(words: str) -> None:
    assert (
        declared(page(body=f"<h1>Ferries return to the old pier</h1><p>{words}</p><p>The first left.</p>")).authors
        == ()
    )


def test_a_login_with_a_number_gives_way_to_the_printed_author() -> None:
    body = (
        '<h1>Ferries return to the old pier</h1><p class="byline">By Jane Doe</p><p>The first ferry left at noon.</p>'
    )
    assert declared(page(head='<meta name="author" content="link78">', body=body)).authors == ("Jane Doe",)
    assert declared(page(head='<meta name="author" content="link78">')).authors == ("link78",)


def test_an_agency_below_the_headline_is_the_author_where_nobody_else_is() -> None:
    body = '<h1>Ferries return to the old pier</h1><p class="credit">JIJI</p><p>The first ferry left at noon.</p>'
    assert declared(page(head='<meta name="author" content="No Author">', body=body)).authors == ("JIJI",)


@pytest.mark.parametrize("reference", ['<meta itemprop="author" content="Ann Li">', '<b itemprop="author">Ann Li</b>'])
def test_the_author_of_a_cited_work_is_not_the_pages(reference: str) -> None:
    cited = f'<ol><li itemprop="citation" itemscope><i>On ferries</i> {reference}</li></ol>'
    own = '<p>Text</p><p class="byline">By Jane Doe</p>'
    assert declared(page(body=f"<h1>Ferries sail again</h1>{own}{cited}", lang="en")).authors == ("Jane Doe",)


def test_a_line_of_sections_that_is_called_author_names_nobody() -> None:
    line = "".join(f"<a>{one}</a> / " for one in ("CSP", "International", "Photovoltaik", "Speicher", "Top Solar News"))
    body = f'<h1>Das Kraftwerk läuft</h1><div class="postMeta author">{line}</div><p>Text</p>'
    assert declared(page(body=body, lang="de")).authors == ()


@pytest.mark.parametrize(
    "position",
    [
        "Senior Harbours Reporter",
        "Content Marketing Coordinator",
        "23 abonnés",
        "Envoyée spéciale à Toulouse",
        "Ver más",
    ],
)
def test_a_position_beside_a_name_is_no_author(position: str) -> None:
    line = f'<p itemprop="author"><b>Jane Doe</b> <span>{position}</span></p>'
    assert declared(page(body=f"<h1>Ferries sail again</h1>{line}<p>Text</p>", lang="en")).authors == ("Jane Doe",)


@pytest.mark.parametrize("words", ["Ver más", "Last Modified", "View more posts", "Authored by", "Expert Reviewer"])
def test_furniture_in_the_authors_place_gives_way_to_the_printed_name(words: str) -> None:
    link = f'<a rel="author" href="/a">{words}</a>'
    body = f"<h1>Ferries sail again</h1>{link}<p>By Jane Doe</p><p>Text</p>"
    assert declared(page(body=body, lang="en")).authors == ("Jane Doe",)
    assert declared(page(body=f"<h1>Ferries sail again</h1>{link}<p>Text</p>", lang="en")).authors == ()


def test_an_office_with_a_word_of_positions_stays() -> None:
    body = '<h1>Ferries sail again</h1><a rel="author" href="/a">The Harbour editors</a><p>Text</p>'
    assert declared(page(body=body, lang="en")).authors == ("The Harbour editors",)
