"""Define the contract's views, which are created anew at every upgrade.

Plain SQL that SQLite and PostgreSQL read alike (FETCH is a word of PostgreSQL's own, so that name is quoted). Those of
``storage.tables.body_views`` are each written for both. Columns are described in ``dictionary.toml``.
"""

from sqlalchemy import Connection, text

from storage.article_fields import VIEW_COLUMNS
from storage.languages import VIEWED_LANGUAGES
from storage.tables.body_views import BODY_VIEWS, body_view

_FROM_OTHER_TABLES = {"url": "address.url", "source": "source.name AS source", "site": "address.host AS site"}
_SELECTED = ", ".join(_FROM_OTHER_TABLES.get(name, f"article.{name}") for name in VIEW_COLUMNS)

_ARTICLES = f"""
SELECT {_SELECTED}
FROM article
JOIN address ON address.id = article.address_id
JOIN source ON source.id = article.source_id
"""  # noqa: S608 - names of our own

VIEWS = {
    "articles": _ARTICLES,
    **{f"articles_{code}": f"{_ARTICLES}WHERE article.language = '{code}'" for code in VIEWED_LANGUAGES},
    "related_links": """
SELECT page.article_id, page.url AS page_url, link.position, link.url, link.title, link.summary, link.language,
       target.article_id AS related_article_id, link.first_seen_at, link.last_seen_at
FROM link
JOIN address AS page ON page.id = link.page_id
JOIN address AS target ON target.id = link.target_id
WHERE link.kind = 'related'
""",
    "page_lists": """
SELECT page.article_id, page.url AS page_url, list_version.kind, list_version.heading, list_entry.position, target.url,
       list_entry.title, target.article_id AS related_article_id, page_list.first_seen_at, page_list.last_seen_at
FROM page_list
JOIN address AS page ON page.id = page_list.page_id
JOIN list_version ON list_version.id = page_list.version_id
JOIN list_entry ON list_entry.version_id = page_list.version_id
JOIN address AS target ON target.id = list_entry.target_id
""",
    "copies": """
SELECT copy.id, address.url, address.host AS site, source.name AS source, copy.article_id, copy.kind,
       copy.similarity, copy.title, copy.text, copy.published_at, copy.seen_at
FROM copy
JOIN address ON address.id = copy.address_id
JOIN source ON source.id = copy.source_id
""",
    "refused_canonicals": """
SELECT address.url, address.host AS site, address.refused_canonical AS canonical, address.canonical_refused AS reason,
       address.article_id, address.fetched_at
FROM address
WHERE address.canonical_refused <> ''
""",
    "revisions": """
SELECT article_id, revision, seen_at, title, text FROM superseded_revision
UNION ALL
SELECT id AS article_id, revision, revised_at AS seen_at, title, text FROM article
""",
    "stories": """
SELECT story.id,
       (SELECT article.title FROM article WHERE article.story_id = story.id
        ORDER BY coalesce(article.published_at, article.first_seen_at), article.id LIMIT 1) AS title,
       story.first_at, story.last_at,
       (SELECT count(*) FROM article WHERE article.story_id = story.id) AS articles,
       (SELECT count(*) FROM article JOIN copy ON copy.article_id = article.id
        WHERE article.story_id = story.id) AS copies,
       (SELECT count(DISTINCT reporting.source_id)
        FROM (SELECT article.source_id FROM article WHERE article.story_id = story.id
              UNION ALL
              SELECT copy.source_id FROM article JOIN copy ON copy.article_id = article.id
              WHERE article.story_id = story.id) AS reporting) AS sources,
       (SELECT count(*) FROM article WHERE article.story_id = story.id AND article.language = 'ja') AS articles_ja,
       (SELECT count(*) FROM article WHERE article.story_id = story.id AND article.language = 'en') AS articles_en
FROM story
WHERE story.merged_into_id IS NULL
""",
    "story_evidence": """
SELECT article.story_id, story_tie.article_id, story_tie.other_id AS other_article_id, address.url AS other_url,
       story_tie.kind, story_tie.weight, story_tie.detail, story_tie.decided_at
FROM story_tie
JOIN article ON article.id = story_tie.article_id
JOIN article AS other ON other.id = story_tie.other_id AND other.story_id = article.story_id
JOIN address ON address.id = other.address_id
UNION ALL
SELECT article.story_id, copy.article_id, NULL AS other_article_id, address.url AS other_url,
       'copy' AS kind, copy.similarity AS weight, copy.kind AS detail, copy.seen_at AS decided_at
FROM copy
JOIN article ON article.id = copy.article_id
JOIN address ON address.id = copy.address_id
""",
    "entities": """
SELECT entity.id, entity.kind, nullif(entity.name_ja, '') AS name_ja, nullif(entity.name_en, '') AS name_en,
       entity.articles
       + (SELECT coalesce(sum(articles), 0) FROM entity AS family WHERE family.same_as_id = entity.id) AS articles
FROM entity
WHERE entity.same_as_id IS NULL AND (entity.articles > 0 OR EXISTS (
    SELECT 1 FROM entity AS family WHERE family.same_as_id = entity.id AND family.articles > 0))
""",
    "article_entities": """
SELECT article_entity.article_id, coalesce(entity.same_as_id, entity.id) AS entity_id, entity.kind,
       article_entity.form, article_entity.times, article_entity.in_title
FROM article_entity
JOIN entity ON entity.id = article_entity.entity_id
""",
    "collections": """
SELECT collection.id, collection.name, collection.created_at,
       (SELECT count(*) FROM collected_article WHERE collected_article.collection_id = collection.id) AS articles
FROM collection
""",
    "collection_articles": """
SELECT collection.name AS collection, collected_article.article_id, collected_article.note, collected_article.tags,
       collected_article.added_at
FROM collected_article
JOIN collection ON collection.id = collected_article.collection_id
""",
    "watches": """
SELECT watch.id, watch.name, watch.query, watch.mode, watch.per_day, watch.created_at,
       (SELECT count(*) FROM watch_match WHERE watch_match.watch_id = watch.id) AS matches,
       (SELECT count(*) FROM watch_match WHERE watch_match.watch_id = watch.id AND outcome = 'waiting') AS waiting,
       (SELECT max(matched_at) FROM watch_match WHERE watch_match.watch_id = watch.id) AS last_match_at
FROM watch
""",
    "watch_matches": """
SELECT watch.name AS watch, watch_match.article_id, watch_match.revision, watch_match.matched_at,
       watch_match.outcome, watch_match.sent_at
FROM watch_match
JOIN watch ON watch.id = watch_match.watch_id
""",
    "runs": """
SELECT id, started_at, finished_at, status, requests, new AS articles_new, updated AS articles_updated,
       unchanged AS articles_unchanged, copy AS copies, not_article AS not_articles, refused, failed,
       command, version, host, pid
FROM run
""",
    "fetches": """
SELECT "fetch".id, "fetch".run_id, source.name AS source, address.url, "fetch".fetched_at, "fetch".status,
       "fetch".outcome, "fetch".reason, "fetch".via, address.article_id, "fetch".related, "fetch".nearest_list,
       "fetch".page_type
FROM "fetch"
JOIN address ON address.id = "fetch".address_id
JOIN source ON source.id = "fetch".source_id
""",
}


def create_views(connection: Connection) -> None:
    """Create every view; none may exist."""
    queries = VIEWS | {name: body_view(name, connection.dialect.name) for name in BODY_VIEWS}
    for name, query in queries.items():
        connection.execute(text(f"CREATE VIEW {name} AS {query.strip()}"))


def drop_views(connection: Connection) -> None:
    """Drop the views, so that the tables below them can be altered."""
    for name in (*BODY_VIEWS, *reversed(VIEWS)):
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
