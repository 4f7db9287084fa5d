"""Edited copies elsewhere are found among what is stored, through the index; what only looks alike is not."""

import dataclasses
import datetime
import unicodedata

import pytest
from sqlalchemy import update

from pipelines.duplicates.comparison import compare
from pipelines.duplicates.minhash import sign
from storage.articles.minhash_index import ROWS_A_KEY
from storage.database.engine import Database
from storage.reading import Reading
from storage.tables.dedup import ArticleSignature
from tests.support.near_texts import japanese_report, report, tender
from tests.support.stored import store
from tests.support.visits import FIRST_DAY, article, rows

HERE, THERE, ELSEWHERE = "https://one.example/a/1000", "https://two.example/a/2000", "https://three.example/a/3000"
COPIES = "SELECT kind, url, article_id FROM copies ORDER BY url"


def dated(reading: Reading, day: int) -> Reading:
    return dataclasses.replace(
        reading, published_at=FIRST_DAY + datetime.timedelta(days=day), published_precision="instant"
    )


def edited(text: str) -> str:
    return "Reporting by our own staff. " + text.replace(" said that ", " told us that ", 3)


@pytest.mark.parametrize(("language", "text"), [("en", report(1)), ("ja", japanese_report(1))])
def test_an_edited_copy_elsewhere_points_to_the_article_stored_first_and_keeps_its_words(
    database: Database, language: str, text: str
) -> None:
    copy = edited(text) if language == "en" else "本紙記者が取材した。" + text.replace("述べ", "語り", 3)
    pages = [
        dataclasses.replace(article(url, words), language=language) for url, words in ((HERE, text), (THERE, copy))
    ]
    assert store(database, *pages) == ["new", "copy"]
    [(kind, url, similarity, words)] = rows(database, "SELECT kind, url, similarity, text FROM copies")
    assert (kind, url, words) == ("near", THERE, copy)
    assert isinstance(similarity, float)
    assert 0.5 < similarity < 1


