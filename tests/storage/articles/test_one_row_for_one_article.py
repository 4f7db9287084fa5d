"""One row for one article, however many addresses, copies and edits it has."""

import dataclasses

import pytest

from storage.database.engine import Database
from tests.support.visits import OTHER_STORY, STORY, Crawling, article, rows, scope

PAGE = "https://news.example/ja/n/7000"
AMP = "https://news.example/amp/ja/n/7000"


def test_the_same_words_again_only_move_last_seen(database: Database) -> None:
    crawling = Crawling(database, scope(PAGE))
    lease = crawling.lease_url(PAGE)
    assert crawling.store(lease, article(PAGE), day=0).outcome == "new"
    assert crawling.store(lease, article(PAGE), day=1).outcome == "unchanged"
    assert rows(database, "SELECT url, first_seen_at, last_seen_at FROM articles") == [
        (PAGE, "2026-10-05T06:00:00Z", "2026-10-06T06:00:00Z")
    ]
    assert len(rows(database, "SELECT * FROM revisions")) == 1


def test_other_words_at_the_same_address_are_a_revision_and_the_earlier_ones_are_kept(database: Database) -> None:
    crawling = Crawling(database, scope(PAGE))
    lease = crawling.lease_url(PAGE)
    crawling.store(lease, article(PAGE), day=0)
    corrected = STORY.replace("1,200", "1,500")
    assert crawling.store(lease, article(PAGE, corrected), day=1).outcome == "updated"
    assert rows(database, "SELECT revision, seen_at, text FROM revisions ORDER BY revision") == [
        (1, "2026-10-05T06:00:00Z", STORY),
        (2, "2026-10-06T06:00:00Z", corrected),
    ]
    assert rows(database, "SELECT text FROM articles") == [(corrected,)]


def test_a_better_reading_of_the_same_bytes_corrects_the_row_in_place(database: Database) -> None:
    crawling = Crawling(database, scope(PAGE))
    lease = crawling.lease_url(PAGE)
    crawling.store(lease, article(PAGE, "Subscribe now. " + STORY))
    better = dataclasses.replace(article(PAGE), extractor_version="2")
    assert crawling.store(lease, better, day=1).outcome == "unchanged"
    assert rows(database, "SELECT revision, text FROM revisions") == [(1, STORY)]


def test_an_amp_page_of_a_stored_article_is_a_copy_of_kind_url(database: Database) -> None:
    crawling = Crawling(database, scope(PAGE, AMP))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[PAGE], article(PAGE))
    amp = dataclasses.replace(article(AMP), canonical_url=PAGE)
    assert crawling.store(leases[AMP], amp).outcome == "copy"
    assert rows(database, "SELECT url FROM articles") == [(PAGE,)]
    assert rows(database, "SELECT url, kind, similarity FROM copies") == [(AMP, "url", 1.0)]


def test_an_amp_page_met_first_is_filed_under_its_canonical_address_which_then_takes_over(database: Database) -> None:
    crawling = Crawling(database, scope(AMP))
    amp = dataclasses.replace(article(AMP, title="Ferry returns (AMP)"), canonical_url=PAGE)
    assert crawling.store(crawling.lease_url(AMP), amp).outcome == "new"
    assert rows(database, "SELECT url FROM articles") == [(PAGE,)]
    assert rows(database, "SELECT url FROM copies") == []
    assert crawling.store(crawling.lease_url(PAGE), article(PAGE)).outcome == "copy"
    assert rows(database, "SELECT id, url, title FROM articles") == [(1, PAGE, "Ferry returns")]
    assert rows(database, "SELECT url, article_id, kind, title FROM copies") == [(AMP, 1, "url", "Ferry returns (AMP)")]
    assert len(rows(database, "SELECT * FROM revisions")) == 1


@pytest.mark.parametrize("named", ["", "https://news.example/ja/n/7000-ferry-returns"])
@pytest.mark.parametrize(("words", "outcome"), [(STORY, "unchanged"), (OTHER_STORY, "updated")])
def test_a_page_that_names_another_canonical_address_than_before_or_none_is_still_its_article(
    database: Database, named: str, words: str, outcome: str
) -> None:
    crawling = Crawling(database, scope(AMP))
    lease = crawling.lease_url(AMP)
    crawling.store(lease, dataclasses.replace(article(AMP), canonical_url=PAGE))
    again = dataclasses.replace(article(AMP, words), canonical_url=named or AMP)
    assert crawling.store(lease, again).outcome == outcome
    assert rows(database, "SELECT id, url, text FROM articles") == [(1, PAGE, words)]
    assert rows(database, "SELECT url FROM copies") == []
    assert crawling.store(crawling.lease_url(PAGE), article(PAGE, words)).outcome == "copy"
    assert rows(database, "SELECT url, article_id FROM copies") == [(AMP, 1)]


