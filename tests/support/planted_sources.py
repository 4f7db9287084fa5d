"""Histories in a real database: runs and fetches with the times that a test gives them."""

import datetime

from sqlalchemy import insert, select

from pipelines.addresses.place import place
from storage.database.engine import Database
from storage.frontier.addresses import file_addresses
from storage.frontier.sources import open_sources
from storage.tables.core import Run, Source
from storage.tables.fetches import Fetch
from storage.visit import Lease, Result
from storage.writer.runs import count_outcomes
from tests.support.visits import scope

Met = list[tuple[str, str, int | None, str, int | None]]
"""Of each address: via, outcome, status, reason, characters."""

ANSWERED: Met = [("start", "not_article", 200, "feed", None)]
GIVES: Met = [*ANSWERED, *[("entry", "new", 200, "", 1_800)] * 5, ("entry", "not_article", 200, "no body", None)]


def plant(database: Database, at: datetime.datetime, met: dict[str, Met], command: str = "kiji crawl") -> None:
    """Write down one crawl, in which sources met this; sources that are not there yet are made."""
    with database.writing() as session:
        scopes = [scope(f"https://{name}.example/feed", name=name) for name in met]
        open_sources(session, scopes, at)
        ids = {source.name: source.id for source in session.scalars(select(Source))}
        [address] = file_addresses(session, [place("https://news.example/1")]).values()
        run = Run(command=command, version="0", host="here", pid=1, started_at=at, finished_at=at, status="done")
        session.add(run)
        session.flush()
        rows = [
            {
                "run_id": run.id,
                "source_id": ids[name],
                "address_id": address,
                "via": via,
                "fetched_at": at,
                "status": status,
                "outcome": outcome,
                "reason": reason,
                "characters": characters,
            }
            for name, fetches in met.items()
            for via, outcome, status, reason, characters in fetches
        ]
        session.execute(insert(Fetch), rows)
        lease = Lease(address, run.id, 1, "", "", "", 0, "entry")
        count_outcomes(session, run.id, [Result(lease, row["outcome"]) for row in rows])  # type: ignore[arg-type]  # outcomes
