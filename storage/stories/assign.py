"""Give clusters of articles the ids of the stories that they were in.

A story's id goes to the cluster with most of its articles. A cluster with several ids keeps the oldest, and the other
stories' rows name it. A cluster without an id becomes a new story. So ids last as far as groups last.

A story has events: what is reported after QUIET is a follow-up, and another event of the same story.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.database.in_values import dialect_of
from storage.story_rules import StoryMember
from storage.tables.core import Article
from storage.tables.stories import Story

QUIET = timedelta(days=2)
"""Without a report, after which a story's next report is of another event. Of 393 written reports of one event 97 %
follow the one before within 44 hours."""

_Row = dict[str, Any]
_NEW = insert(Story)
_MOVED = update(Article.__table__).where(Article.id == bindparam("article")).values(story_id=bindparam("story"))  # type: ignore[arg-type]
_RENUMBERED = update(Article.__table__).where(Article.id == bindparam("article")).values(event=bindparam("number"))  # type: ignore[arg-type]
_TIMED = (
    update(Story.__table__)  # type: ignore[arg-type]
    .where(Story.id == bindparam("story"))
    .values(first_at=bindparam("first"), last_at=bindparam("last"))
)


def assign_stories(session: Session, clusters: Sequence[Sequence[StoryMember]]) -> None:
    """Set the story and event of every article of these clusters.

    ``clusters`` hold whole stories: no article outside them is in a story that they share.
    """
    owned = _owned_ids(clusters)
    new_ids = iter(_new_ids(session, sum(not ids for ids in owned)))
    changed: list[_Row] = []
    new: list[_Row] = []
    absorbed: dict[int, int] = {}
    for cluster, ids in zip(clusters, owned, strict=True):
        story_id = min(ids) if ids else next(new_ids)
        if not ids:
            new.append({"id": story_id, "first_at": cluster[0].at, "last_at": cluster[-1].at})
        moved = (member.article_id for member in cluster if member.story_id != story_id)
        changed += [{"article": article_id, "story": story_id} for article_id in moved]
        absorbed |= {other: story_id for other in ids if other != story_id}
    _execute_many(session, _NEW, new)
    _execute_many(session, _MOVED, changed)
    for other, story_id in sorted(absorbed.items()):
        _absorb(session, other, story_id)
    left = {member.story_id for cluster in clusters for member in cluster if member.story_id is not None}
    _set_times_and_events(session, sorted(({each["story"] for each in changed} | left) - absorbed.keys()))


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


def _execute_many(session: Session, statement: Executable, rows: Sequence[_Row]) -> None:
    """Run one statement for many rows, past the ORM: no object of a row is in the session."""
    if rows:
        session.connection().execute(statement, rows)


def _absorb(session: Session, other: int, story_id: int) -> None:
    moved = update(Article).where(Article.story_id == other).values(story_id=story_id)
    session.execute(moved.execution_options(synchronize_session="fetch"))
    redirect = update(Story).where((Story.merged_into_id == other) | (Story.id == other))
    session.execute(redirect.values(merged_into_id=story_id).execution_options(synchronize_session="fetch"))


def _set_times_and_events(session: Session, story_ids: Sequence[int]) -> None:
    """Set the first and last times of stories, and number their events in the order of time."""
    at = func.coalesce(Article.published_at, Article.first_seen_at)
    columns = (Article.story_id, Article.id, Article.event, at.label("at"), Story.first_at, Story.last_at)
    members = select(*columns).join(Story, Story.id == Article.story_id).order_by(Article.story_id, at, Article.id)
    timed: list[_Row] = []
    renumbered: list[_Row] = []
    for chunk in chunks_of(story_ids):
        rows = session.execute(members.where(Article.story_id.in_(chunk))).all()
        for story_id, group in itertools.groupby(rows, key=lambda row: row.story_id):
            story = list(group)
            first, last = story[0].at, story[-1].at
            if (first, last) != (story[0].first_at, story[0].last_at):
                timed.append({"story": story_id, "first": first, "last": last})
            events = zip(story, _events([row.at for row in story]), strict=True)
            renumbered += [{"article": row.id, "number": event} for row, event in events if row.event != event]
    _execute_many(session, _TIMED, timed)
    _execute_many(session, _RENUMBERED, renumbered)


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
