"""List each source's recent failures and refusals, by reason."""

import datetime

from sqlalchemy import Connection, bindparam, text

from storage.column_types import UTCDateTime
from storage.snapshot.activity import RECENT
from storage.snapshot.local_time import LocalClock, sqlite_value

LATELY = datetime.timedelta(days=14)
"""As far back as troubles are listed: an older one that did not come again is over."""

_TROUBLES = text(f"""
SELECT recent.source, recent.outcome, recent.reason, recent.times, recent.last_at, fetches.url
FROM (
    SELECT source, outcome, reason, count(*) AS times, max(fetched_at) AS last_at, max(id) AS last_id
    FROM fetches WHERE outcome IN ('failed', 'refused') AND {RECENT}
    GROUP BY source, outcome, reason
) AS recent
JOIN fetches ON fetches.id = recent.last_id
ORDER BY recent.source, recent.times DESC
""").bindparams(bindparam("since", type_=UTCDateTime()))  # noqa: S608 - our own words


def trouble_rows(connection: Connection, clock: LocalClock, now: datetime.datetime) -> list[tuple[object, ...]]:
    """Give the rows of a snapshot's ``source_troubles``."""
    return [
        (source, outcome, reason, times, sqlite_value(last_at), clock.local(last_at), url)
        for source, outcome, reason, times, last_at, url in connection.execute(_TROUBLES, {"since": now - LATELY})
    ]
