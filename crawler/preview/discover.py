"""Find out what a home page offers as a source: feeds, sitemaps, sections."""

import dataclasses
import datetime
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.config.models import Config, Source
from crawler.console import logs
from crawler.middlewares.outcomes import verdict_of_error, verdict_of_status
from crawler.middlewares.source_requests import OPTIONS
from crawler.preview.page_reader import PageReader
from crawler.request_options import listing_size, request_options
from crawler.settings import settings_from
from pipelines.addresses.normalize import address_key
from pipelines.discovery import FEED, READ_HOME, SECTION
from pipelines.language.detect import detect_language
from storage.reading import LISTING_KINDS, Reading

FEED_PATHS = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/rss/index.rdf")
SITEMAP_PATHS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml", "/sitemap-news.xml")
"""Where sites have them that do not say so; they are asked for only if nothing was found otherwise."""

MOST_FEEDS, MOST_SITEMAPS, MOST_SECTIONS = 12, 8, 8
"""Candidates that are fetched: each costs the site a request."""

_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(https?://\S+)", re.IGNORECASE | re.MULTILINE)
_ASIDE = re.compile(r"comment|podcast|video", re.IGNORECASE)
FRESH = datetime.timedelta(days=3)


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """A start page that a site offers: its ``kind``, the number of its entries, the newest one, their language.

    ``fresh`` counts entries of the three days before the newest. ``reason`` says why it gives nothing.
    """

    url: str
    kind: str
    title: str = ""
    entries: int = 0
    fresh: int = 0
    newest: datetime.datetime | None = None
    language: str = ""
    reason: str = ""

    @property
    def rank(self) -> tuple[int, int, int]:
        """Return a key by which the best offer is the largest one.

        News are dated. An undated listing is worth less, and a sitemap of a whole archive the least.
        """
        is_beside = bool(_ASIDE.search(f"{self.url} {self.title}"))
        kinds = {"feed": 3, "news sitemap": 3, "section": 2, "home": 1, "sitemap": 0}
        is_dated = self.newest is not None and self.kind != "sitemap"
        return (
            0 if is_beside or not self.entries else 1 + is_dated,
            kinds.get(self.kind, 0),
            self.fresh or self.entries,
        )


def best_offer(offers: Sequence[Offer]) -> Offer | None:
    """Return the best offer; None if none lists anything."""
    best = max(offers, key=lambda offer: offer.rank, default=None)
    return best if best is not None and best.entries else None


def discover(source: Source, config: Config) -> list[Offer]:
    """Fetch a home page and what it offers, under all rules of a crawl; return the offers, the best first.

    Blocks; needs the main thread of a process without a reactor.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(settings_from(config, [source]), priority="cmdline")
    settings.setdict({"ITEM_PIPELINES": {}, "LOG_INSTALL_ROOT_HANDLER": not logs.is_json()}, priority="cmdline")
    offers: list[Offer] = []
    with PageReader(config, [source], READ_HOME) as reader:
        process = AsyncCrawlerProcess(settings)
        process.crawl(_Discovery, source=source, offers=offers, reader=reader)
        process.start()
    return sorted(offers, key=lambda offer: offer.rank, reverse=True)


class _Discovery(Spider):
    """Asks for the home page and robots.txt, then for what they name."""

    name = "discovery"

    def __init__(self, source: Source, offers: list[Offer], reader: PageReader, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._source, self._offers, self._reader = source, offers, reader
        self._options = request_options(source)
        self._home = source.start[0]
        self._asked: set[str] = set()
        self._left = {FEED: MOST_FEEDS, "sitemap": MOST_SITEMAPS, SECTION: MOST_SECTIONS, "home": 1}

    async def start(self) -> AsyncIterator[Request]:
        for request in self._requests("home", [self._home]):
            yield request
        parts = urlsplit(self._home)
        meta = {**self._meta(), "dont_obey_robotstxt": True}
        url = f"{parts.scheme}://{parts.netloc}/robots.txt"
        yield Request(url, self.parse_robots, errback=self.without_robots, dont_filter=True, meta=meta)

    def _meta(self) -> dict[str, object]:
        return {
            "delay": self._source.effective_delay,
            "private_hosts": self._source.private_hosts,
            "may_leave_host": True,
            OPTIONS: self._options,
            "download_maxsize": listing_size(self.settings),
        }

    def _requests(self, kind: str, urls: Sequence[str], title: str = "") -> list[Request]:
        requests = []
        for url in urls:
            if self._left[kind] > 0 and (key := address_key(url)) not in self._asked:
                self._asked.add(key)
                self._left[kind] -= 1
                meta = {**self._meta(), "kind": kind, "title": title, "asked": url}
                requests.append(Request(url, self.parse, errback=self.handle_error, dont_filter=True, meta=meta))
        return requests

    def _at_root(self, paths: Sequence[str]) -> list[str]:
        parts = urlsplit(self._home)
        return [f"{parts.scheme}://{parts.netloc}{path}" for path in paths]

    def parse_robots(self, response: Response, **_: Any) -> list[Request]:
        """Ask for the sitemaps that robots.txt names, else where sites usually have them."""
        text = response.body[:500_000].decode("utf-8", "replace") if response.status == 200 else ""
        return self._requests("sitemap", _SITEMAP.findall(text) or self._at_root(SITEMAP_PATHS))

    def without_robots(self, _failure: Failure) -> list[Request]:
        """Ask for sitemaps where sites usually have them."""
        return self._requests("sitemap", self._at_root(SITEMAP_PATHS))

    async def parse(self, response: Response, **_: Any) -> AsyncIterator[Request]:
        kind, asked = response.meta["kind"], response.meta["asked"]
        verdict, reason = verdict_of_status(response.status)
        if verdict is not None:
            self._offers.append(Offer(asked, kind, reason=reason))
            return
        reading, _raw, problem = await self._reader.read(
            response, asked, self._source, self._options, is_listing=kind in ("home", SECTION)
        )
        if problem:
            self._offers.append(Offer(asked, kind, reason=problem))
            return
        offer = _offer_of(reading, response.url, kind, response.meta["title"])
        self._offers.append(offer)
        nested = [entry for entry in reading.entries if entry.is_listing]
        if reading.kind == "sitemap":
            news = [entry.url for entry in nested if "news" in entry.url.lower()]
            for request in self._requests("sitemap", news or [entry.url for entry in nested[:1]]):
                yield request
        elif kind == "home" and reading.kind not in LISTING_KINDS:
            feeds = [entry for entry in nested if entry.summary == FEED]
            for entry in feeds:
                for request in self._requests(FEED, [entry.url], entry.title):
                    yield request
            for request in [] if feeds else self._requests(FEED, self._at_root(FEED_PATHS)):
                yield request
            for entry in nested:
                if entry.summary == SECTION:
                    for request in self._requests(SECTION, [entry.url], entry.title):
                        yield request

    def handle_error(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        _, reason = verdict_of_error(failure.value or RuntimeError("an error without a name"))
        self._offers.append(Offer(request.meta["asked"], request.meta["kind"], reason=reason))


def _offer_of(reading: Reading, url: str, kind: str, title: str) -> Offer:
    if reading.kind not in LISTING_KINDS:
        if kind not in (SECTION, "home"):
            return Offer(url, kind, title, reason=f"no {kind}: {reading.reason or 'an article'}")
        return Offer(url, kind, title, entries=len(reading.outlinks), language=reading.language)
    entries = [entry for entry in reading.entries if not entry.is_listing]
    dates = sorted(date for entry in entries if (date := entry.published_at or entry.changed_at) is not None)
    words = "\n".join(entry.title for entry in entries[:50] if entry.title)
    is_news = reading.kind == "sitemap" and any(entry.title for entry in entries[:50])
    return Offer(
        url,
        "news sitemap" if is_news else reading.kind,
        title,
        entries=len(entries),
        fresh=sum(date >= dates[-1] - FRESH for date in dates) if dates else 0,
        newest=dates[-1] if dates else None,
        language=detect_language(words).code if words else "",
        reason="" if entries else reading.reason,
    )