def test_a_canonical_address_whose_own_page_says_something_else_keeps_its_own_article(database: Database) -> None:
    crawling = Crawling(database, scope(AMP))
    amp = dataclasses.replace(article(AMP), canonical_url=PAGE)
    crawling.store(crawling.lease_url(AMP), amp)
    assert crawling.store(crawling.lease_url(PAGE), article(PAGE, OTHER_STORY, "Rice prices")).outcome == "new"
    assert rows(database, "SELECT url, title FROM articles ORDER BY id") == [
        (AMP, "Ferry returns"),
        (PAGE, "Rice prices"),
    ]
    assert rows(database, "SELECT url FROM copies") == []


def test_the_same_text_at_another_site_is_a_copy_and_not_a_second_article(database: Database) -> None:
    elsewhere = "https://harbor.example/stories/ferry"
    crawling = Crawling(database, scope(PAGE), scope(elsewhere, name="harbor"))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[PAGE], article(PAGE))
    assert crawling.store(leases[elsewhere], article(elsewhere)).outcome == "copy"
    assert rows(database, "SELECT url, source, kind FROM copies") == [(elsewhere, "harbor", "exact")]


def test_a_copy_of_words_that_were_corrected_since_is_still_a_copy(database: Database) -> None:
    elsewhere = "https://harbor.example/stories/ferry"
    crawling = Crawling(database, scope(PAGE), scope(elsewhere, name="harbor"))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[PAGE], article(PAGE))
    crawling.store(leases[PAGE], article(PAGE, OTHER_STORY))
    assert crawling.store(leases[elsewhere], article(elsewhere)).outcome == "copy"


def test_a_redirect_is_another_spelling_and_no_copy(database: Database) -> None:
    old = "https://news.example/old/7000"
    crawling = Crawling(database, scope(old, PAGE))
    leases = {lease.url: lease for lease in crawling.lease()}
    assert crawling.store(leases[old], article(PAGE), final_url=PAGE).outcome == "new"
    assert crawling.store(leases[PAGE], article(PAGE)).outcome == "unchanged"
    assert rows(database, "SELECT url FROM articles") == [(PAGE,)]
    assert rows(database, "SELECT url FROM copies") == []


def test_an_article_whose_redirect_or_related_link_is_longer_than_what_is_held_is_stored(database: Database) -> None:
    crawling = Crawling(database, scope(PAGE))
    login, kana = f"https://news.example/login?return={'x' * 2_500}", f"https://news.example/ja/n/{'あ' * 300}"
    lease = crawling.lease_url(PAGE)
    assert crawling.store(lease, article(login, related=(kana,)), login).outcome == "new"
    assert crawling.store(lease, article(PAGE, related=(kana,))).outcome == "unchanged"
    assert rows(database, "SELECT url FROM articles") == [(PAGE,)]
    assert rows(database, "SELECT url FROM related_links") == [(kana,)]
    assert {found.url for found in crawling.lease()} == {kana}


@pytest.mark.parametrize("hostile", ["a\x00b\ud800c\x07d", "x" * 500_000, "\u202e\x1b[31mred"])
def test_hostile_titles_are_stored_without_what_databases_refuse(database: Database, hostile: str) -> None:
    crawling = Crawling(database, scope(PAGE))
    assert crawling.store(crawling.lease_url(PAGE), article(PAGE, title=hostile)).outcome == "new"
    [(title,)] = rows(database, "SELECT title FROM articles")
    assert isinstance(title, str)
    assert len(title) <= 2_000
    assert not any(character in title for character in "\x00\x07\x1b\ud800")


def test_one_page_that_the_database_refuses_takes_no_other_along(database: Database) -> None:
    second = "https://news.example/ja/n/7001"
    crawling = Crawling(database, scope(PAGE, second))
    leases = {lease.url: lease for lease in crawling.lease()}
    impossible = dataclasses.replace(article(PAGE), language_confidence=None)  # type: ignore[arg-type]  # what a bug would send
    futures = [crawling.store(leases[PAGE], impossible), crawling.store(leases[second], article(second))]
    assert [result.outcome for result in futures] == ["failed", "new"]
    assert rows(database, "SELECT outcome, count(*) FROM fetches GROUP BY outcome") == [("failed", 1), ("new", 1)]
    assert rows(database, "SELECT articles_new, failed FROM runs") == [(1, 1)]
