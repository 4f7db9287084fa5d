"""A process that stores written events, one article a transaction: URL, ``forward`` or ``backward``, the events."""

import sys

from storage.database.crawl_lock import CrawlLock
from storage.database.open import open_database
from tests.support.story_events import articles_of, store


def main(url: str, order: str, *events: str) -> None:
    """Store the development part's articles of these events, as an import of its own."""
    articles = [found for found in articles_of("development") if found.event in events]
    if order == "backward":
        articles.reverse()
    database = open_database(url)
    store(database, articles, batch=1, file_name=order, lock=CrawlLock(alone=False))
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
