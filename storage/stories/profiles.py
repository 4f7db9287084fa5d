"""Store the profiles of new and changed articles, in the transaction that stores them.

An article whose profile is new or changed waits (``settled`` is false) until the next pass groups it
(``storage.stories.group``). Storing compares nothing, so its cost does not depend on the archive.
"""

import logging
import types
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select
from sqlalchemy.orm import Session

from storage.database.error_codes import classify_error
from storage.reading import Reading
from storage.stories.term_index import ALL, TermIndex
from storage.tables.core import Article
from storage.tables.stories import IS_WAITING, StoryProfile, StoryTie
from storage.text_rules import rules_of

logger = logging.getLogger(__name__)


def file_batch(session: Session, readings: Mapping[int, Reading]) -> int:
    """File the profiles of new and changed articles; return how many wait to be grouped.

    An error here does not fail the articles. It is logged, and ``kiji db stories`` files them; trouble with the
    database itself is raised.
    """
    if not rules_of(session).groups_stories:
        return 0
    if not readings:
        return 0
    try:
        with session.begin_nested():
            articles = session.scalars(select(Article).where(Article.id.in_(readings))).all()
            profiles, keys = {}, {}
            for article in articles:
                reading = readings[article.id]
                profiles[article.id] = _profile_of(session, article, reading)
                if reading.precomputed and profiles[article.id] == reading.story_terms:
                    keys[article.id] = reading.precomputed.story_keys
            return file_profiles(session, articles, profiles, keys)
    except Exception as error:
        if classify_error(error, "") is not None:
            raise
        logger.exception("no stories for %d articles; kiji db stories groups them", len(readings))
        return 0


def _profile_of(session: Session, article: Article, reading: Reading) -> str:
    """Take the worker's profile, unless the stored text differs from its reading."""
    if reading.story_terms and reading.text == article.text:
        return reading.story_terms
    return rules_of(session).story_terms(article.title, article.text, article.language, article.published_at)


def file_profiles(
    session: Session,
    articles: Sequence[Article],
    profiles: Mapping[int, str],
    known_keys: Mapping[int, Sequence[int]] = types.MappingProxyType({}),
) -> int:
    """Store changed profiles and index their terms; return how many wait to be grouped.

    ``known_keys`` are the profiles' ``story_keys`` where they were made before.
    """
    rules = rules_of(session)
    known = {
        profile.article_id: profile
        for profile in session.scalars(select(StoryProfile).where(StoryProfile.article_id.in_(profiles)))
    }
    waiting: list[tuple[int, datetime, list[int]]] = []
    changed = []
    for article in articles:
        profile, terms, at = known.get(article.id), profiles[article.id], article_time(article)
        indexed: frozenset[int] = frozenset()
        if profile is None:
            profile = StoryProfile(article_id=article.id)
            session.add(profile)
        elif profile.terms == terms and profile.version == rules.story_version:
            continue
        else:
            indexed = frozenset((ALL, *rules.story_keys(profile.terms, article.language)))
            changed.append(article.id)
            at = profile.at  # the index holds the article under the week of its first time
        profile.at, profile.version, profile.terms, profile.settled = at, rules.story_version, terms, False
        keys = known_keys.get(article.id) or rules.story_keys(terms, article.language)
        waiting.append((article.id, at, [key for key in (ALL, *keys) if key not in indexed]))
    if changed:
        session.execute(delete(StoryTie).where(or_(StoryTie.article_id.in_(changed), StoryTie.other_id.in_(changed))))
    index = TermIndex(session)
    for article_id, at, keys in waiting:
        index.add(article_id, at, keys)
    index.save()
    return len(waiting)


def count_waiting(session: Session) -> int:
    """Count the articles that wait to be grouped."""
    return session.scalar(select(func.count()).select_from(StoryProfile).where(IS_WAITING)) or 0


def has_waiting(connection: Connection) -> bool:
    """Tell whether an article waits to be grouped."""
    return connection.scalar(select(StoryProfile.article_id).where(IS_WAITING).limit(1)) is not None


def article_time(article: Article) -> datetime:
    """Give when an article was published, or first seen."""
    return article.published_at or article.first_seen_at
