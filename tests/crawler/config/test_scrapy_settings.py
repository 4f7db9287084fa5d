"""``[scrapy]`` hands settings on, and refuses those that Kiji's guarantees depend on."""

import pytest

from crawler import settings
from crawler.config.errors import ConfigError
from crawler.config.load import config_of
from crawler.config.scrapy_settings import COMPONENTS, REFUSED

ADJUSTABLE = {
    *("CONCURRENT_REQUESTS", "DOWNLOAD_MAXSIZE", "DOWNLOAD_TIMEOUT", "DOWNLOAD_WARNSIZE", "REACTOR_THREADPOOL_MAXSIZE"),
    *("MEMUSAGE_LIMIT_MB", "MEMUSAGE_WARNING_MB", "REDIRECT_MAX_TIMES", "RETRY_TIMES", "RETRY_GIVE_UP_LOG_LEVEL"),
    *("DEFAULT_REQUEST_HEADERS", "LOG_LEVEL", "LOG_VERSIONS", "STATS_DUMP"),
}
"""What Kiji sets and an operator may set otherwise: bounds, headers, and how much is logged."""


def test_every_setting_of_ours_is_an_operators_to_change_or_is_refused() -> None:
    ours = {name for name in vars(settings) if name.isupper() and not name.startswith(("KIJI_", "TYPE_CHECKING"))}
    assert ours - set(REFUSED) - set(COMPONENTS) == ADJUSTABLE | (ours & {"PRODUCT"})


@pytest.mark.parametrize("name", [*REFUSED, "KIJI_PRIVATE_HOSTS", "DOWNLOADER_MIDDLEWARES_BASE", "robotstxt_obey"])
def test_a_setting_that_would_break_a_guarantee_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_of(f"[scrapy]\n{name} = false", "kiji.toml")
    assert str(caught.value).startswith(f"kiji.toml: scrapy: this value is not allowed ({name}: ")


def test_neither_the_user_agent_nor_our_own_parts_can_be_changed_through_a_table() -> None:
    for text in (
        'DEFAULT_REQUEST_HEADERS = { User-Agent = "Mozilla/5.0" }',
        'DOWNLOADER_MIDDLEWARES = { "crawler.middlewares.ssrf_guard.AddressGuard" = 0 }',
        'DOWNLOADER_MIDDLEWARES = { "scrapy.downloadermiddlewares.redirect.RedirectMiddleware" = 600 }',
        'EXTENSIONS = ["crawler.run_extension"]',
    ):
        with pytest.raises(ConfigError):
            config_of(f"[scrapy]\n{text}", "kiji.toml")


def test_what_is_given_is_added_to_our_tables_and_never_beats_the_config() -> None:
    text = '[scrapy]\nDOWNLOAD_TIMEOUT = 60\nEXTENSIONS = { "ours.Counter" = 1 }\n[crawl]\nuser_agent = "Ours/1.0"'
    handed_on = settings.settings_from(config_of(text, "kiji.toml"), [])
    assert (handed_on["DOWNLOAD_TIMEOUT"], handed_on["USER_AGENT"]) == (60, "Ours/1.0")
    assert handed_on["EXTENSIONS"] == settings.EXTENSIONS | {"ours.Counter": 1}
    assert "ours.Counter" not in settings.EXTENSIONS
