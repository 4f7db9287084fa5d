"""Give clusters of articles the ids of the stories that they were in.

A story's id goes to the cluster with most of its articles. A cluster with several ids keeps the oldest, and the other
stories' rows name it. A cluster without an id becomes a new story. So ids last as far as groups last.

A story has events: what is reported after QUIET is a follow-up, and another event of the same story.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.database.in_values import dialect_of
from storage.story_rules import StoryMember
from storage.tables.core import Article
from storage.tables.stories import Story

QUIET = timedelta(days=2)
"""Without a report, after which a story's next report is of another event. Of 393 written reports of one event 97 %
follow the one before within 44 hours."""


def assign_stories(session: Session, clusters: Sequence[Sequence[StoryMember]]) -> None:
    """Set the story and event of every article of these clusters.

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
    _set_times_and_events(session, sorted((changed.keys() | left) - absorbed.keys()))


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


def _set_times_and_events(session: Session, story_ids: Sequence[int]) -> None:
    """Set the first and last times of stories, and number their events in the order of time."""
    at = func.coalesce(Article.published_at, Article.first_seen_at)
    columns = (Article.story_id, Article.id, Article.event, at.label("at"), Story.first_at, Story.last_at)
    members = select(*columns).join(Story, Story.id == Article.story_id).order_by(Article.story_id, at, Article.id)
    renumbered: dict[int, list[int]] = {}
    for chunk in chunks_of(story_ids):
        rows = session.execute(members.where(Article.story_id.in_(chunk))).all()
        for story_id, group in itertools.groupby(rows, key=lambda row: row.story_id):
            story = list(group)
            first, last = story[0].at, story[-1].at
            if (first, last) != (story[0].first_at, story[0].last_at):
                statement = update(Story).where(Story.id == story_id).values(first_at=first, last_at=last)
                session.execute(statement.execution_options(synchronize_session="fetch"))
            for row, event in zip(story, _events([row.at for row in story]), strict=True):
                if row.event != event:
                    renumbered.setdefault(event, []).append(row.id)
    for event, numbers in sorted(renumbered.items()):
        for chunk in chunks_of(numbers):
            statement = update(Article).where(Article.id.in_(chunk)).values(event=event)
            session.execute(statement.execution_options(synchronize_session="fetch"))


def _events(times: Sequence[datetime]) -> list[int]:
    """Number the events of a story by its articles' times, the first one 1."""
    numbers = [1]
    for earlier, later in itertools.pairwise(times):
        numbers.append(numbers[-1] + (later - earlier > QUIET))
    return numbers


def _new_ids(session: Session, number: int) -> Sequence[int]:
    """Give ids that no story has; only one writer works at a time."""
    if dialect_of(session) == "sqlite":
        last = session.scalar(select(func.max(Story.id))) or 0
        return range(last + 1, last + number + 1)
    following = func.nextval(func.pg_get_serial_sequence(Story.__tablename__, "id"))
    return session.scalars(select(following).select_from(func.generate_series(1, number))).all()
