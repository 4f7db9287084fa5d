"""What was read before an article went behind its paywall stays; that it is cut is kept as a fact."""

import dataclasses

import pytest

from storage.database.engine import Database
from storage.reading import Reading
from tests.support.near_texts import japanese_report, report
from tests.support.stored import store
from tests.support.visits import article, rows

PAGE, COPY = "https://news.example/n/1000", "https://other.example/a/1000"
ENGLISH, JAPANESE = report(1), japanese_report(1)
STORED = "SELECT text, access, revision FROM articles"


def paywalled(text: str, url: str = PAGE, version: str = "1") -> Reading:
    return dataclasses.replace(article(url, text), access="paywalled", extractor_version=version)


@pytest.mark.parametrize(
    ("full", "teaser"),
    [
        (ENGLISH, ENGLISH[:300]),
        (ENGLISH, ENGLISH[:200] + "…"),
        (ENGLISH, "Tickets sell out. " + ENGLISH[:300]),
        (ENGLISH, ENGLISH[: len(ENGLISH) * 9 // 10]),
        (JAPANESE, JAPANESE[:80] + "…"),
        (JAPANESE, JAPANESE[:120]),
    ],
)
def test_a_teaser_never_overwrites_the_full_wording(database: Database, full: str, teaser: str) -> None:
    assert store(database, article(PAGE, full)) == ["new"]
    assert store(database, paywalled(teaser)) == ["unchanged"]
    assert rows(database, STORED) == [(full, "paywalled", 1)]
    assert rows(database, "SELECT count(*) FROM revisions") == [(1,)]


def test_nor_does_one_that_another_version_reads(database: Database) -> None:
    store(database, article(PAGE, ENGLISH))
    store(database, paywalled(ENGLISH[:300], version="2"))
    assert rows(database, STORED) == [(ENGLISH, "paywalled", 1)]


def test_a_copy_behind_a_paywall_stays_a_copy_with_its_words(database: Database) -> None:
    store(database, article(PAGE, ENGLISH))
    assert store(database, article(COPY, ENGLISH)) == ["copy"]
    assert store(database, paywalled(ENGLISH[:300], COPY)) == ["unchanged"]
    assert rows(database, "SELECT text, kind FROM copies") == [(ENGLISH, "exact")]
    assert rows(database, "SELECT count(*) FROM articles") == [(1,)]


@pytest.mark.parametrize(
    "reading",
    [
        article(PAGE, ENGLISH[:300]),
        paywalled(report(2)[:300]),
        paywalled(ENGLISH + " The fare stays at 4 pounds."),
        paywalled(ENGLISH.replace(ENGLISH[:60], "The council changed its mind on Friday and moved the works again.")),
    ],
)
def test_other_words_are_a_revision_paywalled_or_not(database: Database, reading: Reading) -> None:
    store(database, article(PAGE, ENGLISH))
    assert store(database, reading) == ["updated"]
    assert rows(database, STORED)[0][::2] == (reading.text, 2)


def test_a_page_that_opens_again_has_its_new_words(database: Database) -> None:
    store(database, paywalled(ENGLISH[:300]))
    assert store(database, dataclasses.replace(article(PAGE, ENGLISH), access="free")) == ["updated"]
    assert rows(database, STORED) == [(ENGLISH, "free", 2)]
