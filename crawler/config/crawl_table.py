"""Declare ``[crawl]``, the defaults of all sources."""

from typing import Any

from pydantic import Field

from crawler.config.tables import ConfigTable
from crawler.config.value_types import Interval, Intervals, PageLists, Pages, Seconds, TimeZone, UserAgent
from crawler.user_agent import default_user_agent, names_a_contact, robots_token
from storage.reading import STORED_LISTS
from storage.schedule import POLL_MAX, POLL_MIN, REREADS

OWN = "for this source only; without it [crawl]'s"


class Crawl(ConfigTable):
    """``[crawl]``: defaults of all sources.

    ``delay`` is in seconds, ``timezone`` an IANA name.
    """

    user_agent: UserAgent = Field(
        default_factory=default_user_agent,
        description="your name and a contact for site operators",
    )
    delay: Seconds = Field(default=1.0, description="seconds between requests to one host")
    timezone: TimeZone = Field(
        default="Asia/Tokyo",
        description="the zone for local days, and for dates without a zone on pages that tell no country",
    )
    poll_min: Interval = Field(
        default=POLL_MIN,
        description="the shortest time between two polls of a source's start pages; Kiji polls twice in the mean gap "
        "between two articles",
    )
    poll_max: Interval = Field(
        default=POLL_MAX, description="the longest time between two polls of a source's start pages"
    )
    rereads: Intervals = Field(
        default=REREADS,
        description="when articles are read again to find revisions, counted from the time they were first seen",
    )
    page_lists: PageLists = Field(
        default=STORED_LISTS,
        description="which other link lists of article pages are stored, beside related links: any of ranking, "
        "recommended and latest; [] for none",
    )
    max_age: Interval | None = Field(
        default=None,
        examples=["30d"],
        description="the maximum age of an article: older entries of feeds and sitemaps are not fetched, and older "
        "articles are neither stored nor followed; without it any age",
    )
    retain: Interval | None = Field(
        default=None,
        examples=["365d"],
        description="how long articles are kept, from when they were first stored; then they are deleted with their "
        "copies, links and raw pages; without it for ever",
    )
    retain_articles: Pages | None = Field(
        default=None, examples=[100_000], description="how many articles of each source are kept: the newest"
    )

    @property
    def names_a_contact(self) -> bool:
        """Return whether the user agent names a contact."""
        return names_a_contact(self.user_agent)

    @property
    def robots_token(self) -> str:
        """Return the product token for robots.txt."""
        return robots_token(self.user_agent)


NO_CRAWL = Crawl()


def as_in_crawl(key: str) -> Any:  # as pydantic's Field
    """Declare a key of ``[[source]]`` that defaults to ``[crawl]``'s of the same name."""
    example = Crawl.model_fields[key].examples or [getattr(NO_CRAWL, key)]
    return Field(default=None, examples=example, description=OWN)
