"""Declare the tables and keys of ``kiji.toml``, each with its description."""

import datetime
import functools
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from crawler.config import tables
from crawler.config.crawl_table import NO_CRAWL, Crawl, as_in_crawl
from crawler.config.hours import is_open, next_opening
from crawler.config.tables import ConfigTable
from crawler.config.url_parameters import Parameters, rules_of
from crawler.config.value_types import (
    Cookies,
    Depth,
    ExtractorName,
    HeadersTable,
    Hosts,
    Hours,
    Interval,
    Intervals,
    LanguageCode,
    Pages,
    ParametersTable,
    Patterns,
    Proxy,
    Render,
    ScrapySettings,
    Seconds,
    Selector,
    Selectors,
    SourceName,
    Strings,
    TimeZone,
    TitleWords,
    UserAgent,
    WebAddresses,
)
from crawler.hosts import host_and_port, hostname_of, slot_of
from crawler.user_agent import robots_token
from pipelines.addresses.parameters import ParameterRules
from storage.schedule import PollSchedule, Retention


class Source(ConfigTable):
    """``[[source]]``: one site to crawl. ``hosts`` are normalized."""

    name: SourceName = Field(
        examples=["mirai"], description="the source's name on the command line and in the views; each name once"
    )
    start: WebAddresses = Field(
        examples=[["https://news.example/ja/feed.xml"]],
        description="addresses of articles, sections, feeds or sitemaps; their content decides the kind",
    )
    hosts: Hosts = Field(
        default=(),
        examples=[["news-two.example"]],
        description="more hosts of the source, besides its start hosts and their registered domain",
    )
    follow: Literal["related", "site", "none"] = Field(
        default="related",
        description='"related": related articles of articles; "site": any article-like link within its hosts;'
        ' "none": entries of the start pages only',
    )
    depth: Depth = Field(
        default=3,
        description="the number of links to follow from an entry (listed by a start page, or a start page that is an "
        "article)",
    )
    max_pages: Pages = Field(
        default=2000, description="the maximum number of pages in one run; the rest waits for the next run"
    )
    delay: Seconds | None = as_in_crawl("delay")
    poll_min: Interval | None = as_in_crawl("poll_min")
    poll_max: Interval | None = as_in_crawl("poll_max")
    rereads: Intervals | None = as_in_crawl("rereads")
    max_age: Interval | None = as_in_crawl("max_age")
    retain: Interval | None = as_in_crawl("retain")
    retain_articles: Pages | None = as_in_crawl("retain_articles")
    parameters: ParametersTable = Field(
        default_factory=Parameters,
        examples=[{"keep": ["page"], "drop": ["from_*"]}],
        description="which query parameters count on this source's sites",
    )
    allow_private_addresses: bool = Field(
        default=False, description="allow private addresses for the hosts of this source's start pages"
    )
    extractor: ExtractorName | None = Field(
        default=None,
        examples=["our_sites:harbor"],
        description="a function that improves what is read of this source's pages; see docs/extending.md",
    )
    headers: HeadersTable = Field(
        default_factory=dict,
        repr=False,
        examples=[{"Authorization": "env:HARBOR_TOKEN"}],
        description="more headers of its requests; they are sent to the source's own hosts only",
    )
    cookies: Cookies = Field(
        default="",
        repr=False,
        examples=["file:harbor-cookies.txt"],
        description="cookies of its requests, as a Cookie header or a browser's cookies.txt; they are sent to the "
        "source's own hosts only",
    )
    user_agent: UserAgent | None = as_in_crawl("user_agent")
    proxy: Proxy = Field(
        default="",
        repr=False,
        examples=["http://proxy.example:3128"],
        description="the proxy for its requests, robots.txt included",
    )
    hours: Hours = Field(
        default=(),
        examples=[["Mon-Fri 06:00-22:00", "Sat 08:00-12:00"]],
        description="when the source is crawled, in its time zone; [] for at any time; a source that is named on the "
        "command line is crawled at once",
    )
    timezone: TimeZone | None = Field(
        default=None,
        examples=["America/New_York"],
        description="the zone of this source's hours, and of its dates that name none; without it [crawl]'s for the "
        "hours, and what the page's own dates, country and language tell for the dates",
    )
    language: LanguageCode = Field(
        default="",
        examples=["ja"],
        description="the language of its pages, where their words leave it open",
    )
    include: Patterns = Field(
        default=(),
        examples=[["/news/*", "/sport/"]],
        description="follow and fetch only addresses that match one of these; start pages and sitemaps always",
    )
    exclude: Patterns = Field(
        default=(),
        examples=[["/live/", "*.pdf$"]],
        description="never follow or fetch addresses that match one of these",
    )
    block: TitleWords = Field(
        default=(), examples=[["horoscope", "占い"]], description="do not store articles with one of these in the title"
    )
    keep: TitleWords = Field(
        default=(), examples=[["ferry", "港"]], description="store only articles with one of these in the title"
    )
    select: Selectors = Field(
        default=(), examples=[["div.story-body"]], description="the elements that hold the article's text"
    )
    remove: Selectors = Field(
        default=(), examples=[[".newsletter"]], description="elements to remove before the page is read"
    )
    title: Selector = Field(default="", examples=["h1.headline"], description="the element with the headline")
    date: Selector = Field(
        default="", examples=["//time/@datetime"], description="the element with the time of publication"
    )
    author: Selector = Field(default="", examples=[".byline a"], description="the elements with the authors' names")
    next_page: Selector = Field(
        default="", examples=["a.next"], description="the link to the next page of an article on several pages"
    )
    render: Render = Field(
        default=False,
        examples=["auto"],
        description='have its pages rendered by a browser, which runs their scripts: true for all, "auto" for those '
        "that give no text without; needs the extra browser, and Chromium",
    )
    enabled: bool = Field(default=True, description="false: crawled only if it is named, and not judged by kiji health")
    _crawl: Crawl = PrivateAttr(default=NO_CRAWL)
    _rules: ParameterRules | None = PrivateAttr(default=None)

    @property
    def effective_delay(self) -> float:
        """Return the seconds between requests to one host, by default ``[crawl]``'s."""
        return self._crawl.delay if self.delay is None else self.delay

    @property
    def effective_timezone(self) -> str:
        """Return the source's time zone, by default ``[crawl]``'s."""
        return self.timezone or self._crawl.timezone

    def is_open(self, now: datetime.datetime) -> bool:
        """Return whether the source may be crawled at an aware time."""
        return is_open(self.hours, now, self.effective_timezone)

    def opening_after(self, moment: datetime.datetime) -> datetime.datetime:
        """Return the first time from an aware time on at which the source may be crawled."""
        return next_opening(self.hours, moment, self.effective_timezone) if self.hours else moment

    @property
    def effective_user_agent(self) -> str:
        """Return the source's user agent, by default ``[crawl]``'s."""
        return self.user_agent or self._crawl.user_agent

    @property
    def robots_token(self) -> str:
        """Return the product token of the source's user agent, for robots.txt."""
        return robots_token(self.effective_user_agent)

    @property
    def rhythm(self) -> PollSchedule:
        """Return the source's intervals and maximum age: its own, else ``[crawl]``'s."""
        crawl = self._crawl
        return PollSchedule(
            poll_min=self.poll_min or crawl.poll_min,
            poll_max=self.poll_max or crawl.poll_max,
            rereads=crawl.rereads if self.rereads is None else self.rereads,
            max_age=self.max_age or crawl.max_age,
        )

    @property
    def retention(self) -> Retention:
        """Return how long and how many articles are kept: its own limits, else ``[crawl]``'s."""
        crawl = self._crawl
        return Retention(self.retain or crawl.retain, self.retain_articles or crawl.retain_articles)

    @property
    def start_hosts(self) -> tuple[str, ...]:
        """Return the hosts of the start pages, normalized, without ports."""
        return tuple(dict.fromkeys(map(hostname_of, self.start)))

    @property
    def private_hosts(self) -> tuple[str, ...]:
        """Return ``host:port`` of the start pages, if they may have private addresses."""
        return tuple(dict.fromkeys(map(host_and_port, self.start))) if self.allow_private_addresses else ()

    @property
    def parameter_rules(self) -> ParameterRules | None:
        """Return the rules of query parameters of all sources of the config."""
        return self._rules

    def inheriting(self, crawl: Crawl, rules: ParameterRules | None) -> Self:
        """Return the source with the defaults of ``[crawl]`` and these parameter rules."""
        copy = self.model_copy()
        copy._crawl, copy._rules = crawl, rules
        return copy


