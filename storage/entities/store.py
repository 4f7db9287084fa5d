"""Store the entities of new and changed articles, in the transaction that stores them."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.database.engine import Database
from storage.database.error_codes import classify_error
from storage.database.upsert import insert_into, insert_rows, upsert_rows
from storage.entity_rules import Mention
from storage.reading import Reading
from storage.tables.core import Article
from storage.tables.entities import ArticleEntity, Entity, EntityReading
from storage.text_rules import TextRules, bind_rules, rules_of

logger = logging.getLogger(__name__)

BATCH = 200

SHARE = 0.8
"""A family name alone is a person's where this share of the articles with the name in full name that person."""


_NAME = text("UPDATE entity SET name_ja = :ja, name_en = :en WHERE id = :entity")
_COUNT = text("UPDATE entity SET articles = articles + :more WHERE id = :entity")


def file_entities(session: Session, readings: Mapping[int, Reading]) -> None:
    """Store the entities of new and changed articles.

    An error here does not fail the articles. It is logged, and ``kiji db stories`` reads them again; trouble with the
    database itself is raised.
    """
    if not readings:
        return
    try:
        with session.begin_nested():
            articles = session.scalars(select(Article).where(Article.id.in_(readings))).all()
            store_mentions(session, {a.id: _mentions_of(session, a, readings[a.id]) for a in articles})
    except Exception as error:
        if classify_error(error, "") is not None:
            raise
        logger.exception("no entities for %d articles; kiji db stories finds them", len(readings))


def _mentions_of(session: Session, article: Article, reading: Reading) -> Sequence[Mention]:
    """Take the worker's mentions, unless the stored text differs from its reading."""
    if reading.precomputed is not None and reading.text == article.text and reading.title == article.title:
        return reading.precomputed.entities
    return rules_of(session).find_entities(article.title, article.text, article.language)


def find_missing(database: Database, rules: TextRules) -> int:
    """Find the entities of all articles that this version has not read; return how many. Each batch is committed."""
    total = 0
    while True:
        with database.writing() as session:
            bind_rules(session, rules)
            done = read_missing(session)
        if not done:
            return total
        total += done


def read_missing(session: Session) -> int:
    """Find the entities of a batch of articles that this version has not read; return how many."""
    rules = rules_of(session)
    known = exists().where(EntityReading.article_id == Article.id, EntityReading.version == rules.entity_version)
    articles = session.scalars(select(Article).where(~known).order_by(Article.id).limit(BATCH)).all()
    found = {each.id: rules.find_entities(each.title, each.text, each.language) for each in articles}
    store_mentions(session, found)
    return len(articles)


def store_mentions(session: Session, found: Mapping[int, Sequence[Mention]]) -> None:
    """Replace the entities of these articles."""
    version = rules_of(session).entity_version
    families = _families(session, found)
    more = Counter({entity_id: -articles for entity_id, articles in _named_by(session, found).items()})
    session.execute(delete(ArticleEntity).where(ArticleEntity.article_id.in_(found)))
    ids = _entity_ids(session, [mention for mentions in found.values() for mention in mentions])
    rows = [
        {
            "article_id": article_id,
            "entity_id": ids[mention.kind, mention.key],
            "form": mention.form,
            "times": mention.times,
            "in_title": mention.in_title,
        }
        for article_id, mentions in sorted(found.items())
        for mention in mentions
    ]
    insert_rows(session, insert_into(session, ArticleEntity), rows)
    more.update(ids[mention.kind, mention.key] for mentions in found.values() for mention in mentions)
    _count_articles(session, more)
    read = [{"article_id": article_id, "version": version} for article_id in sorted(found)]
    upsert_rows(session, EntityReading, read, keys=("article_id",), changed=("version",))
    families |= {mention.family for mentions in found.values() for mention in mentions if mention.family}
    resolve_families(session, sorted(families))


def _named_by(session: Session, articles: Collection[int]) -> Counter[int]:
    """Count how many of these articles name each entity."""
    query = select(ArticleEntity.entity_id, func.count()).where(ArticleEntity.article_id.in_(articles))
    rows = session.connection().execute(query.group_by(ArticleEntity.entity_id))
    return Counter({entity_id: articles for entity_id, articles in rows})  # noqa: C416 - rows are no pairs to mypy


def _count_articles(session: Session, more: Mapping[int, int]) -> None:
    """Add to the numbers of articles that name entities."""
    changed = [{"entity": entity_id, "more": articles} for entity_id, articles in sorted(more.items()) if articles]
    if changed:
        session.connection().execute(_COUNT, changed)


