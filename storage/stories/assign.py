"""Give clusters of articles the ids of the stories that they were in.

A story's id goes to the cluster with most of its articles. A cluster with several ids keeps the oldest, and the other
stories' rows name it. A cluster without an id becomes a new story. So ids last as far as groups last.
"""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.database.in_values import dialect_of
from storage.story_rules import StoryMember
from storage.tables.core import Article
from storage.tables.stories import Story


def assign_stories(session: Session, clusters: Sequence[Sequence[StoryMember]]) -> None:
    """Set the story of every article of these clusters.

    ``clusters`` hold whole stories: no article outside them is in a story that they share.
    """
    owned = _owned_ids(clusters)
    new_ids = iter(_new_ids(session, sum(not ids for ids in owned)))
    changed: dict[int, list[int]] = {}
    absorbed: dict[int, int] = {}
    for cluster, ids in zip(clusters, owned, strict=True):
        story_id = min(ids) if ids else next(new_ids)
        if not ids:
            session.add(Story(id=story_id, first_at=cluster[0].at, last_at=cluster[-1].at))
        moved = [member.article_id for member in cluster if member.story_id != story_id]
        if moved:
            changed.setdefault(story_id, []).extend(moved)
        absorbed |= {other: story_id for other in ids if other != story_id}
    session.flush()
    for story_id, numbers in changed.items():
        for chunk in chunks_of(numbers):
            _update_articles(session, Article.id.in_(chunk), story_id)
    for other, story_id in sorted(absorbed.items()):
        _absorb(session, other, story_id)
    left = {member.story_id for cluster in clusters for member in cluster if member.story_id is not None}
    _set_times(session, sorted((changed.keys() | (left if changed else set())) - absorbed.keys()))


def _owned_ids(clusters: Sequence[Sequence[StoryMember]]) -> list[list[int]]:
    """Return the ids that each cluster takes over: of stories of which it has most articles, or else the first."""
    shares: dict[int, Counter[int]] = {}
    for place, cluster in enumerate(clusters):
        for member in cluster:
            if member.story_id is not None:
                shares.setdefault(member.story_id, Counter())[place] += 1
    owned: list[list[int]] = [[] for _ in clusters]
    for story_id, counts in shares.items():
        most = max(counts.values())
        owner = min((p for p, n in counts.items() if n == most), key=lambda p: (clusters[p][0].at, p))
        owned[owner].append(story_id)
    return owned


def _update_articles(session: Session, where: object, story_id: int) -> None:
    statement = update(Article).where(where).values(story_id=story_id)  # type: ignore[arg-type]
    session.execute(statement.execution_options(synchronize_session="fetch"))


def _absorb(session: Session, other: int, story_id: int) -> None:
    _update_articles(session, Article.story_id == other, story_id)
    redirect = update(Story).where((Story.merged_into_id == other) | (Story.id == other))
    session.execute(redirect.values(merged_into_id=story_id).execution_options(synchronize_session="fetch"))


def _set_times(session: Session, story_ids: Sequence[int]) -> None:
    at = func.coalesce(Article.published_at, Article.first_seen_at)
    for chunk in chunks_of(story_ids):
        times = select(Article.story_id, func.min(at), func.max(at)).where(Article.story_id.in_(chunk))
        for story_id, first, last in session.execute(times.group_by(Article.story_id)).all():
            statement = update(Story).where(Story.id == story_id).values(first_at=first, last_at=last)
            session.execute(statement.execution_options(synchronize_session="fetch"))


def _new_ids(session: Session, number: int) -> Sequence[int]:
    """Give ids that no story has; only one writer works at a time."""
    if dialect_of(session) == "sqlite":
        last = session.scalar(select(func.max(Story.id))) or 0
        return range(last + 1, last + number + 1)
    following = func.nextval(func.pg_get_serial_sequence(Story.__tablename__, "id"))
    return session.scalars(select(following).select_from(func.generate_series(1, number))).all()
