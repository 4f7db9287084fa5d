"""What stands on several pages of a host is furniture: cut from the second page on, and from the first in place."""

import dataclasses
import random
from collections.abc import Sequence

from storage.articles.site_boilerplate import WINDOW
from storage.database.engine import Database
from tests.support.visits import OTHER_STORY, STORY, Crawling, article, rows, scope

HOST = "https://news.example"
ELSEWHERE = "https://wire.example.org"
BOX = "Join the readers' club of the Example News today and get the first three months at half the price, every week."
SYLLABLES = ("ka", "mor", "ten", "li", "shu", "ver", "no", "gar", "pel", "din")


def story(number: int) -> str:
    """Five paragraphs that no other number has."""
    words = random.Random(number)  # noqa: S311 - the same words in every run
    return "\n".join(
        " ".join("".join(words.choices(SYLLABLES, k=3)) for _ in range(16)).capitalize() + "." for _ in range(5)
    )


def crawl(database: Database, *pages: tuple[str, str]) -> Sequence[str]:
    """Store pages in order; what became of each."""
    crawling = Crawling(database, scope(*dict.fromkeys(url for url, _ in pages)))
    leases = {lease.url: lease for lease in crawling.lease()}
    outcomes = [
        crawling.store(leases[url], article(url, text, f"Title of {text[:30]}"), day=day).outcome
        for day, (url, text) in enumerate(pages)
    ]
    crawling.finish()
    return outcomes


def texts(database: Database) -> list[object]:
    return [text for (text,) in rows(database, "SELECT text FROM articles ORDER BY url")]


def test_a_box_on_two_pages_of_a_host_is_cut_from_the_second_and_from_the_first_in_place(database: Database) -> None:
    crawl(database, (f"{HOST}/n/1", f"{STORY}\n{BOX}"), (f"{HOST}/n/2", f"{OTHER_STORY}\n{BOX}"))
    assert texts(database) == [STORY, OTHER_STORY]
    assert rows(database, "SELECT revision FROM revisions") == [(1,), (1,)]
    assert rows(database, "SELECT host, line, pages FROM site_furniture") == [("news.example", BOX, 2)]


def test_the_same_words_on_two_hosts_are_nobodys_furniture(database: Database) -> None:
    crawl(database, (f"{HOST}/n/1", f"{STORY}\n{BOX}"), (f"{ELSEWHERE}/n/2", f"{OTHER_STORY}\n{BOX}"))
    assert texts(database) == [f"{STORY}\n{BOX}", f"{OTHER_STORY}\n{BOX}"]


def test_two_reports_of_one_story_do_not_erase_each_other(database: Database) -> None:
    first = story(1)
    second = "\n".join([*first.split("\n")[:2], *story(2).split("\n")[2:]])
    crawl(database, (f"{HOST}/n/1", first), (f"{HOST}/n/2", second))
    assert texts(database) == [first, second]


def test_a_page_that_is_read_again_when_more_is_known_of_its_site_has_not_been_revised(database: Database) -> None:
    outcomes = crawl(
        database,
        (f"{HOST}/n/1", f"{STORY}\n{BOX}"),
        (f"{HOST}/n/2", f"{OTHER_STORY}\n{BOX}"),
        (f"{HOST}/n/1", f"{STORY}\n{BOX}"),
        (f"{HOST}/n/2", OTHER_STORY),  # the publisher has dropped the box: that is no other article
    )
    assert outcomes == ["new", "new", "unchanged", "unchanged"]
    assert texts(database) == [STORY, OTHER_STORY]
    assert rows(database, "SELECT pages FROM site_furniture") == [(2,)]


def test_what_the_publisher_does_change_beside_a_box_is_a_revision(database: Database) -> None:
    corrected = STORY.replace("two weeks", "three weeks")
    outcomes = crawl(
        database,
        (f"{HOST}/n/1", f"{STORY}\n{BOX}"),
        (f"{HOST}/n/2", f"{OTHER_STORY}\n{BOX}"),
        (f"{HOST}/n/1", f"{corrected}\n{BOX}"),
    )
    assert outcomes == ["new", "new", "updated"]
    assert texts(database) == [corrected, OTHER_STORY]
    assert rows(database, "SELECT text FROM revisions WHERE revision = 1 ORDER BY text") == [(OTHER_STORY,), (STORY,)]


def test_an_article_out_of_reach_of_the_correction_is_corrected_when_it_is_read_again(database: Database) -> None:
    first, last = (f"{HOST}/n/9999", f"{STORY}\n{BOX}"), (f"{HOST}/n/8888", f"{OTHER_STORY}\n{BOX}")
    others = [(f"{HOST}/n/{1000 + number}", story(number)) for number in range(WINDOW)]
    outcomes = crawl(database, first, *others, last, first)
    assert outcomes == ["new"] * (WINDOW + 2) + ["unchanged"]
    assert rows(database, "SELECT text FROM articles WHERE url LIKE '%/n/9999'") == [(STORY,)]
    assert rows(database, "SELECT text FROM articles WHERE url LIKE '%/n/8888'") == [(OTHER_STORY,)]


def test_the_memory_of_a_host_does_not_grow_with_its_pages(database: Database) -> None:
    crawl(database, *((f"{HOST}/n/{1000 + number}", f"{story(number)}\n{BOX}") for number in range(90)))
    [[pages]] = rows(database, "SELECT COUNT(*) FROM site_page")
    assert isinstance(pages, int)
    assert pages <= WINDOW + 16
    assert rows(database, "SELECT pages FROM site_furniture") == [(90,)]


def test_a_text_that_somebody_else_extracted_neither_teaches_nor_is_touched(database: Database) -> None:
    crawling = Crawling(database, scope(f"{HOST}/n/1", f"{HOST}/n/2"))
    for lease, text in zip(crawling.lease(), (STORY, OTHER_STORY), strict=True):
        given = dataclasses.replace(article(lease.url, f"{text}\n{BOX}", text[:30]), extractor_version="")
        crawling.store(lease, given)
    assert rows(database, "SELECT * FROM site_page") == []
    assert sorted(map(str, texts(database))) == sorted([f"{STORY}\n{BOX}", f"{OTHER_STORY}\n{BOX}"])
