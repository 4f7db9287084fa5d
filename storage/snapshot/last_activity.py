"""Find the end of the charts' windows: now, or the newest article."""

import datetime

from sqlalchemy import Connection, func, select

from storage.tables.core import Article

RESTS_AFTER = datetime.timedelta(days=14)
"""Shorter gaps are shown: a fortnight without news is worth seeing on a chart of four weeks."""


def newest_publication(connection: Connection, now: datetime.datetime) -> datetime.datetime | None:
    """Read the latest publication date up to now.

    Some pages date themselves into the future.
    """
    query = select(func.max(Article.published_at)).where(Article.published_at <= now)
    return connection.execute(query).scalar_one()


def last_moment(newest: datetime.datetime | None, now: datetime.datetime) -> datetime.datetime:
    """Choose the end of the charts' windows.

    Where nothing was published for RESTS_AFTER, it is the newest article's date.

    Undated articles count on the day on which they were first seen, and say nothing of when the news was: a site of
    last year that was crawled today has last year's news.
    """
    return newest if newest is not None and now - newest > RESTS_AFTER else now
