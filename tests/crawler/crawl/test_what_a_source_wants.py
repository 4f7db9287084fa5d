"""A source stores what it wants, is crawled at its hours, and health tells of a rule that matches nothing any more."""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.config.hours import is_open, next_opening
from tests.support.commands import kiji, query
from tests.support.hostile_server import WORDS, HostileServer, answers, article

TITLES = {
    "ferry": "The ferry returns",
    "live": "Live: ferry",
    "horoscope": "Your horoscope",
    "market": "The market",
    "harbour": "",
}
DAY = "/news/2026/10/05"


@pytest.fixture
def site() -> Iterator[HostileServer]:
    """A feed of articles: one is a live page, one a horoscope, one without a title in the feed."""
    with HostileServer() as site:
        items = "".join(
            f"<item><link>{site.url}{DAY}/{name}</link><title>{title}</title></item>" for name, title in TITLES.items()
        )
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
        site.pages = {"/feed.xml": answers(feed, "application/rss+xml")}
        for name, title in TITLES.items():
            page = article(title or "Horoscope of the harbour", f"{name} {len(title)} today. {WORDS}")
            site.pages[f"{DAY}/{name}"] = answers(page)
        yield site


def write(folder: Path, site: HostileServer, *lines: str) -> None:
    source = [f'start = ["{site.url}/feed.xml"]', "allow_private_addresses = true", "delay = 0.0", *lines]
    (folder / "kiji.toml").write_text("\n".join(["[[source]]", 'name = "harbor"', *source]), encoding="utf-8")


def test_addresses_and_titles_that_are_not_wanted(site: HostileServer, tmp_path: Path) -> None:
    write(tmp_path, site, 'include = ["/news/"]', 'exclude = ["/*/live"]', 'block = ["horoscope"]')
    assert kiji("crawl", "harbor", folder=tmp_path).returncode == 0
    rows = query(tmp_path, "SELECT replace(url, ?, ''), outcome, reason FROM fetches", f"{site.url}")
    assert sorted(rows) == [
        ("/feed.xml", "not_article", "feed with 5 entries; 1 not wanted by their titles"),
        (f"{DAY}/ferry", "new", ""),
        (f"{DAY}/harbour", "refused", 'the title has "horoscope", which block names'),
        (f"{DAY}/market", "new", ""),
    ]
    write(tmp_path, site, 'keep = ["ferry"]')
    kiji("crawl", "harbor", folder=tmp_path)
    assert query(tmp_path, "SELECT title FROM articles WHERE url LIKE '%/live'") == [("Live: ferry",)]


def test_a_source_is_crawled_at_its_hours_or_if_it_is_named(site: HostileServer, tmp_path: Path) -> None:
    now = datetime.datetime.now(datetime.UTC)
    other_day = (now + datetime.timedelta(days=3)).strftime("%a")
    write(tmp_path, site, f'hours = ["{other_day}"]', 'timezone = "UTC"')
    idle = kiji("crawl", "--json", folder=tmp_path)
    assert (idle.returncode, json.loads(idle.stdout)["requests"]) == (0, 0)
    assert kiji("crawl", "harbor", folder=tmp_path).returncode == 0


def test_a_rule_that_matches_nothing_any_more_is_told_by_health(site: HostileServer, tmp_path: Path) -> None:
    write(tmp_path, site, 'select = ["div.gone"]', 'title = "h1"')
    kiji("crawl", "harbor", folder=tmp_path)
    reasons = query(tmp_path, "SELECT DISTINCT reason FROM fetches WHERE outcome = 'new'")
    assert reasons == [("rules without a match: select",)]
    health = kiji("health", folder=tmp_path)
    assert health.returncode == 1
    assert "harbor: changed: the rule select matched nothing on 5 of 5 articles (usually on 0%)" in health.stdout
    tried = kiji("sources", "test", "harbor", "--pages", "1", folder=tmp_path)
    assert "  rules: title\n  no match: select" in tried.stdout


TOKYO = "Asia/Tokyo"


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        (["Mon-Fri 06:00-22:00"], "2026-11-30T21:00Z", True),  # Tuesday 06:00 in Tokyo
        (["Mon-Fri 06:00-22:00"], "2026-11-30T20:59Z", False),
        (["22:00-02:00"], "2026-11-30T16:30Z", True),  # 01:30
        (["Sun 22:00-02:00"], "2026-11-29T16:30Z", True),  # Monday 01:30
        (["Sun 22:00-02:00"], "2026-11-30T16:30Z", False),
        (["Sat-Mon"], "2026-11-29T16:30Z", True),
        (["Tue", "Sat 08:00-24:00"], "2026-11-28T14:59Z", True),
        ([], "2026-11-28T14:59Z", True),
    ],
)
def test_hours(hours: list[str], moment: str, expected: bool) -> None:
    at = datetime.datetime.fromisoformat(moment)
    assert is_open(hours, at, TOKYO) == expected
    assert (next_opening(hours, at, TOKYO) == at) == expected
