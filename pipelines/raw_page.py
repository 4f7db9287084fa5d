"""Hold a fetched page before it is parsed."""

import dataclasses
import datetime
from urllib.parse import urlsplit


@dataclasses.dataclass(frozen=True, slots=True)
class RawPage:
    """One HTTP response, frozen, so that reading it can be repeated.

    ``body`` holds the bytes after transfer and content decoding (no gzip of HTTP's is left in it);
    ``fetched_at`` is an aware UTC time. ``url`` is the address asked for, unchanged, ``final_url`` the one
    that answered in the end. ``headers`` maps lower-case names to the last value of each; of ``x-robots-tag`` all
    values are there, those of ``link`` are joined. ``source`` is the name of the source that asked for it, "" where
    that is unknown.
    ``in_feed`` says that a feed or a news sitemap lists the page as an article, ``feed_date`` when it
    appeared by that feed, ``feed_title`` and ``feed_authors`` (joined by ``; ``) what that feed gives as its title and
    authors.
    """

    url: str
    final_url: str
    body: bytes
    status: int
    fetched_at: datetime.datetime
    headers: tuple[tuple[str, str], ...] = ()
    truncated: bool = False
    source: str = ""
    in_feed: bool = False
    feed_date: datetime.datetime | None = None
    feed_title: str = ""
    feed_authors: str = ""

    @property
    def content_type(self) -> str | None:
        """Return the Content-Type header as it was sent, or None."""
        return dict(self.headers).get("content-type")

    @property
    def redirected_to(self) -> str:
        """Return where a redirect has led, such as to a login page; "" where the path is the same.

        At most 200 characters, without query and password: they may be secrets, and a query differs from page to page.
        """
        try:
            asked, given = urlsplit(self.url), urlsplit(self.final_url)
        except ValueError:
            return ""
        is_same = asked.path.rstrip("/") == given.path.rstrip("/")
        return "" if is_same else f"{given.scheme}://{given.netloc.rpartition('@')[2]}{given.path}"[:200]

    def __repr__(self) -> str:
        return f"<RawPage {self.status} {self.final_url[:200]} {len(self.body)} bytes>"