def test_a_copy_cut_to_a_third_is_found_though_little_of_the_whole_is_left(database: Database) -> None:
    text = report(1, sentences=30)
    assert store(database, article(HERE, text), article(THERE, text[: len(text) // 3])) == ["new", "copy"]
    assert rows(database, COPIES) == [("near", THERE, 1)]


def test_of_several_articles_the_copy_points_to_the_one_stored_first(database: Database) -> None:
    text = report(1)
    pages = [article(HERE, text), article(THERE, edited(text)), article(ELSEWHERE, edited(text) + " It ended late.")]
    assert store(database, *pages) == ["new", "copy", "copy"]
    assert rows(database, COPIES) == [("near", ELSEWHERE, 1), ("near", THERE, 1)]


def test_copies_are_compared_with_the_article_and_never_chained(database: Database) -> None:
    first, second, third = report(1, 10), report(2, 10), report(3, 10)
    pages = [article(HERE, first + " " + second), article(THERE, second + " " + third), article(ELSEWHERE, third)]
    assert store(database, *pages)[2] == "copy"
    assert rows(database, "SELECT count(*) FROM articles") == [(2,)]
    assert rows(database, "SELECT article_id FROM copies") == [(2,)]


def test_a_template_with_other_facts_is_another_article_and_kept_as_alike(database: Database) -> None:
    pages = [article(HERE, tender(41, "3.80", "Wednesday")), article(THERE, tender(57, "3.55", "Friday"))]
    assert store(database, *pages) == ["new", "new"]
    assert rows(database, "SELECT article_id, other_id, reason FROM alike") == [(2, 1, "numbers differ")]
    [(similarity, containment)] = rows(database, "SELECT similarity, containment FROM alike")
    assert isinstance(similarity, float)
    assert isinstance(containment, float)
    assert 0 < similarity < containment < 1


def test_the_same_notice_on_two_days_is_two_events(database: Database) -> None:
    notice = "The bank left credit policies unchanged after today's regular meeting of its council, a spokesman said."
    pages = [dated(article(HERE, notice), 0), dated(article("https://one.example/a/1001", notice), 14)]
    later_copy = dated(article(THERE, notice), 14)
    assert store(database, *pages, later_copy) == ["new", "new", "copy"]
    assert rows(database, COPIES) == [("exact", THERE, 2)]
    assert rows(database, "SELECT reason FROM alike") == [("the same notice on another day",)]


@pytest.mark.parametrize(("text", "day"), [(report(1) + " It opens today.", 14), ("No rates were changed.", 14)])
def test_the_same_words_under_another_date_are_one_article_without_further_evidence(
    database: Database, text: str, day: int
) -> None:
    pages = [dated(article(HERE, text), 0), dated(article("https://one.example/a/1001", text), day)]
    assert store(database, *pages) == ["new", "copy"]


def test_a_correction_at_the_same_address_is_a_revision_and_at_another_a_copy(database: Database) -> None:
    text, again = report(1), "https://one.example/a/1001"
    corrected = text.replace("pounds", "euros", 1)
    assert store(database, article(HERE, text), article(HERE, corrected)) == ["new", "updated"]
    assert store(database, article(again, corrected.replace("pounds", "euros", 1))) == ["copy"]
    assert rows(database, COPIES) == [("url", again, 1)]


def test_full_and_half_width_letters_are_the_same_words(database: Database) -> None:
    text = japanese_report(1) + "ＡＢＣ　１２３"
    pages = [article(HERE, text), article(THERE, unicodedata.normalize("NFKC", text))]
    assert store(database, *(dataclasses.replace(page, language="ja") for page in pages)) == ["new", "copy"]
    assert rows(database, COPIES) == [("exact", THERE, 1)]


def test_an_article_is_found_by_the_words_that_it_has_now(database: Database) -> None:
    old, new = report(1), report(2)
    assert store(database, article(HERE, old), article(HERE, new)) == ["new", "updated"]
    assert store(database, article(THERE, edited(new)), article(ELSEWHERE, edited(old))) == ["copy", "new"]
    indexed = rows(database, "SELECT count(*) FROM band WHERE article_id = 1")
    assert indexed == [(len(sign(new, "en").keys),)]


def test_only_articles_are_in_the_index(database: Database) -> None:
    store(database, article(HERE, report(1)), article(THERE, edited(report(1))), article(ELSEWHERE, report(2)))
    assert rows(database, "SELECT DISTINCT article_id FROM band ORDER BY 1") == [(1,), (2,)]


def test_one_text_at_many_addresses_costs_the_index_nothing_more(database: Database) -> None:
    gone = "The page that you look for has been moved or does not exist any more. " * 3
    pages = [article(f"https://one.example/a/{1000 + number}", gone) for number in range(60)]
    assert store(database, *pages) == ["new"] + ["copy"] * 59
    assert rows(database, "SELECT count(*) FROM band") == [(len(sign(gone, "en").keys),)]


def test_a_template_costs_the_index_a_bounded_number_of_rows(database: Database) -> None:
    weeks = ROWS_A_KEY * 2
    notices = [tender(100 + 7 * week, f"{3 + week}.{week}5", f"day {week * 3}") for week in range(weeks)]
    pages = [article(f"https://one.example/a/{1000 + week}", notice) for week, notice in enumerate(notices)]
    assert store(database, *pages) == ["new"] * weeks
    [(most,)] = rows(database, "SELECT max(n) FROM (SELECT count(*) AS n FROM band GROUP BY key) AS keys")
    assert most == ROWS_A_KEY
    [(last,)] = rows(database, "SELECT max(article_id) FROM band")
    assert isinstance(last, int)
    assert last < weeks


def test_articles_signed_by_an_older_algorithm_are_signed_anew_by_the_next_run(database: Database) -> None:
    store(database, article(HERE, report(1)), article(THERE, report(2)))
    before = rows(database, "SELECT key, article_id FROM band ORDER BY key, article_id")
    with database.writing() as session:
        session.execute(update(ArticleSignature).values(version=0, keys=b""))
        session.connection().exec_driver_sql("DELETE FROM band")
    store(database, article(ELSEWHERE, report(3)))
    assert rows(database, "SELECT min(version), count(*) FROM article_signature") == [(1, 3)]
    after = rows(database, "SELECT key, article_id FROM band WHERE article_id < 3 ORDER BY key, article_id")
    assert after == before


MET = "SELECT copies.kind, copies.similarity FROM copies ORDER BY copies.url"


def test_kind_and_similarity_follow_the_words_of_the_copy_and_of_the_article(database: Database) -> None:
    text, revised, amp = report(1), edited(report(1)), "https://one.example/amp/a/1000"
    same_site = dataclasses.replace(article(amp, text), canonical_url=HERE)
    assert store(database, article(HERE, text), article(THERE, text), same_site) == ["new", "copy", "copy"]
    assert rows(database, MET) == [("url", 1.0), ("exact", 1.0)]
    near = compare(text, revised, "en").similarity
    assert store(database, article(THERE, revised)) == ["unchanged"]
    assert rows(database, MET) == [("url", 1.0), ("near", near)]
    assert store(database, article(HERE, revised)) == ["updated"]
    assert rows(database, MET) == [("url", near), ("exact", 1.0)]


def test_a_copy_of_an_earlier_wording_is_near_however_little_is_left_of_it(database: Database) -> None:
    text, other = report(1), report(9)
    met = compare(other, text, "en")
    assert met.kind == "different"
    assert store(database, article(HERE, text), article(THERE, text)) == ["new", "copy"]
    assert store(database, article(HERE, other), article(THERE, text)) == ["updated", "unchanged"]
    assert store(database, article(ELSEWHERE, text)) == ["copy"]
    assert rows(database, MET) == [("near", met.similarity)] * 2


def test_a_copy_whose_own_words_become_others_is_an_article_of_its_own(database: Database) -> None:
    assert store(database, article(HERE, report(1)), article(THERE, report(1))) == ["new", "copy"]
    assert store(database, article(THERE, report(9))) == ["new"]
    assert rows(database, COPIES) == []
