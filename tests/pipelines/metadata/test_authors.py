"""Names of people, and of offices only where they are the authors."""

import pytest

from pipelines.metadata.authors import clean_authors
from tests.support.metadata_pages import declared, page


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Jane Doe and John Q. Public", ["Jane Doe", "John Q. Public"]),
        ("By JANE DOE, Staff Writer", ["JANE DOE"]),
        ("Jane Doe, political editor; Ann Li", ["Jane Doe", "Ann Li"]),
        ("Written by: Jane Doe (Tokyo)", ["Jane Doe"]),
        ("Jane Doe & Ann Li", ["Jane Doe", "Ann Li"]),
        ("Martin King, Jr. and Ann Li", ["Martin King, Jr.", "Ann Li"]),
        ("Jane Doe, MD, PhD", ["Jane Doe"]),
        ("Jane Doe jane.doe@post.example https://post.example/jane", ["Jane Doe"]),
        ("Jane Doe | Photos by Ann Li", ["Jane Doe"]),
        ("By Jane Doe Updated October 5, 2026 2:30 p.m.", ["Jane Doe"]),
        ("Sandra Anders", ["Sandra Anders"]),
        ("Byron Fromm", ["Byron Fromm"]),
        ("山田太郎記者", ["山田太郎"]),
        ("社会部・山田太郎", ["山田太郎"]),
        ("山田太郎、鈴木花子", ["山田太郎", "鈴木花子"]),
        ("山田 太郎・鈴木 花子", ["山田 太郎", "鈴木 花子"]),
        ("取材・文／山田太郎　写真／鈴木花子", ["山田太郎"]),
        ("文：山田太郎", ["山田太郎"]),
        ("Post author | Jane Doe", ["Jane Doe"]),
        ("Post author", []),
        ("Letters to the Editor", []),
        ("Ohne Namen", []),
        ("HARBOUR ONLINE, Hamburg, Germany", []),
        ("Harbour Radio (", ["Harbour Radio"]),
        ("social.com/harbourpost", []),
        ("【山田太郎】", []),
        ("編集委員・山田太郎", ["山田太郎"]),
        ("ガブリエル・ガルシア", ["ガブリエル・ガルシア"]),
        ("文野太郎", ["文野太郎"]),
        ("Mocking Reporter", ["Mocking Reporter"]),
        ("By Jane Doe And Ann Li For The Harbour On Sunday", ["Jane Doe", "Ann Li"]),
        ("By Jane Doe, in", ["Jane Doe"]),
        ("Autorin: Jane Doe", ["Jane Doe"]),
        ("Jane Doe, CEO of Harbour Works", ["Jane Doe"]),
        ("Jane Doe, Former Harbour Consultant", ["Jane Doe"]),
        ("Jane Doe | Chefredakteurin", ["Jane Doe"]),
        ("Jane Doe | Last update", ["Jane Doe"]),
        ("Reviewed by Ann Li", []),
        ("Auteur :", []),
        ("By Jane Doe - Harbour Affairs Writer", ["Jane Doe"]),
        ("By Jane Doe Fri., Aug. 23, 2026", ["Jane Doe"]),
        ("by jdoe » Tue Aug 27, 2026 1:47 am", ["jdoe"]),
        ("Nga Jane Doe", ["Jane Doe"]),
        ("User Admin", []),
        ("wordpressadmin", []),
        ("Super User", []),
        ("admin", []),
        ("記者", []),
        ("", []),
    ],
)
def test_bylines_become_lists_of_names(byline: str, names: list[str]) -> None:
    assert clean_authors([byline]) == names


def test_the_same_name_twice_is_one_author() -> None:
    assert clean_authors(["Jane Doe", "By JANE DOE", "jane doe"]) == ["Jane Doe"]


def test_lists_and_names_are_bounded() -> None:
    names = clean_authors([f"Author Number{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200)])
    assert len(names) == 20
    assert clean_authors(["x" * 5_000]) == []


def test_every_author_of_jsonld_is_named_whatever_its_shape() -> None:
    authors: list[object] = [{"@type": "Person", "name": "Jane Doe"}, [{"name": ["Ann Li"]}], "By Tom Ray"]
    authors += [{"@id": "#kay"}, {"@type": "Person", "givenName": "Max", "familyName": "Oda"}]
    graph = [
        {"@type": "NewsArticle", "headline": "x", "author": authors},
        {"@id": "#kay", "@type": "Person", "name": "Kay Sato"},
    ]
    assert declared(page(jsonld={"@graph": graph})).authors == ("Jane Doe", "Ann Li", "Tom Ray", "Kay Sato", "Max Oda")


def test_an_office_does_not_hide_the_person_that_the_page_names_elsewhere() -> None:
    jsonld = {"@type": "NewsArticle", "headline": "x", "author": {"@type": "Organization", "name": "みなと新報"}}
    html = page(
        jsonld=jsonld,
        head='<meta name="author" content="みなと新報"><meta name="cXenseParse:author" content="山田太郎">',
    )
    assert declared(html).authors == ("山田太郎",)


@pytest.mark.parametrize("office", ["みなと新報", "共同通信", "Reuters", "Harbour Post Staff"])
def test_an_office_is_the_author_where_nobody_else_is(office: str) -> None:
    jsonld = {"@type": "NewsArticle", "headline": "x", "author": {"@type": "Person", "name": office}}
    assert declared(page(jsonld=jsonld)).authors == (office,)
