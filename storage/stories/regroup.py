"""Group a whole database anew, after a change of the algorithm.

Articles are taken in the order of their times, a batch a transaction, so that it can be stopped and goes on. An
article that founds a story takes its former story's id, unless that is another's by now: ids stay as far as groups do.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.database.engine import Database
from storage.stories.group import group_articles
from storage.tables.core import Article
from storage.tables.stories import Story, StoryProfile, StoryTerm, StoryTie
from storage.text_rules import TextRules, bind_rules, rules_of

BATCH = 200


def count_ungrouped(database: Database, rules: TextRules) -> int:
    """Count the articles without a story by this version of the algorithm."""
    with database.reading() as connection:
        waiting = select(func.count()).select_from(Article).where(_waits(rules.story_version))
        return int(connection.execute(waiting).scalar_one())


def regroup(database: Database, rules: TextRules, now: datetime, *, anew: bool, progress: Callable[[int], None]) -> int:
    """Group ungrouped articles, or all ``anew``; return how many.

    The caller holds the database's lock. ``progress`` is called with the number of articles of each batch.
    """
    with database.writing() as session:
        stale = exists().where(StoryProfile.version != rules.story_version)
        if anew or session.scalar(select(stale)):
            for table in (StoryTie, StoryTerm, StoryProfile):
                session.execute(delete(table))
    grouped = 0
    while True:
        with database.writing() as session:
            bind_rules(session, rules)
            done = _regroup_batch(session, now)
        if not done:
            break
        grouped += done
        progress(done)
    with database.writing() as session:
        _drop_empty(session)
    return grouped


def _waits(version: int) -> ColumnElement[bool]:
    profile = exists().where(StoryProfile.article_id == Article.id, StoryProfile.version == version)
    return or_(Article.story_id.is_(None), ~profile)


def _regroup_batch(session: Session, now: datetime) -> int:
    at = func.coalesce(Article.published_at, Article.first_seen_at)
    rules = rules_of(session)
    articles = session.scalars(
        select(Article).where(_waits(rules.story_version)).order_by(at, Article.id).limit(BATCH)
    ).all()
    for article in articles:
        if article.story_id is not None and _is_taken(session, article.story_id):
            article.story_id = None
    former: set[int | None] = set()
    for article in articles:  # of several that were in one story, the first keeps its id
        if article.story_id in former:
            article.story_id = None
        former.add(article.story_id)
    session.flush()
    profiles = {
        article.id: rules.story_terms(article.title, article.text, article.language, article.published_at)
        for article in articles
    }
    group_articles(session, articles, profiles, now)
    return len(articles)


def _is_taken(session: Session, story_id: int) -> bool:
    """Tell whether an article that was grouped anew is in this story."""
    member = aliased(Article)
    statement = select(member.id).join(StoryProfile, StoryProfile.article_id == member.id)
    return session.scalar(statement.where(member.story_id == story_id).limit(1)) is not None


def _drop_empty(session: Session) -> None:
    """Delete stories without articles, unless others were merged into them."""
    pointed = aliased(Story)
    empty = ~exists().where(Article.story_id == Story.id) & ~exists().where(pointed.merged_into_id == Story.id)
    session.execute(
        delete(Story).where(Story.merged_into_id.is_(None), empty).execution_options(synchronize_session=False)
    )