class Config(ConfigTable):
    """The whole config. ``sources`` are the ``[[source]]`` tables, in order."""

    database: tables.Database = Field(default_factory=tables.Database)
    crawl: Crawl = Field(default_factory=Crawl, description="the defaults of all sources")
    archive: tables.Archive = Field(
        default_factory=tables.Archive, description="the raw archive: article pages as fetched"
    )
    alerts: tables.Alerts = Field(default_factory=tables.Alerts, description="alerts when something goes wrong")
    browser: tables.Browser = Field(default_factory=tables.Browser, description="the browser for sources with render")
    signatures: tables.Signatures = Field(
        default_factory=tables.Signatures, description="signed requests, so that servers know you"
    )
    websub: tables.WebSub = Field(default_factory=tables.WebSub, description="feeds whose hub reports news")
    rules: tables.Rules = Field(default_factory=tables.Rules, description="own rules of extraction")
    stories: tables.Stories = Field(default_factory=tables.Stories, description="stories: the articles about one event")
    scrapy: ScrapySettings = Field(
        default={}, repr=False, examples=[{"DOWNLOAD_TIMEOUT": 60}], description="settings that are handed to Scrapy"
    )
    sources: Annotated[tuple[Source, ...], Strings] = Field(
        default=(), alias="source", description="one site to crawl; repeat the table for each site"
    )
    _rules: ParameterRules | None = PrivateAttr(default=None)
    _by_name: dict[str, Source] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _hand_down(self) -> Self:
        self._rules = rules_of(self.sources)
        inherited = tuple(source.inheriting(self.crawl, self._rules) for source in self.sources)
        object.__setattr__(self, "sources", inherited)
        self._by_name = {source.name: source for source in reversed(inherited)}
        return self

    @property
    def parameter_rules(self) -> ParameterRules | None:
        """Return the rules of query parameters of all sources; None if there are none."""
        return self._rules

    @property
    def enabled_sources(self) -> tuple[Source, ...]:
        """Return the sources that are crawled without being named, and judged by health."""
        return tuple(source for source in self.sources if source.enabled)

    def source(self, name: str) -> Source | None:
        """Return the source of that name, or None."""
        return self._by_name.get(name)

    @functools.cached_property
    def host_delays(self) -> Mapping[str, float]:
        """Return the largest delay of each host of all sources, by slot."""
        return host_delays(self.sources)


def host_delays(sources: Iterable[Source]) -> dict[str, float]:
    """Return the largest delay of each host of these sources, by slot."""
    delays: dict[str, float] = {}
    for source in sources:
        for slot in (*map(slot_of, source.start), *source.hosts):
            delays[slot] = max(source.effective_delay, delays.get(slot, 0.0))
    return delays
