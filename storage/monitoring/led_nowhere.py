"""Find the sources of a run whose articles led to no other: a hint, and no failure."""

import dataclasses
from collections.abc import Collection

from sqlalchemy import Connection, Row, case, exists, func, select

from storage.tables.core import Claim, Run, Source
from storage.tables.fetches import Fetch

NOT_CRAWLS = ("kiji import", "kiji reread")
"""How the commands of runs begin that follow no links."""


@dataclasses.dataclass(frozen=True, slots=True)
class LedNowhere:
    """A source of a run, with the number of articles that were read.

    ``related`` are their related links, which then all lead to other sites. ``nearest`` describes the list that came
    nearest to related links, "" where no page had any list (:mod:`pipelines.related.nearest_list`).
    """

    source: str
    articles: int
    related: int
    nearest: str

    def __str__(self) -> str:
        if self.related:
            return f"the run ended with its first page: all its related links ({self.related}) lead to other sites"
        several = f"none of the {self.articles} articles read has a related link"
        told = several if self.articles > 1 else "the only article read has no related link"
        return f"{told}; nearest is {self.nearest}" if self.nearest else f"{told}, nor any other list of links"


_READ = func.count(Fetch.related)
_LINKED = func.coalesce(func.sum(case((Fetch.related > 0, 1), else_=0)), 0)
_LED_ON = exists().where(Claim.source_id == Fetch.source_id, Claim.via.in_(("related", "site")))
_LISTED = exists().where(Claim.source_id == Fetch.source_id, Claim.via != "start")


def find_led_nowhere(connection: Connection, run_id: int, unfollowed: Collection[str] = ()) -> list[LedNowhere]:
    """Find the sources of a crawl that were led nowhere, by name.

    None of a source's articles had a related link, and no earlier one had; or the run ended with its first page.
    ``unfollowed`` are sources whose related links are not followed.
    """
    command = connection.scalar(select(Run.command).where(Run.id == run_id))
    if command is None or command.startswith(NOT_CRAWLS):
        return []
    statement = (
        select(
            Source.name,
            func.count().label("fetched"),
            _READ.label("articles"),
            _LINKED.label("linked"),
            func.coalesce(func.sum(Fetch.related), 0).label("related"),
            func.max(Fetch.nearest_list).label("nearest"),
            _LED_ON.label("led_on"),
            _LISTED.label("listed"),
        )
        .join(Source, Source.id == Fetch.source_id)
        .where(Fetch.run_id == run_id)
        .group_by(Fetch.source_id, Source.name)
        .having(_READ > 0)
        .order_by(Source.name)
    )
    rows = [row for row in connection.execute(statement) if row.name not in unfollowed and _is_led_nowhere(row)]
    return [LedNowhere(row.name, row.articles, row.related, row.nearest or "") for row in rows]


def _is_led_nowhere(row: Row[tuple[object, ...]]) -> bool:
    if row.linked:
        return row.fetched == 1 and not row.listed
    return row.fetched == 1 or not row.led_on
