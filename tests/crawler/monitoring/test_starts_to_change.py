"""What doctor and health say of start pages that should be others."""

import dataclasses

import pytest

from crawler.config.load import config_of
from crawler.monitoring.after_crawl import judge_sources
from crawler.monitoring.doctor import examine_sources
from crawler.plan import scope_of
from crawler.preview.trial import TrialPage
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.reading import Entry, Reading
from storage.visit import Visit
from tests.support.visits import Crawling

OLD, NEW = "https://news.example/old.xml", "https://news.example/new.xml"
CONFIG = config_of(f'[[source]]\nname = "harbor"\nstart = ["{OLD}"]\n', "kiji.toml")


@pytest.mark.parametrize("for_good", [True, False])
def test_health_names_the_new_address_of_a_start_page_that_moved_for_good(
    database: Database, *, for_good: bool
) -> None:
    crawling = Crawling(database, scope_of(CONFIG.sources[0]))
    feed = Reading(url=OLD, canonical_url=NEW, kind="feed", entries=(Entry("https://news.example/1"),))
    visit = Visit(crawling.lease_url(OLD), NEW, utc_now(), 200, feed, moved=for_good)
    crawling.writer.store(visit).result()
    crawling.finish()
    told = judge_sources(database, ["harbor"], utc_now(), CONFIG)["harbor"].moved
    assert told == (f"{OLD} has moved for good to {NEW}" if for_good else "")


@pytest.mark.parametrize(("address", "number"), [("https://news.example/", 1), ("https://news.example/sport", 0)])
def test_doctor_says_that_a_home_page_is_no_good_start(address: str, number: int) -> None:
    page = Reading(url=address, canonical_url=address, kind="section", entries=(Entry("https://news.example/1"),))
    tried = TrialPage("harbor", address, is_start=True, reading=page)
    found = list(examine_sources([tried], CONFIG))
    warned = [finding.text for finding in found if finding.level == "warn"]
    assert len(warned) == number
    assert all(f"kiji sources add {address}" in text for text in warned)
    feed = dataclasses.replace(tried, reading=dataclasses.replace(page, kind="feed"))
    assert [finding.level for finding in examine_sources([feed], CONFIG)] == ["ok"]
