"""What a page says of its article beside its words stands in columns of its own."""

from pipelines.extraction import extract
from storage.database.engine import Database
from tests.support.visits import OTHER_STORY, STORY, Crawling, rows, scope

PAGE = "https://news.example/ja/n/7000"
HTML = f"""<html lang="ja"><head><title>Ferry returns</title><script type="application/ld+json">
{{"@type": "NewsArticle", "headline": "Ferry returns", "datePublished": "2026-10-05T06:00:00+09:00",
"dateModified": "2026-10-06", "articleSection": "Islands", "keywords": "ferry, harbour", "isAccessibleForFree": false}}
</script></head><body><article><h1>Ferry returns</h1><p>AIによるレポート</p><p>{STORY}</p><p>{OTHER_STORY}</p></article>
</body></html>"""


def test_section_keywords_access_sources_marks_and_the_language_it_claims(database: Database) -> None:
    crawling = Crawling(database, scope(PAGE))
    crawling.store(crawling.lease_url(PAGE), extract(HTML.encode(), PAGE))
    assert rows(
        database,
        "SELECT section, keywords, access, published_source, modified_source, modified_precision, language,"
        " langdetect_language, language_conflict = (1 = 1), image_machine_made = (1 = 1), report_machine_made = (1 = 1)"
        " FROM articles",
    ) == [("Islands", "ferry; harbour", "paywalled", "json-ld", "json-ld", "day", "en", "en", True, False, True)]
