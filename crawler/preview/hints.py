"""Write hints on what a trial of a source met, for ``kiji sources test``. Pure."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from crawler.config.models import Source
from crawler.preview.trial import TrialPage
from storage.monitoring.led_nowhere import LedNowhere


def trial_hints(source: Source, tried: Sequence[TrialPage]) -> Iterator[str]:
    """Write one line for each thing that an operator should know of a source that works."""
    yield from filter(None, map(home_page_hint, tried))
    articles = [page.reading for page in tried if page.reading is not None and page.reading.is_article]
    is_followed = source.follow == "related" and source.depth > 0
    if is_followed and articles and not any(reading.related for reading in articles):
        nearest = max(reading.nearest_list for reading in articles)
        yield (
            f"led nowhere: {LedNowhere(source.name, len(articles), 0, nearest)}. The crawl ends with what its start"
            ' pages list. kiji inspect --verbose URL shows every list of a page; follow = "site" follows all articles'
        )


def home_page_hint(page: TrialPage) -> str:
    """Say that a start page is a site's home page, "" where it is not."""
    if not page.is_start or page.reading is None or page.reading.kind != "section" or not _is_home(page.url):
        return ""
    return (
        f"{page.url} is a home page, which gives only the articles that it shows ({len(page.reading.entries)}):"
        " as a rule a feed or a sitemap of the site lists more, and is the better start"
    )


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query
