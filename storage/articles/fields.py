"""What an article's row takes over from a page, and what a copy takes over from an article."""

from datetime import datetime

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
    article.language = reading.language
    article.language_confidence = reading.language_confidence
    article.declared_language = reading.declared_language
    article.language_conflict = reading.language_conflict
    article.langdetect_language, article.langdetect_confidence = reading.langdetect or (None, None)
    article.title = reading.title
    article.text = reading.text
    article.text_hash = text_hash
    article.read_hash = read_hash
    article.summary = reading.summary
    article.authors = "; ".join(reading.authors)
    if reading.published_at is not None:
        article.published_at, article.published_precision = reading.published_at, reading.published_precision
        article.published_source = reading.published_source
    if reading.modified_at is not None:
        article.modified_at, article.modified_precision = reading.modified_at, reading.modified_precision
        article.modified_source = reading.modified_source
    article.section = reading.section or article.section or ""
    article.keywords = "; ".join(reading.keywords) or article.keywords or ""
    article.access = reading.access or article.access
    article.image_url = reading.image_url or article.image_url
    article.machine_generated = reading.machine_generated
    article.image_machine_made = reading.image_machine_made
    article.report_machine_made = reading.report_machine_made
    article.extractor_version = reading.extractor_version
    article.last_seen_at = max(article.last_seen_at or seen_at, seen_at)
