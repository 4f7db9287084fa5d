"""Group a whole database into stories, at an operator's request.

First the profiles of articles without one are made and indexed, then all waiting articles are grouped in the order of
their times. Each batch is a transaction, so that the command can be stopped and goes on. Ids stay as far
as groups do; of a pass that was stopped, as far as the batches kept them.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from storage.database.engine import Database
from storage.stories.group import group_waiting
from storage.stories.lasting_ids import LastingIds
from storage.stories.profiles import file_profiles
from storage.stories.weeks import note_changed_weeks, reopen_weeks
from storage.tables.core import Article
from storage.tables.stories import Story, StoryProfile, StoryTerm, StoryTie
from storage.text_rules import TextRules, bind_rules, rules_of

BATCH = 200


def count_ungrouped(database: Database, rules: TextRules) -> int:
    """Count the articles that wait to be grouped by this version of the algorithm."""
    with database.reading() as connection:
        waiting = select(func.count()).select_from(Article).where(_waits(rules.story_version))
        return int(connection.execute(waiting).scalar_one())


def regroup(database: Database, rules: TextRules, now: datetime, *, anew: bool, progress: Callable[[int], None]) -> int:
    """Group waiting articles, or all ``anew``; return how many.

    The caller holds the database's lock. ``progress`` is called with the number of articles of each batch.
    """
    with database.writing() as session:
        former = LastingIds(session) if anew else None
        stale = exists().where(StoryProfile.version != rules.story_version)
        if session.scalar(select(stale)):
            for table in (StoryTie, StoryTerm, StoryProfile):
                session.execute(delete(table))
        elif anew:
            session.execute(delete(StoryTie))
            session.execute(update(StoryProfile).values(settled=False).execution_options(synchronize_session=False))
    _repeat(database, rules, lambda session: _file_missing(session))
    with database.writing() as session:
        bind_rules(session, rules)
        note_changed_weeks(session, now)
        reopen_weeks(session, now, everything=True)
    grouped = _repeat(database, rules, lambda session: group_waiting(session, BATCH, now), progress)
    with database.writing() as session:
        if former is not None:
            former.restore(session)
        _drop_empty(session)
    return grouped


def _repeat(
    database: Database,
    rules: TextRules,
    work: Callable[[Session], int],
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Repeat a batch of work, each in a transaction, until nothing is left; return how many were done."""
    total = 0
    while True:
        with database.writing() as session:
            bind_rules(session, rules)
            done = work(session)
        if not done:
            return total
        total += done
        progress(done)


def _waits(version: int) -> ColumnElement[bool]:
    settled = exists().where(
        StoryProfile.article_id == Article.id, StoryProfile.version == version, StoryProfile.settled
    )
    return ~settled


def _file_missing(session: Session) -> int:
    rules = rules_of(session)
    profile = exists().where(StoryProfile.article_id == Article.id)
    articles = session.scalars(select(Article).where(~profile).order_by(Article.id).limit(BATCH)).all()
    profiles = {
        article.id: rules.story_terms(article.title, article.text, article.language, article.published_at)
        for article in articles
    }
    file_profiles(session, articles, profiles)
    return len(articles)


def _drop_empty(session: Session) -> None:
    """Delete stories without articles, unless others were merged into them."""
    pointed = aliased(Story)
    empty = ~exists().where(Article.story_id == Story.id) & ~exists().where(pointed.merged_into_id == Story.id)
    session.execute(
        delete(Story).where(Story.merged_into_id.is_(None), empty).execution_options(synchronize_session=False)
    )
