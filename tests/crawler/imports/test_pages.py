"""WARC files: what a crawl of the same pages would have stored, whoever fetched them, in whatever order."""

from pathlib import Path
from urllib.parse import urljoin

import pytest

from crawler.sample.server import SampleSite
from tests.support.commands import Rows, kiji, query, record_of
from tests.support.import_files import PARAGRAPHS, Record, page, write_warc
from tests.support.sample_requests import fetch

URL = "https://news.example/a/7000"


def stored(folder: Path) -> tuple[set[tuple[frozenset[str], str, str, str]], Rows]:
    """Each article with its words and all its addresses, and the edges."""
    articles = query(folder, "SELECT id, url, language, title, text FROM articles")
    copies = query(folder, "SELECT article_id, url FROM copies")
    groups = {
        (frozenset({url, *(copy for of, copy in copies if of == article)}), language, title, text)
        for article, url, language, title, text in articles
    }
    assert len(groups) == len(articles)
    return groups, query(folder, "SELECT DISTINCT page_url, url, title FROM related_links ORDER BY 1, 2")


def counts(record: dict[str, int]) -> dict[str, int]:
    """The seven counts that are not zero."""
    names = ("articles_new", "articles_updated", "articles_unchanged", "copies", "not_articles", "refused", "failed")
    return {name: record[name] for name in names if record[name]}


def test_an_import_stores_what_a_crawl_of_the_same_pages_stores(folder: Path, tmp_path: Path) -> None:
    assert kiji("crawl", folder=folder).returncode == 0
    records: dict[str, Record] = {}
    for (url,) in query(folder, "SELECT url FROM fetches ORDER BY id"):
        for _ in range(5):
            answer = fetch(url)
            kind = answer.headers.get("content-type", "")
            records.setdefault(url, Record(url, answer.body, status=f"{answer.status} X", content_type=kind))
            if "location" not in answer.headers:
                break
            url = urljoin(url, answer.headers["location"])
    importing = tmp_path / "importing"
    importing.mkdir()
    write_warc(importing / "pages.warc.gz", records.values())
    done = kiji("import", "pages.warc.gz", "--json", folder=importing)
    assert stored(importing) == stored(folder)
    record = record_of(done)
    assert [record["status"], record["command"]] == ["done", "kiji import pages.warc.gz"]
    [(fetches,)] = query(importing, "SELECT count(*) FROM fetches WHERE run_id = ?", record["id"])
    assert sum(counts(record).values()) == fetches == len(records)

    again = kiji("import", "pages.warc.gz", "--json", folder=importing)
    assert stored(importing) == stored(folder)
    assert "articles_new" not in counts(record_of(again))
    assert "copies" not in counts(record_of(again))
    assert query(importing, "SELECT count(*) FROM revisions WHERE revision > 1") == [(0,)]


def test_what_the_web_said_is_an_outcome_and_no_bad_record(tmp_path: Path) -> None:
    records = [
        Record(URL, page("Ferry returns")),
        Record(URL, b"", kind="revisit", day=2),
        Record("https://news.example/gone", b"no", status="404 Not Found"),
        Record("https://news.example/paid", b"no", status="403 Forbidden"),
        Record("https://news.example/moved", b"", status="301 Moved"),
        Record("https://news.example/a.png", b"\x89PNG\r\n\x1a\n", content_type="image/png"),
        Record("https://news.example/never", b"", kind="revisit"),
        Record("https://news.example/part", page("Part of a page"), status="206 Partial Content"),
        Record("dns:news.example", b"192.0.2.1", kind="resource"),
    ]
    write_warc(tmp_path / "pages.warc", records)
    done = kiji("import", "pages.warc", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    outcomes = query(tmp_path, "SELECT url, outcome, status FROM fetches ORDER BY id")
    assert [(outcome, status) for _, outcome, status in outcomes] == [
        ("new", 200),
        ("unchanged", 304),
        ("failed", 404),
        ("refused", 403),
        ("not_article", 301),
        ("not_article", 200),
        ("not_article", 304),
        ("failed", 206),
    ]
    seen = query(tmp_path, "SELECT first_seen_at, last_seen_at, source, url FROM articles")
    assert seen == [("2026-10-05T06:00:00Z", "2026-10-07T06:00:00Z", "news.example", URL)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_revisions_stand_in_the_order_of_their_times_whatever_the_order_of_import(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    pages = [page("Ferry returns", (*PARAGRAPHS, f"Correction {day}: it was {day + 3} weeks.")) for day in range(3)]
    for day in order:
        write_warc(tmp_path / f"{day}.warc", [Record(URL, pages[day], day=day)])
    names = [f"{day}.warc" for day in order]
    assert kiji("import", *names, *names, folder=tmp_path).returncode == 0
    revisions = query(tmp_path, "SELECT revision, seen_at, substr(text, -9) FROM revisions ORDER BY revision")
    assert revisions == [(day + 1, f"2026-10-0{5 + day}T06:00:00Z", f" {day + 3} weeks.") for day in range(3)]
    assert kiji("import", *reversed(names), folder=tmp_path).returncode == 0
    assert query(tmp_path, "SELECT revision, seen_at, substr(text, -9) FROM revisions ORDER BY revision") == revisions
    assert query(tmp_path, "SELECT first_seen_at, last_seen_at FROM articles") == [
        ("2026-10-05T06:00:00Z", "2026-10-07T06:00:00Z")
    ]


def test_an_imported_page_makes_no_crawl_fetch_what_no_configured_source_wants(folder: Path) -> None:
    related = ["https://news.example/a/7001", "https://news.example/a/7002"]
    write_warc(folder / "pages.warc", [Record(URL, page("Ferry returns", related=related))])
    assert kiji("import", "pages.warc", folder=folder).returncode == 0
    assert query(folder, "SELECT url FROM related_links ORDER BY position") == [(url,) for url in related]
    assert query(folder, "SELECT count(*) FROM claim") == [(0,)]
    assert kiji("crawl", "harbor", folder=folder).returncode == 0
    assert query(folder, "SELECT url FROM fetches WHERE run_id = 2 AND url LIKE '%news.example%'") == []


def test_an_imported_page_of_a_configured_source_leads_on_as_in_a_crawl(site: SampleSite, folder: Path) -> None:
    article = site.start_urls["article"]
    write_warc(folder / "pages.warc", [Record(article, fetch(article).body)])
    assert kiji("import", "pages.warc", folder=folder).returncode == 0
    assert query(folder, "SELECT source, outcome FROM fetches") == [("mirai", "new")]
    queued = query(folder, "SELECT url FROM address JOIN claim ON address_id = id WHERE state = 'queued' AND depth = 1")
    related = query(folder, "SELECT url FROM related_links")
    assert queued
    assert set(queued) <= set(related)
