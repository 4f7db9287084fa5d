"""Read the history of sources, and store the result of health checks."""

import collections
import dataclasses
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Integer, Row, Select, String, and_, case, func, or_, select
from sqlalchemy.orm import Session

from storage.database.in_values import is_among
from storage.database.upsert import upsert_rows
from storage.reading import UNMATCHED, unmatched_rules
from storage.tables.core import Run, Source
from storage.tables.fetches import Fetch
from storage.tables.health import SourceHealth, State
from storage.visit import BUDGET_REASON, MADE_UP_REASON

_BLOCKING = (401, 402, 403, 429, 451)
"""RFC 9110 15.5.2 and 15.5.4, RFC 6585 4, RFC 7725: what a server answers that does not want us (so often)."""


@dataclasses.dataclass(slots=True)
class SourceRun:
    """What one crawl met of one source; ``at`` is when the crawl began.

    ``asked`` counts its start pages and listings, ``answered`` those of them that did (304 included), ``turned_away``
    those that were met with a refusal (robots.txt, 401, 402, 403, 429, 451). The rest is of the pages that links and
    listings promised as articles: ``articles`` were read as such, ``empty`` gave none, ``unmodified`` had not changed,
    ``unreadable`` were too much for the parser, ``blocked`` were refused like start pages, ``failed`` had other
    errors. ``made_up`` counts addresses that were not asked for because they seem made for crawlers. ``new`` counts new
    articles, ``characters`` the text of ``articles``, ``errors`` whatever went wrong,
    ``unmatched`` the articles on which each of the source's rules matched nothing. ``forms`` counts what start pages
    and listings were: ``feed``, ``sitemap``, or another ``page``. ``judged`` are the articles whose related links are
    known, ``linked`` those that had any; ``nearest`` is the list that came nearest on the others.
    """

    at: datetime
    asked: int = 0
    answered: int = 0
    turned_away: int = 0
    articles: int = 0
    empty: int = 0
    unmodified: int = 0
    unreadable: int = 0
    blocked: int = 0
    failed: int = 0
    robots: int = 0
    made_up: int = 0
    new: int = 0
    characters: int = 0
    judged: int = 0
    linked: int = 0
    nearest: str = ""
    errors: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    unmatched: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    forms: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """The last health check of a source; ``due_at`` is its next poll."""

    source_id: int
    state: State
    since: datetime | None
    told_state: State
    due_at: datetime | None
    detail: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class HealthCheck:
    """The state of a source by a health check; ``since`` is when it began."""

    state: State
    since: datetime
    detail: str


def read_findings(connection: Connection, names: Collection[str]) -> dict[str, Finding]:
    """Read the last health check of sources, by name.

    A source that was never crawled is missing.
    """
    statement = select(
        Source.name,
        Source.id,
        Source.due_at,
        SourceHealth.state,
        SourceHealth.since,
        SourceHealth.told_state,
        SourceHealth.detail,
    ).outerjoin(SourceHealth, SourceHealth.source_id == Source.id)
    rows = connection.execute(statement.where(is_among(connection, Source.name, names, String())))
    return {
        row.name: Finding(row.id, row.state or "new", row.since, row.told_state or "ok", row.due_at, row.detail or "")
        for row in rows
    }


def read_history(connection: Connection, source_ids: Collection[int], since: datetime) -> dict[int, list[SourceRun]]:
    """Read what each crawl since then met of sources, oldest first.

    Imports and re-readings are not counted.
    """
    runs_by_source: dict[int, dict[int, SourceRun]] = {}
    statement = _grouped(since).where(is_among(connection, Fetch.source_id, source_ids, Integer()))
    for row in connection.execute(statement):
        runs = runs_by_source.setdefault(row.source_id, {})
        if row.run_id not in runs:
            runs[row.run_id] = SourceRun(row.started_at)
        _add(runs[row.run_id], row)
    return {source_id: list(runs.values()) for source_id, runs in runs_by_source.items()}


