"""Copy a reading's fields to an article, and an article's to a copy."""

from datetime import datetime

from storage.article_fields import column_values
from storage.reading import Reading
from storage.tables.core import Address, Article


def copy_fields(article: Article) -> dict[str, object]:
    """Give the fields of an article that its copy gets."""
    return {
        "source_id": article.source_id,
        "title": article.title,
        "text": article.text,
        "text_hash": article.text_hash,
        "published_at": article.published_at,
        "extractor_version": article.extractor_version,
        "seen_at": article.first_seen_at,
        "last_seen_at": article.last_seen_at,
    }


def set_fields(
    article: Article, reading: Reading, read_from: Address, seen_at: datetime, *, text_hash: str, read_hash: str
) -> None:
    """Set an article's fields from a reading.

    A lasting field, such as a date or picture, keeps its value where the page has none.
    """
    article.read_from_id = read_from.id
    for column, value in column_values(reading).items():
        setattr(article, column, value)
    article.text_hash = text_hash
    article.read_hash = read_hash
    article.extractor_version = reading.extractor_version
    article.last_seen_at = max(article.last_seen_at or seen_at, seen_at)
