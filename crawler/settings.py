"""Set Scrapy's settings for ``kiji`` and ``scrapy crawl``.

Settings that are not named here keep Scrapy's default.

What depends on the config (user agent, delay, private hosts) comes from :func:`settings_from`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crawler import scrapy_parts
from crawler.user_agent import PRODUCT, default_user_agent
from pipelines.workers import pool

if TYPE_CHECKING:
    from crawler.config.models import Config, Source

BOT_NAME = "kiji"
SPIDER_MODULES = ["crawler.spiders"]
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# --- Safe -----------------------------------------------------------------------------------------------------------
# The address guard, installed before any crawler; its middleware is below.
TWISTED_DNS_RESOLVER = "crawler.middlewares.ssrf_guard.GuardedResolver"
REACTOR_THREADPOOL_MAXSIZE = 20  # name look-ups block a thread each
#: ``host:port`` that may have private addresses.
KIJI_PRIVATE_HOSTS: list[str] = []
# Otherwise Scrapy follows links to file:// and ftp://.
DOWNLOAD_HANDLERS = {
    "data": None,
    "file": None,
    "ftp": None,
    "http": scrapy_parts.HTTP_HANDLER,
    "https": scrapy_parts.HTTP_HANDLER,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024  # bytes, as sent and as decompressed
DOWNLOAD_WARNSIZE = 0  # an outcome in the run's record is enough
DOWNLOAD_TIMEOUT = 30  # seconds
MEMUSAGE_WARNING_MB = 1024
MEMUSAGE_LIMIT_MB = 2048  # the crawl then ends in order, and stores what it has
# Both are on by default; RemoteControl executes code that comes over loopback.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
COOKIES_ENABLED = False

# --- Polite ---------------------------------------------------------------------------------------------------------
USER_AGENT = default_user_agent()
ROBOTSTXT_USER_AGENT = PRODUCT
ROBOTSTXT_OBEY = True  # by crawler.middlewares.robots
DOWNLOAD_DELAY = 1.0  # seconds; for requests without a delay of their source
KIJI_HOST_DELAYS: dict[str, float] = {}  # by slot (crawler.hosts), from the config: known before the first request
DOWNLOAD_DELAY_JITTER = 0.0  # crawler.middlewares.host_delays has one that only adds; Scrapy's undercuts the delay
CONCURRENT_REQUESTS = 100
CONCURRENT_ITEMS = 1  # an answer gives one item; Scrapy makes this many tasks for each answer, 100 by default
CONCURRENT_REQUESTS_PER_DOMAIN = 4  # where the delay is 0
DOWNLOADER = scrapy_parts.DOWNLOADER  # which keeps to that
RETRY_TIMES = 2
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]  # crawler.middlewares.backoff handles 429 and 503
KIJI_BACKOFF_SECONDS = 5.0  # after the first 429 or 503 without Retry-After; doubled by each further one
KIJI_LONGEST_HOLD = 60.0  # seconds that a run waits for a host; for longer waits the host rests
RETRY_GIVE_UP_LOG_LEVEL = "INFO"
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
REFERER_ENABLED = False
AUTOTHROTTLE_ENABLED = False
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/xml;q=0.9,*/*;q=0.5",
    "Accept-Language": "ja,en;q=0.9",
}

KIJI_SIGNATURES: dict[str, str] = {}  # [signatures]; it names the place of the key, and does not hold it

# --- The frontier is in the database --------------------------------------------------------------------------------
# The frontier decides about duplicates, depth and length of addresses before a request is made. A request that Scrapy
# drops silently would leave its lease behind.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
HTTPERROR_ALLOW_ALL = True  # every answer reaches the spider, and ends under an outcome
HTTPCACHE_ENABLED = False

# --- Pages are read in worker processes -------------------------------------------------------------------------------
KIJI_READING_SECONDS = pool.DEFAULT_TIME_LIMIT
KIJI_READ = "pipelines.read_page:read_page"  # module:function, run in the workers

# --- Quiet ----------------------------------------------------------------------------------------------------------
LOG_LEVEL = "WARNING"
LOG_VERSIONS: list[str] = []
STATS_DUMP = False
WARN_ON_GENERATOR_RETURN_VALUE = False  # it parses the callback's source for every page, and mypy checks the same
KIJI_LOG_TROUBLE = True  # log the error that ends a run; kiji sets it to False and prints the error itself

# --- Parts ----------------------------------------------------------------------------------------------------------
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.domain_lock.DomainLocks": 80,
    "crawler.middlewares.backoff.Backoff": 90,
    "crawler.middlewares.source_requests.SourceRequests": 95,
    "crawler.middlewares.robots.Robots": 100,
    **scrapy_parts.PACE,
    "crawler.middlewares.meta_refresh.MetaRefreshes": 580,
    "crawler.middlewares.cut_answers.CompleteAnswers": 590,
    "crawler.middlewares.redirects.Redirects": 600,
    "crawler.middlewares.signed_requests.SignedRequests": 760,
    "crawler.middlewares.ssrf_guard.AddressGuard": 770,
}
ITEM_PIPELINES = {
    "pipelines.scrapy_pipelines.ReadingPipeline": 100,
    "pipelines.scrapy_pipelines.StoragePipeline": 200,
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
EXTENSIONS = {
    "crawler.run_extension.RunExtension": 0,
    "scrapy.extensions.corestats.CoreStats": None,  # the run's record in the database has these and LogStats's
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.memdebug.MemoryDebugger": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
}


def settings_from(config: "Config", sources: Sequence["Source"]) -> dict[str, object]:
    """Return the settings of the config for these sources, configured or ad hoc."""
    from crawler.config.models import host_delays  # Scrapy reads this module without one

    delays = config.host_delays
    own = {slot: delay for slot, delay in host_delays(sources).items() if delay > delays.get(slot, 0.0)}
    return {
        **_operators(config.scrapy),
        "USER_AGENT": config.crawl.user_agent,
        "ROBOTSTXT_USER_AGENT": config.crawl.robots_token,
        "DOWNLOAD_DELAY": config.crawl.delay,
        "KIJI_PRIVATE_HOSTS": [host for source in sources for host in source.private_hosts],
        **({"KIJI_SIGNATURES": config.signatures.model_dump()} if config.signatures.key else {}),
        "KIJI_HOST_DELAYS": {**delays, **own} if own else delays,
    }


def _operators(given: Mapping[str, Any]) -> dict[str, object]:
    """Return the settings of ``[scrapy]``; tables are merged into those of this module."""
    own = globals()
    return {name: own.get(name, {}) | value if isinstance(value, dict) else value for name, value in given.items()}