def _grouped(since: datetime) -> Select[Any]:
    listed = Fetch.via.in_(("start", "listing"))
    form = case(
        (and_(listed, Fetch.reason.startswith("feed with")), "feed"),
        (and_(listed, Fetch.reason.startswith("sitemap with")), "sitemap"),
        (and_(listed, Fetch.outcome == "not_article", Fetch.reason != "not modified"), "page"),
        else_="",
    ).label("form")
    told = or_(Fetch.outcome.in_(("failed", "refused")), Fetch.reason.contains(UNMATCHED))
    reason = case((told, Fetch.reason), else_="").label("why")
    groups = (
        *(Fetch.source_id, Fetch.run_id, Run.started_at, listed.label("listed")),
        *(Fetch.outcome, Fetch.status, reason, form),
    )
    return (
        select(
            *groups,
            func.count().label("number"),
            func.coalesce(func.sum(Fetch.characters), 0).label("characters"),
            func.count(Fetch.characters).label("measured"),
            func.count(Fetch.related).label("judged"),
            func.coalesce(func.sum(case((Fetch.related > 0, 1), else_=0)), 0).label("linked"),
            func.max(Fetch.nearest_list).label("nearest"),
        )
        .join(Run, Run.id == Fetch.run_id)
        .where(
            Run.started_at >= since,
            ~or_(Run.command.startswith("kiji import"), Run.command.startswith("kiji reread")),
            Fetch.reason != BUDGET_REASON,
        )
        .group_by(*groups)
        .order_by(Fetch.run_id)
    )


def _add(run: SourceRun, row: Row[Any]) -> None:
    number, why = row.number, str(row.why)
    is_robots = row.outcome == "refused" and why.startswith("robots.txt")
    is_blocked = is_robots or row.status in _BLOCKING
    if row.outcome == "new":
        run.new += number
    if row.outcome in ("failed", "refused"):
        run.errors[why[:200]] += number
    for rule in unmatched_rules(why):
        run.unmatched[rule] += row.measured
    run.robots += number if is_robots else 0
    run.made_up += number if why == MADE_UP_REASON else 0
    run.characters += row.characters
    run.articles += row.measured
    run.judged += row.judged
    run.linked += row.linked
    run.nearest = max(run.nearest, row.nearest or "")
    if row.listed:
        run.forms[row.form] += number
        run.asked += number
        run.answered += number if row.outcome not in ("failed", "refused") else 0
        run.turned_away += number if is_blocked else 0
    elif is_blocked:
        run.blocked += number
    elif row.outcome == "failed":
        unreadable = row.status is not None and row.status < 400
        run.unreadable += number if unreadable else 0
        run.failed += 0 if unreadable else number
    elif row.outcome == "not_article":
        run.empty += number
    elif row.status == 304:
        run.unmodified += number


def record_health(session: Session, looks: Mapping[int, HealthCheck], now: datetime) -> dict[int, State]:
    """Store health checks by source id; return the states last alerted."""
    rows = [
        {"source_id": source_id, "told_state": "ok", "checked_at": now, **dataclasses.asdict(look)}
        for source_id, look in sorted(looks.items())
    ]
    changed = ("state", "since", "detail", "checked_at")
    upsert_rows(session, SourceHealth, rows, keys=("source_id",), changed=changed)
    told_states = select(SourceHealth.source_id, SourceHealth.told_state).where(
        is_among(session, SourceHealth.source_id, looks, Integer())
    )
    return {source_id: cast(State, state) for source_id, state in session.execute(told_states)}


def record_alert(session: Session, source_id: int, state: State) -> None:
    """Store which state an alert is sent for, so that nobody sends it again.

    Where sending failed, store the state before.
    """
    session.get_one(SourceHealth, source_id).told_state = state


def read_health(connection: Connection) -> Mapping[str, Mapping[str, Any]]:
    """Read the last health check of every source, by name."""
    rows = connection.execute(
        select(Source.name, SourceHealth.state, SourceHealth.since, SourceHealth.detail, SourceHealth.checked_at).join(
            SourceHealth, SourceHealth.source_id == Source.id
        )
    )
    return {row.name: row._asdict() for row in rows}
