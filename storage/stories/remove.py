"""Remove erased articles from their stories."""

from collections.abc import Sequence

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.stories.term_index import remove_article
from storage.tables.core import Article
from storage.tables.stories import Story, StoryProfile, StoryTie


def remove_from_stories(session: Session, article_ids: Sequence[int]) -> None:
    """Remove articles from stories and their index; delete empty stories.

    To be called before the articles' rows are deleted, in the same transaction.
    """
    articles = session.scalars(select(Article).where(Article.id.in_(article_ids))).all()
    stories = {article.story_id for article in articles if article.story_id is not None}
    for article in articles:
        article.story_id = None
        profile = session.get(StoryProfile, article.id)
        if profile is not None:
            remove_article(session, article.id, profile.at)
            session.delete(profile)
        either = or_(StoryTie.article_id == article.id, StoryTie.other_id == article.id)
        session.execute(delete(StoryTie).where(either))
    session.flush()
    for story in session.scalars(select(Story).where(Story.id.in_(stories))).all():
        at = func.coalesce(Article.published_at, Article.first_seen_at)
        first, last = session.execute(select(func.min(at), func.max(at)).where(Article.story_id == story.id)).one()
        if first is not None:
            story.first_at, story.last_at = first, last
            continue
        session.execute(update(Story).where(Story.merged_into_id == story.id).values(merged_into_id=None))
        session.delete(story)
    session.flush()
