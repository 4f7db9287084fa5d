"""Check ``[scrapy]``, and refuse settings that break Kiji's guarantees."""

import re
from collections.abc import Mapping
from typing import Any

_NAME = re.compile(r"[A-Z][A-Z0-9_]*\Z")

_OWN = "Kiji sets it: the address guard, politeness and the run's record depend on it"
REFUSED: Mapping[str, str] = {
    "USER_AGENT": "set [crawl] user_agent",
    **dict.fromkeys(("DOWNLOAD_DELAY", "DOWNLOAD_SLOTS"), "set [crawl] delay or a source's delay"),
    "CLOSESPIDER_TIMEOUT": "use kiji crawl --max-minutes",
    **dict.fromkeys(("CLOSESPIDER_PAGECOUNT", "CLOSESPIDER_ITEMCOUNT"), "set max_pages of a source"),
    **dict.fromkeys(("DEPTH_LIMIT", "DEPTH_PRIORITY"), "set depth of a source"),
    "LOG_FORMAT": "use KIJI_LOG_FORMAT",
    "ITEM_PIPELINES": "an extractor of a source or an after_crawl plugin takes its place (docs/extending.md)",
    **dict.fromkeys(
        (
            *("ADDONS", "BOT_NAME", "SPIDER_MODULES", "SPIDER_LOADER_CLASS", "NEWSPIDER_MODULE"),
            *("TWISTED_REACTOR", "TWISTED_REACTOR_ENABLED", "ASYNCIO_EVENT_LOOP"),
            *("TWISTED_DNS_RESOLVER", "DNS_RESOLVER", "DNSCACHE_ENABLED", "FORCE_CRAWLER_PROCESS"),
            *("DOWNLOADER", "DOWNLOAD_HANDLERS", "DOWNLOADER_HTTPCLIENTFACTORY", "DOWNLOADER_CLIENTCONTEXTFACTORY"),
            *("DOWNLOAD_VERIFY_CERTIFICATES", "TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "COOKIES_ENABLED"),
            *("ROBOTSTXT_OBEY", "ROBOTSTXT_USER_AGENT", "ROBOTSTXT_PARSER", "DOWNLOAD_DELAY_JITTER"),
            *("RANDOMIZE_DOWNLOAD_DELAY", "CONCURRENT_REQUESTS_PER_DOMAIN", "CONCURRENT_REQUESTS_PER_IP"),
            *("CONCURRENT_ITEMS", "RETRY_ENABLED", "RETRY_HTTP_CODES", "RETRY_EXCEPTIONS", "REDIRECT_ENABLED"),
            *("METAREFRESH_ENABLED", "REFERER_ENABLED", "AUTOTHROTTLE_ENABLED", "HTTPERROR_ALLOW_ALL"),
            *("HTTPERROR_ALLOWED_CODES", "HTTPCACHE_ENABLED", "DUPEFILTER_CLASS", "SCHEDULER", "JOBDIR"),
            *("SCHEDULER_DISK_QUEUE", "SCHEDULER_MEMORY_QUEUE", "SCHEDULER_PRIORITY_QUEUE"),
            *("SCRAPER_SLOT_MAX_ACTIVE_SIZE", "URLLENGTH_LIMIT", "STATS_CLASS", "WARN_ON_GENERATOR_RETURN_VALUE"),
        ),
        _OWN,
    ),
}
"""Settings that an operator must not set, with the reason or what to use instead."""

COMPONENTS = ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS")
"""Tables of components: an operator's are added to Kiji's, and may name none of Kiji's and none of Scrapy's own."""

_PACKAGES = ("crawler.", "pipelines.", "storage.", "scrapy.")


def scrapy_settings(value: dict[str, Any]) -> dict[str, Any]:
    """Return the settings.

    Raises ValueError with the name of the first that is refused.
    """
    for name, given in value.items():
        if problem := _problem(name, given):
            raise ValueError(f"{name}: {problem}")
    return value


def _problem(name: str, value: Any) -> str:
    if not _NAME.match(name):
        return "not the name of a setting"
    if name.startswith("KIJI_") or name.endswith("_BASE"):
        return _OWN
    if name in REFUSED:
        return REFUSED[name]
    if name in COMPONENTS:
        if not isinstance(value, dict):
            return 'a table is expected: { "module.Class" = number }'
        own = [path for path in value if path.startswith(_PACKAGES)]
        return f"{own[0]} is not an operator's to place" if own else ""
    if name == "DEFAULT_REQUEST_HEADERS" and any(header.lower() == "user-agent" for header in value):
        return "set [crawl] user_agent"
    return ""
