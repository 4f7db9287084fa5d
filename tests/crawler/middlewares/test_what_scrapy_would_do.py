"""What Scrapy does by itself, and this project does not."""

import datetime

from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list

from pipelines.raw_page import RawPage
from pipelines.scrapy_pipelines import FetchedPage
from storage.visit import Lease


def settings() -> Settings:
    """As ``scrapy crawl`` and ``kiji`` load them."""
    found = Settings()
    found.setmodule("crawler.settings", priority="project")
    return found


def test_no_console_and_no_remote_control_listens() -> None:
    extensions = build_component_list(settings().getwithbase("EXTENSIONS"))
    assert not [name for name in extensions if "telnet" in str(name) or "remote_control" in str(name)]
    assert [settings().getbool(name) for name in ("TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED")] == [False, False]


def test_downloads_are_verified_bounded_and_of_the_web_only() -> None:
    found = settings()
    handlers = {scheme: name for scheme, name in found.getwithbase("DOWNLOAD_HANDLERS").items() if name is not None}
    assert handlers == dict.fromkeys(("http", "https"), "crawler.middlewares.header_cap.CappedHandler")
    assert found.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert found.getbool("ROBOTSTXT_OBEY")
    assert found.getint("DOWNLOAD_MAXSIZE") == 10 * 1024 * 1024
    assert (found.getint("DOWNLOAD_TIMEOUT"), found.getint("REDIRECT_MAX_TIMES")) == (30, 5)


def test_a_page_in_a_log_line_is_its_address_and_not_its_bytes() -> None:
    now = datetime.datetime(2026, 10, 5, tzinfo=datetime.UTC)
    raw = RawPage("http://news.example/1", "http://news.example/1", b"<p>secret words" * 10_000, 200, now, ())
    page = FetchedPage(Lease(1, 1, 1, "harbor", "http://news.example/1", "news.example", 0, "entry"), raw)
    assert len(repr(page)) < 1_000
    assert "secret words" not in repr(page)