def _families(session: Session, articles: Iterable[int]) -> set[str]:
    """Give the family names that these articles name now."""
    named = select(Entity.family).join(ArticleEntity, ArticleEntity.entity_id == Entity.id)
    return set(session.scalars(named.where(ArticleEntity.article_id.in_(articles), Entity.family != "").distinct()))


def _entity_ids(session: Session, mentions: Sequence[Mention]) -> dict[tuple[str, str], int]:
    """Give the ids of entities by kind and key; new ones get rows, and known ones names that they lack."""
    wanted: dict[tuple[str, str], Mention] = {}
    names: dict[tuple[str, str], tuple[str, str]] = {}
    for mention in mentions:
        place: tuple[str, str] = (mention.kind, mention.key)
        wanted.setdefault(place, mention)
        before = names.get(place, ("", ""))
        names[place] = before[0] or mention.name_ja, before[1] or mention.name_en
    known = _known_entities(session, wanted)
    new = [
        {"kind": kind, "key": key, "family": wanted[kind, key].family, "name_ja": ja, "name_en": en}
        for (kind, key), (ja, en) in sorted(names.items())
        if (kind, key) not in known
    ]
    if new:
        insert_rows(session, insert_into(session, Entity).on_conflict_do_nothing(), new)
        known |= _known_entities(session, {(str(row["kind"]), str(row["key"])): None for row in new})
    named = [
        (entity_id, ja or names[place][0], en or names[place][1])
        for place, (entity_id, ja, en) in known.items()
        if (not ja and names[place][0]) or (not en and names[place][1])
    ]
    if named:
        rows = [{"entity": number, "ja": ja, "en": en} for number, ja, en in sorted(named)]
        session.connection().execute(_NAME, rows)
    return {place: entity_id for place, (entity_id, _, _) in known.items()}


def _known_entities(session: Session, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, str, str]]:
    places = set(wanted)
    known: dict[tuple[str, str], tuple[int, str, str]] = {}
    for chunk in chunks_of(sorted({key for _, key in places})):
        query = select(Entity.kind, Entity.key, Entity.id, Entity.name_ja, Entity.name_en).where(Entity.key.in_(chunk))
        known |= {(kind, key): (number, ja, en) for kind, key, number, ja, en in session.execute(query)}
    return {place: row for place, row in known.items() if place in places}


def resolve_families(session: Session, families: Sequence[str]) -> None:
    """Decide for family names alone whose they are.

    It depends on the stored articles only, and not on the order in which they came.
    """
    for chunk in chunks_of(families):
        persons: dict[str, list[tuple[int, int]]] = {}
        alone: dict[str, tuple[int, int | None]] = {}
        counted = (
            select(Entity.id, Entity.key, Entity.family, Entity.same_as_id, Entity.articles)
            .where(Entity.kind == "person", Entity.family.in_(chunk))
            .order_by(Entity.id)
        )
        for entity_id, key, family, same_as, articles in session.execute(counted):
            if key == family:
                alone[family] = (entity_id, same_as)
            elif articles:
                persons.setdefault(family, []).append((articles, -entity_id))
        for family, (entity_id, same_as) in alone.items():
            most, minus_id = max(persons.get(family, [(0, 0)]))
            total = sum(articles for articles, _ in persons.get(family, []))
            owner = -minus_id if total and most >= SHARE * total else None
            if owner != same_as:
                statement = update(Entity).where(Entity.id == entity_id).values(same_as_id=owner)
                session.execute(statement.execution_options(synchronize_session=False))


def delete_entities(session: Session, article_ids: Sequence[int]) -> None:
    """Remove articles from their entities, and entities that no article names any more."""
    families = _families(session, article_ids)
    entities = _named_by(session, article_ids)
    for table in (ArticleEntity, EntityReading):
        session.execute(delete(table).where(table.article_id.in_(article_ids)))
    _count_articles(session, {entity_id: -articles for entity_id, articles in entities.items()})
    resolve_families(session, sorted(families))
    unused = set(session.scalars(select(Entity.id).where(Entity.id.in_(entities), Entity.articles == 0)))
    cleared = update(Entity).where(Entity.same_as_id.in_(unused)).values(same_as_id=None)
    session.execute(cleared.execution_options(synchronize_session=False))
    session.execute(delete(Entity).where(Entity.id.in_(unused)))


def count_entities(session: Session, article_ids: Sequence[int]) -> int:
    """Count the entities that these articles name."""
    query = select(func.count()).select_from(ArticleEntity).where(ArticleEntity.article_id.in_(article_ids))
    return session.scalar(query) or 0
