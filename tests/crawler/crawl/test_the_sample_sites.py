"""The main job, compared with the truth that lies beside the sample sites."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from crawler.cli.demo import summary
from crawler.crawl_report import summary_line
from crawler.sample.server import SampleSite
from crawler.sample.truth import Truth
from storage.database.open import open_database
from storage.monitoring.summary import count_contents
from storage.reading import iso_utc
from tests.support.commands import COUNTS, Rows, cold_kiji, kiji, query, record_of

README = Path(__file__).parents[3] / "README.md"


@dataclasses.dataclass(frozen=True)
class Crawled:
    """A folder in which the sample sites were crawled once."""

    folder: Path
    record: dict[str, Any]
    exit_code: int
    truth: Truth

    def rows(self, sql: str, *values: object) -> Rows:
        return query(self.folder, sql, *values)


def spaced(text: str) -> str:
    """One space where white space of any width stands, as titles and summaries are stored."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, site: SampleSite) -> Crawled:
    folder = tmp_path_factory.mktemp("crawled")
    (folder / "kiji.toml").write_text(site.config("sqlite:///kiji.db"), encoding="utf-8")
    done = cold_kiji("crawl", "--json", folder=folder)
    return Crawled(folder, record_of(done), done.returncode, site.truth())


def test_the_crawl_ends_well(crawled: Crawled) -> None:
    assert crawled.exit_code == 0
    assert crawled.record["status"] == "done"
    assert crawled.record["articles_new"] == len(crawled.truth.articles)
    assert crawled.record["copies"] == len(crawled.truth.copies)


def test_every_article_is_one_row_under_its_canonical_address_in_its_own_language(crawled: Crawled) -> None:
    expected = sorted((a.url, a.source, a.language, spaced(a.title)) for a in crawled.truth.articles)
    assert sorted(crawled.rows("SELECT url, source, language, title FROM articles")) == expected


def test_the_text_is_the_articles_words_and_nothing_else(crawled: Crawled) -> None:
    expected = {a.url: a.text for a in crawled.truth.articles}
    found: dict[str, str] = dict(crawled.rows("SELECT url, text FROM articles"))
    assert {url: text for url, text in found.items() if text != expected.get(url)} == {}


def test_no_words_of_the_furniture_are_stored(crawled: Crawled) -> None:
    furniture = ("AIによって生成された画像", "AIによるレポート", "関連記事", "Cookie", "Related stories", "Most read")
    for phrase in furniture:
        assert crawled.rows("SELECT url FROM articles WHERE instr(text, ?) > 0", phrase) == []
        assert crawled.rows("SELECT url FROM copies WHERE instr(text, ?) > 0", phrase) == []


def test_authors_dates_summaries_and_pictures_are_the_pages_own(crawled: Crawled) -> None:
    expected = {
        a.url: ("; ".join(a.authors), iso_utc(a.published_at), a.published_precision, spaced(a.summary), a.image_url)
        for a in crawled.truth.articles
    }
    rows = crawled.rows("SELECT url, authors, published_at, published_precision, summary, image_url FROM articles")
    assert {row[0]: row[1:] for row in rows if row[1:] != expected[row[0]]} == {}


def test_every_related_link_is_an_edge_with_the_cards_own_words(crawled: Crawled) -> None:
    expected = sorted((e.page_url, e.url, spaced(e.title), spaced(e.summary), e.language) for e in crawled.truth.edges)
    found = crawled.rows("SELECT page_url, url, title, summary, language FROM related_links")
    assert sorted(found) == expected


def test_edges_stand_in_the_order_of_the_cards_and_lead_to_stored_articles(crawled: Crawled) -> None:
    expected = {(e.page_url, e.url): (e.position, e.article_url, e.target) for e in crawled.truth.edges}
    rows = crawled.rows(
        "SELECT page_url, related_links.url, position, declaring.url, target.url FROM related_links"
        " JOIN articles AS declaring ON declaring.id = article_id"
        " LEFT JOIN articles AS target ON target.id = related_article_id"
    )
    assert {row[:2]: row[2:] for row in rows if row[2:] != expected[row[:2]]} == {}


