"""What an article's row takes over from a page, and what a copy takes over from an article."""

from datetime import datetime

from storage.article_fields import column_values
from storage.reading import Reading
from storage.tables.core import Address, Article


def words_of(article: Article) -> dict[str, object]:
    """Give an article's words as a copy has them."""
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


def take_words(
    article: Article, reading: Reading, read_from: Address, seen_at: datetime, *, text_hash: str, read_hash: str
) -> None:
    """Take over what the page says of the article; a date or picture once known is not lost to a page without."""
    article.read_from_id = read_from.id
    for column, value in column_values(reading).items():
        setattr(article, column, value)
    article.text_hash = text_hash
    article.read_hash = read_hash
    article.extractor_version = reading.extractor_version
    article.last_seen_at = max(article.last_seen_at or seen_at, seen_at)
