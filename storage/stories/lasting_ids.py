"""Give stories back the ids that they had before all articles were grouped again.

Such a pass goes through the articles by their times. On the way it may join two stories until a later batch parts them
again, and then one of them has lost its id.
"""

from array import array
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.tables.core import Article
from storage.tables.stories import Story

_ROWS = 10_000
_OF_ARTICLES = select(Article.id, Article.story_id).where(Article.story_id.is_not(None)).order_by(Article.id)


class LastingIds:
    """The stories of all articles at one time; 16 bytes an article are held."""

    def __init__(self, session: Session) -> None:
        self._articles, self._stories = array("q"), array("q")
        for article_id, story_id in _stories_of_articles(session):
            self._articles.append(article_id)
            self._stories.append(story_id)

    def restore(self, session: Session) -> int:
        """Give each story of the very same articles the id that it had; return how many had another."""
        renamed = self._renamed(session)
        times = {
            row.id: (row.first_at, row.last_at)
            for chunk in chunks_of(sorted(renamed))
            for row in session.execute(select(Story.id, Story.first_at, Story.last_at).where(Story.id.in_(chunk)))
        }
        for now, (before, articles) in renamed.items():
            first_at, last_at = times[now]
            story = session.get(Story, before)
            if story is None:
                session.add(Story(id=before, first_at=first_at, last_at=last_at))
            else:
                story.first_at, story.last_at, story.merged_into_id = first_at, last_at, None
            for chunk in chunks_of(articles):
                moved = update(Article).where(Article.id.in_(chunk)).values(story_id=before)
                session.execute(moved.execution_options(synchronize_session=False))
        session.flush()
        given = {before for before, _ in renamed.values()}
        for now, (before, _) in renamed.items():
            if now not in given:  # nobody has it any more: whoever has seen it is led on
                lead = update(Story).where((Story.id == now) | (Story.merged_into_id == now), Story.id != before)
                session.execute(lead.values(merged_into_id=before).execution_options(synchronize_session=False))
        session.expire_all()
        return len(renamed)

    def _renamed(self, session: Session) -> dict[int, tuple[int, list[int]]]:
        """Find the stories of the same articles under another id: by present id the former one and the articles."""
        moved: dict[int, dict[int, list[int]]] = {}
        place = 0
        for article_id, story_id in _stories_of_articles(session):
            while place < len(self._articles) and self._articles[place] < article_id:
                place += 1
            is_known = place < len(self._articles) and self._articles[place] == article_id
            if is_known and self._stories[place] != story_id:
                moved.setdefault(story_id, {}).setdefault(self._stories[place], []).append(article_id)
        whole = {now: next(iter(by_former.items())) for now, by_former in moved.items() if len(by_former) == 1}
        wanted = {before for before, _ in whole.values()}
        earlier = Counter(story_id for story_id in self._stories if story_id in wanted)
        sizes = Counter(story_id for _, story_id in _stories_of_articles(session) if story_id in whole)
        return {
            now: (before, articles)
            for now, (before, articles) in whole.items()
            if len(articles) == sizes[now] == earlier[before]
        }


def _stories_of_articles(session: Session) -> Iterator[tuple[int, int]]:
    for rows in session.execute(_OF_ARTICLES.execution_options(yield_per=_ROWS)).partitions(_ROWS):
        yield from rows  # type: ignore[misc]  # the query leaves none without a story