def test_other_pages_of_an_article_are_copies_and_say_of_what(crawled: Crawled) -> None:
    expected = sorted((c.url, c.kind, c.source, c.article_url) for c in crawled.truth.copies)
    found = crawled.rows(
        "SELECT copies.url, kind, copies.source, articles.url FROM copies JOIN articles ON articles.id = article_id"
    )
    assert sorted(found) == expected


def test_what_is_no_article_has_its_outcome_and_a_reason(crawled: Crawled) -> None:
    outcomes = {row[0]: row[1:] for row in crawled.rows("SELECT url, outcome, reason FROM fetches")}
    wrong = {}
    for address in crawled.truth.addresses:
        if not address.linked or address.article_url is not None or address.source is None:
            continue
        outcome, reason = outcomes.get(address.url, ("never taken up", ""))
        if outcome != address.outcome or (outcome != "new" and not reason):
            wrong[address.url] = (outcome, reason, address)
    assert wrong == {}


def test_nothing_was_asked_for_that_robots_txt_forbids_or_that_is_private(crawled: Crawled, site: SampleSite) -> None:
    forbidden = [a.url for a in crawled.truth.addresses if "robots" in a.reason]
    assert forbidden
    asked = {site.bases[request.site] + request.path for request in site.requests}
    assert not asked & set(forbidden)
    assert {request.user_agent.partition("/")[0] for request in site.requests} == {"Kiji"}


def test_the_outcomes_add_up(crawled: Crawled) -> None:
    fetches = crawled.rows("SELECT outcome, count(*) FROM fetches GROUP BY outcome")
    assert sum(crawled.record[name] for name in COUNTS) == sum(number for _, number in fetches)
    assert crawled.rows("SELECT url FROM fetches GROUP BY url, run_id HAVING count(*) > 1") == []


def test_the_readme_shows_what_the_demo_really_says(crawled: Crawled) -> None:
    database = open_database(f"sqlite:///{crawled.folder}/kiji.db")
    with database.reading() as connection:
        found = count_contents(connection)
    database.close()
    readme = README.read_text(encoding="utf-8")
    _, _, outcomes = summary_line(crawled.record).partition(" requests; ")  # how many more they take is no matter
    assert outcomes in readme
    assert summary(found, found, "sqlite:///kiji.db", ".venv/bin/kiji").strip() in readme


def test_the_readmes_queries_find_something(crawled: Crawled) -> None:
    queries = "".join(re.findall(r"```sql\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)).split(";")
    found = [crawled.rows(query) for query in queries if query.strip()]
    assert len(found) >= 3
    assert all(found)


def test_a_second_crawl_adds_nothing_and_an_edit_is_a_revision(crawled: Crawled, site: SampleSite) -> None:
    tables = ("articles", "copies", "related_links", "revisions")
    before = {table: crawled.rows(f"SELECT count(*) FROM {table}") for table in tables}
    done = kiji("crawl", "mirai", "harbor", "--refresh", "--json", folder=crawled.folder)
    assert done.returncode == 0
    assert {table: crawled.rows(f"SELECT count(*) FROM {table}") for table in tables} == before
    assert record_of(done)["articles_new"] == 0

    site.edition = 2
    done = kiji("crawl", "mirai", "harbor", "--refresh", "--json", folder=crawled.folder)
    site.edition = 1
    edited = {a.url: a for a in crawled.truth.articles if a.edit}
    assert record_of(done)["articles_updated"] == len(edited) > 0
    rows = crawled.rows("SELECT url, articles.title, articles.text FROM articles WHERE revision > 1")
    expected = [(url, spaced(a.edit.title), a.edit.text) for url, a in edited.items() if a.edit]
    assert sorted(rows) == sorted(expected)
    assert crawled.rows("SELECT count(*) FROM revisions") == [(before["revisions"][0][0] + len(edited),)]
