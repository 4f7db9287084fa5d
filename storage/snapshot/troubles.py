"""What went wrong at each source lately, by reason."""

import datetime

from sqlalchemy import Connection, bindparam, text

from storage.column_types import UTCDateTime
from storage.snapshot.local_time import LocalClock, plain

LATELY = datetime.timedelta(days=14)
"""As far back as troubles are told: an older one that did not come again is over."""

_TROUBLES = text("""
SELECT told.source, told.outcome, told.reason, told.times, told.last_at, fetches.url
FROM (
    SELECT source, outcome, reason, count(*) AS times, max(fetched_at) AS last_at, max(id) AS last_id
    FROM fetches WHERE outcome IN ('failed', 'refused') AND fetched_at >= :since
    GROUP BY source, outcome, reason
) AS told
JOIN fetches ON fetches.id = told.last_id
ORDER BY told.source, told.times DESC
""").bindparams(bindparam("since", type_=UTCDateTime()))


def trouble_rows(connection: Connection, clock: LocalClock, now: datetime.datetime) -> list[tuple[object, ...]]:
    """Give the rows of a snapshot's ``source_troubles``."""
    return [
        (source, outcome, reason, times, plain(last_at), clock.local(last_at), url)
        for source, outcome, reason, times, last_at, url in connection.execute(_TROUBLES, {"since": now - LATELY})
    ]
