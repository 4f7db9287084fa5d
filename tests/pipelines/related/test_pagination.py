"""Which pages make one article, by addresses and links together."""

import lxml.html
import pytest

from pipelines.html.tag_index import TagIndex
from pipelines.related.pagination import Pagination, join_pages, read_pagination
from storage.reading import Reading

HOST = "https://news.example"
A = f"{HOST}/articles/2026100500012"


def read(url: str, *links: str, head: str = "") -> Pagination:
    html = f"<html><head>{head}</head><body><p>本文。</p>{''.join(links)}</body></html>"
    return read_pagination(TagIndex(lxml.html.document_fromstring(html)), url)


def link(url: str, words: str) -> str:
    return f'<li><a href="{url}">{words}</a></li>'


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (A, f"{A}?page=2"),
        (A, f"{A}/2"),
        (A, f"{A}/page/2/"),
        (f"{A}.html", f"{A}_2.html"),
        (f"{A}?id=9", f"{A}?id=9&p=2"),
    ],
)
@pytest.mark.parametrize("words", ["2", "次のページ", "次ページ：返済が滞った街", "次へ »", "Next page"])
def test_a_page_that_leads_to_its_second_one_and_back(first: str, second: str, words: str) -> None:
    assert read(first, link(second, words)) == Pagination(1, "", ((2, second),))
    later = read(second, link(first, "1"), link(second, "2"))
    assert (later.number, later.first, later.following) == (2, first, ())


@pytest.mark.parametrize("written", ["?page=2", "2026100500012?page=2", "%61rticles/2026100500012?page=2"])
def test_the_second_page_is_found_however_its_address_is_written(written: str) -> None:
    base = f'<base href="{HOST}/">' if written.startswith("%") else ""
    found = read(A, link(written, "2"), head=base)
    assert [number for number, _ in found.following] == [2]


def test_numbers_name_every_page() -> None:
    pages = [link(f"{A}?page={number}", str(number)) for number in (2, 3, 4)]
    assert read(A, *pages).following == tuple((number, f"{A}?page={number}") for number in (2, 3, 4))
    assert read(f"{A}?page=3", link(A, "1"), *pages) == Pagination(3, A, ((4, f"{A}?page=4"),))


def test_rel_next_and_prev_in_the_head_say_so_too() -> None:
    assert read(A, head=f'<link rel="next" href="{A}?page=2">').following == ((2, f"{A}?page=2"),)
    assert read(f"{A}?page=2", head=f'<link rel="prev" href="{A}">').first == A


@pytest.mark.parametrize(
    ("url", "links"),
    [
        (f"{HOST}/n/7", [link(f"{HOST}/n/8", "次の記事"), link(f"{HOST}/n/6", "前へ")]),  # neighbours, not pages
        (f"{HOST}/n/7", [link(f"{HOST}/n/8", "次へ")]),
        (A, [link(f"{A}?page=2", "コメントを読む")]),  # another kind of page
        (A, [link(f"{HOST}/articles/2026100500013?page=2", "2")]),  # another article's page
        (A, [link(f"https://other.example{A[len(HOST) :]}?page=2", "2")]),
        (A, [link(f"{A}?page=3", "2")]),  # the number is of something else
        (A, [link(f"{A}?page=999", "次へ")]),
    ],
)
def test_neighbours_comments_and_other_articles_are_no_pages_of_it(url: str, links: list[str]) -> None:
    assert read(url, *links) == Pagination()


def test_readings_made_together_are_joined_in_the_order_of_the_pages() -> None:
    def page(number: int) -> Reading:
        url = A if number == 1 else f"{A}?page={number}"
        following = tuple((at, f"{A}?page={at}") for at in range(number + 1, 4))
        first = A if number > 1 else ""
        return Reading(
            url, url, is_article=True, text=f"{number}.", page_number=number, first_page=first, following=following
        )

    third, second, first = page(3), page(2), page(1)
    assert [one.text for one in join_pages([third, second, first])] == ["3.", "2.", "1.\n2.\n3."]
