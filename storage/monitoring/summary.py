"""Count what a database holds: articles, copies, edges, revisions, stories."""

import dataclasses

from sqlalchemy import Connection, text


@dataclasses.dataclass(frozen=True, slots=True)
class Overview:
    """Counts over a whole database.

    ``edges_resolved`` are the edges whose target is a stored article.

    ``stories`` are those that more than one article tells of.
    """

    articles: int
    by_language: dict[str, int]
    by_source: dict[str, int]
    copies: dict[str, int]
    edges: int
    edges_resolved: int
    edges_across_languages: int
    superseded_revisions: int
    stories: int
    stories_across_languages: int


def count_contents(connection: Connection) -> Overview:
    """Count the rows of the views."""
    by_language = _grouped(connection, "SELECT language, count(*) FROM articles GROUP BY language ORDER BY 2 DESC, 1")
    return Overview(
        articles=sum(by_language.values()),
        by_language=by_language,
        by_source=_grouped(connection, "SELECT source, count(*) FROM articles GROUP BY source ORDER BY 2 DESC, 1"),
        copies=_grouped(connection, "SELECT kind, count(*) FROM copies GROUP BY kind ORDER BY kind"),
        edges=_number(connection, "SELECT count(*) FROM related_links"),
        edges_resolved=_number(connection, "SELECT count(*) FROM related_links WHERE related_article_id IS NOT NULL"),
        edges_across_languages=_number(
            connection,
            "SELECT count(*) FROM related_links JOIN articles ON articles.id = related_links.article_id"
            " WHERE related_links.language <> articles.language AND related_links.language <> 'und'",
        ),
        superseded_revisions=_number(connection, "SELECT count(*) FROM superseded_revision"),
        stories=_number(connection, "SELECT count(*) FROM stories WHERE articles > 1"),
        stories_across_languages=_number(
            connection, "SELECT count(*) FROM stories WHERE articles_ja > 0 AND articles_en > 0"
        ),
    )


def _grouped(connection: Connection, query: str) -> dict[str, int]:
    return {str(name): int(number) for name, number in connection.execute(text(query))}


def _number(connection: Connection, query: str) -> int:
    return int(connection.execute(text(query)).scalar_one())
