"""Looking after the sources: the history judged, the states kept, and people told when one changes."""

import contextlib
import datetime
import logging
from collections.abc import Callable, Sequence
from typing import Any

from crawler.config.models import Config
from crawler.monitoring.alerts import Message, ping, send
from crawler.monitoring.health import PAST, TROUBLE, Verdict, judge
from crawler.monitoring.retention import prune_pages
from crawler.plan import CrawlPlan, archive_folder
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.open import open_database
from storage.errors import DatabaseError
from storage.monitoring.source_health import Finding, Look, findings, history, record, tell
from storage.tables.health import State
from storage.writer.runs import run_record, source_accounts

logger = logging.getLogger(__name__)

HEADLINES: dict[State, str] = {
    "dead": "is dead",
    "blocked": "blocks the crawler",
    "changed": "has changed its layout",
    "silent": "has fallen silent",
    "idle": "is not crawled any more",
}


def judge_sources(database: Database, names: Sequence[str], now: datetime.datetime) -> dict[str, Verdict]:
    """Judge these sources; one that was never crawled is ``new``. Reads only."""
    with database.reading() as connection:
        known = findings(connection, names)
        troubled = [found.since for found in known.values() if found.since is not None and found.state in TROUBLE]
        begin = min([now, *troubled]) - PAST
        runs = history(connection, [found.source_id for found in known.values()], begin)
    verdicts = {}
    for name in names:
        found = known.get(name)
        since = found.since if found is not None and found.state in TROUBLE else None
        due_at = found.due_at if found is not None else None
        own = runs.get(found.source_id, []) if found is not None else []
        verdicts[name] = judge(own, now, trouble_since=since, due_at=due_at)
    return verdicts


def store_and_alert(
    database: Database, verdicts: dict[str, Verdict], urls: Sequence[str], now: datetime.datetime
) -> list[str]:
    """Keep the states, and send an alert for each that has changed since the last one; return what went wrong.

    Who writes a state down as told sends it, so that two that look at once do not both send it. Where no address took
    it, it is written back, and is sent at the next look.
    """
    messages: list[tuple[int, State, Message]] = []
    with database.reading() as connection:
        known = findings(connection, verdicts)
    looks = {
        found.source_id: Look(verdicts[name].state, _since(found, verdicts[name]), verdicts[name].detail)
        for name, found in known.items()
    }
    with database.writing() as session:
        told = record(session, looks, now)
        for name, found in known.items() if urls else ():
            before = told[found.source_id]
            message = _message(name, before, verdicts[name], looks[found.source_id].since)
            if message is not None:
                tell(session, found.source_id, verdicts[name].state)
                messages.append((found.source_id, before, message))
    problems = []
    for source_id, before, message in messages:
        failed = send(message, urls)
        problems += failed
        if len(failed) >= len(urls):
            with database.writing() as session:
                tell(session, source_id, before)
    return problems


def _since(found: Finding, verdict: Verdict) -> datetime.datetime:
    """A state that stays began when it began first."""
    return found.since if found.since is not None and found.state == verdict.state else verdict.since


def _message(name: str, told: State, verdict: Verdict, since: datetime.datetime) -> Message | None:
    """Say what has changed since the last alert, None where that is nothing anybody needs to know."""
    was_trouble = told in TROUBLE
    if verdict.is_trouble and verdict.state != told:
        body = f"{name}: {verdict.detail}\nSince {since:%Y-%m-%d %H:%M} UTC. See: kiji health"
        return Message(f"Kiji: {name} {HEADLINES[verdict.state]}", body, "failure")
    if was_trouble and not verdict.is_trouble:
        last = verdict.figures.last_success
        when = f", last crawled {last:%Y-%m-%d %H:%M} UTC" if last else ""
        return Message(
            f"Kiji: {name} is well again", f"{name} was {told}, and is {verdict.state} now{when}.", "success"
        )
    return None


def after_crawl(plan: CrawlPlan, run_id: int, polled: Sequence[str], trouble: str) -> None:
    """Look after the sources, delete what is kept no longer, and ping, at a crawl's end, whoever started it.

    Never raises: each trouble is one line of the log. Blocks, some seconds at most.
    """
    run: dict[str, Any] = {"id": run_id, "status": "failed"}
    gave = True
    problems: list[str] = []
    try:
        with contextlib.closing(open_database(plan.database_url, create=False)) as database:
            with database.reading() as connection:
                run = run_record(connection, run_id) or run
                gave = all(account.gave for account in source_accounts(connection, run_id, polled))
            if not trouble:  # else the database has said what is wrong, and would say it again
                problems += _tried("the sources' health could not be looked at", _look_after, plan, database)
                problems += _tried("old pages could not be deleted from the raw archive", _prune, plan, database)
    except DatabaseError as error:
        if not trouble:
            problems.append(f"health could not be looked at: {error}")
    is_well = run["status"] == "done" and not trouble
    if plan.config.alerts.ping:
        told = _summary(run, 0 if is_well and gave else 1)
        problems += ping(plan.config.alerts.ping, is_well=is_well, summary=told)
    for problem in problems:
        logger.warning("%s", problem[:500])


def _tried(
    what: str, step: Callable[[CrawlPlan, Database], list[str]], plan: CrawlPlan, database: Database
) -> list[str]:
    try:
        return step(plan, database)
    except Exception as error:  # noqa: BLE001 - the crawl is done, and what is found out here must not undo that
        return [f"{what}: {type(error).__name__}: {' '.join(str(error).split())}"]


def ping_failure(config: Config, message: str) -> None:
    """Ping that a crawl could not start. Never raises."""
    if config.alerts.ping:
        for problem in ping(config.alerts.ping, is_well=False, summary=message):
            logger.warning("%s", problem)


def _look_after(plan: CrawlPlan, database: Database) -> list[str]:
    """Of all sources; a worker's job looks after its own, since there may be a thousand others."""
    names = [source.name for source in plan.config.enabled_sources]
    if plan.beside_others:
        own = {source.name for source in plan.sources}
        names = [name for name in names if name in own]
    now = utc_now()
    return store_and_alert(database, judge_sources(database, names, now), plan.config.alerts.urls, now) if names else []


def _prune(plan: CrawlPlan, database: Database) -> list[str]:
    folder = archive_folder(plan.config, plan.database_url)
    if folder is not None:
        prune_pages(database, folder, plan.config.archive, utc_now())
    return []


def _summary(run: dict[str, Any], exit_code: int) -> str:
    counts = ("articles_new", "articles_updated", "failed", "refused")
    told = ", ".join(f"{run[name]} {name.removeprefix('articles_')}" for name in counts if name in run)
    return f"run {run['id']} {run['status']}, exit code {exit_code}: {told}"
