"""The spider that people write: Scrapy, trafilatura and langdetect in the callback, SQLAlchemy in an item pipeline."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trafilatura
from langdetect import LangDetectException, detect
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from trafilatura.settings import Document

URLS, OUT = Path(sys.argv[1]), Path(sys.argv[2])


class Base(DeclarativeBase):
    """The tables."""


class Article(Base):
    """One page."""

    __tablename__ = "article"
    url: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str | None]
    text: Mapped[str]
    language: Mapped[str]


class Store:
    """Item pipeline: a commit an item."""

    def __init__(self) -> None:
        self._session = Session(create_engine(f"sqlite:///{OUT.with_suffix('.db')}"))
        Base.metadata.create_all(self._session.get_bind())

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        """Store one."""
        self._session.merge(Article(**item))
        self._session.commit()
        return item

    def close_spider(self) -> None:
        """Give out what lies there."""
        with OUT.open("w", encoding="utf-8") as stream:
            for article in self._session.scalars(select(Article)):
                kept = {name: getattr(article, name) for name in ("url", "title", "text", "language")}
                stream.write(json.dumps(kept) + "\n")


class News(Spider):
    """Every address of the list."""

    name = "news"
    start_urls = json.loads(URLS.read_text())

    def parse(self, response: Response) -> Iterator[dict[str, Any]]:
        """Read a page."""
        document = trafilatura.bare_extraction(response.body, url=response.url, with_metadata=True)
        if not isinstance(document, Document):
            return
        text = document.text or ""
        try:
            language = detect(text)
        except LangDetectException:
            language = ""
        yield {"url": response.url, "title": document.title, "text": text, "language": language}


def main() -> None:
    """Crawl."""
    settings = {"ITEM_PIPELINES": {Store: 100}, "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False}
    process = AsyncCrawlerProcess(settings)
    process.crawl(News)
    process.start()


main()
