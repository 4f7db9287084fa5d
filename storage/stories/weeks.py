"""Choose the weeks whose articles are grouped again.

How rare a term is depends on the articles of three weeks. Articles that come later change it for those that were
grouped before. Their weeks are noted, and grouped once more when they are over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from storage.database.upsert import insert_into
from storage.stories.term_index import ALL, week_of, week_start
from storage.tables.stories import IS_WAITING, StoryProfile, StoryTerm, StoryTie, StoryWeek
from storage.text_rules import rules_of

OVER = timedelta(days=15)
"""A week is over when most of its articles have come: the next week, too, has ended."""

REST = timedelta(days=1)
"""A week that got articles is left alone for so long."""

AT_ONCE = 5_000
"""Articles that one pass groups again at most, unless a single week has more."""


def note_changed_weeks(session: Session, now: datetime) -> None:
    """Note the weeks around the waiting articles that have settled ones too."""
    times = session.scalars(select(StoryProfile.at).where(IS_WAITING)).all()
    waiting: dict[int, int] = {}
    for at in times:
        waiting[week_of(at)] = waiting.get(week_of(at), 0) + 1
    around = sorted({week + step for week in waiting for step in (-1, 0, 1)})
    if not around:
        return
    rows = session.execute(
        select(StoryTerm.week, StoryTerm.articles).where(StoryTerm.week.in_(around), StoryTerm.term == ALL)
    )
    changed = [{"week": week, "opened_at": now} for week, articles in rows if articles > waiting.get(week, 0)]
    if changed:
        statement = insert_into(session, StoryWeek)
        session.execute(
            statement.on_conflict_do_update(index_elements=["week"], set_={"opened_at": statement.excluded.opened_at}),
            changed,
        )


def reopen_weeks(session: Session, now: datetime, *, everything: bool = False) -> int:
    """Let articles of noted weeks wait again; return how many.

    Only weeks that are over and at rest, and AT_ONCE articles at most, unless ``everything`` is wanted.
    """
    weeks = session.execute(select(StoryWeek.week, StoryWeek.opened_at).order_by(StoryWeek.week)).all()
    if not everything:
        weeks = [row for row in weeks if week_start(row.week) + OVER <= now and row.opened_at + REST <= now]
    reopened = 0
    for row in weeks:
        if reopened and not everything and reopened + _articles(session, [row.week]) > AT_ONCE:
            break
        reopened += _unsettle(session, row.week)
        session.execute(delete(StoryWeek).where(StoryWeek.week == row.week))
    return reopened


def _articles(session: Session, weeks: Sequence[int]) -> int:
    statement = select(func.sum(StoryTerm.articles)).where(StoryTerm.week.in_(weeks), StoryTerm.term == ALL)
    return int(session.scalar(statement) or 0)


def _unsettle(session: Session, week: int) -> int:
    version = rules_of(session).story_version  # profiles of another one wait for ``kiji db stories``
    inside = (
        StoryProfile.at >= week_start(week),
        StoryProfile.at < week_start(week + 1),
        StoryProfile.version == version,
    )
    ids = select(StoryProfile.article_id).where(*inside)
    for end in (StoryTie.article_id, StoryTie.other_id):
        session.execute(delete(StoryTie).where(end.in_(ids)).execution_options(synchronize_session=False))
    number = session.scalar(select(func.count()).select_from(StoryProfile).where(*inside)) or 0
    unsettled = update(StoryProfile).where(*inside).values(settled=False)
    session.execute(unsettled.execution_options(synchronize_session=False))
    return int(number)
