"""When an archive rests: nothing in it is dated lately, and who looks back from today sees nothing."""

import datetime

from sqlalchemy import Connection, func, select

from storage.tables.core import Article

RESTS_AFTER = datetime.timedelta(days=14)
"""Shorter gaps are worth seeing: a fortnight without news on a chart of four weeks is a finding, not an empty chart."""


def newest_publication(connection: Connection, now: datetime.datetime) -> datetime.datetime | None:
    """Give the latest date that a page gave an article, up to now; pages misdate themselves into the future."""
    query = select(func.max(Article.published_at)).where(Article.published_at <= now)
    return connection.execute(query).scalar_one()


def last_moment(newest: datetime.datetime | None, now: datetime.datetime) -> datetime.datetime:
    """Give where windows of days end: now, or in an archive that rests at its newest article.

    Undated articles count on the day on which they were first seen, and say nothing of when the news was: a site of
    last year that was crawled today is an archive of last year.
    """
    return newest if newest is not None and now - newest > RESTS_AFTER else now
