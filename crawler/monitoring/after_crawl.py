"""Judge the sources after a crawl, send alerts, prune and ping."""

import contextlib
import dataclasses
import datetime
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crawler.archive_place import archive_place, kept_place
from crawler.config.models import Config
from crawler.monitoring.alerts import Message, ping, send
from crawler.monitoring.health import PAST, TROUBLE, Verdict, judge
from crawler.monitoring.health_figures import present_runs
from crawler.monitoring.recovery import Trouble
from crawler.monitoring.related_hint import related_hint
from crawler.monitoring.retention import expire_articles, prune_pages
from crawler.monitoring.watch_notices import tell_watches
from crawler.plan import CrawlPlan, scope_of, unfollowed_sources
from pipelines.warc.place import send_waiting, waiting_files
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.open import open_database
from storage.errors import DatabaseError
from storage.monitoring.moved_starts import find_moved_starts
from storage.monitoring.source_health import (
    Finding,
    HealthCheck,
    read_findings,
    read_history,
    record_alert,
    record_health,
)
from storage.plugins import load_plugins
from storage.tables.health import State
from storage.writer.runs import extractor_failures, run_record, source_accounts

logger = logging.getLogger(__name__)

MOST_SINGLE = 5
"""Changes at once for which each source has an alert of its own; more are one digest: then the network is to blame."""

HEADLINES: dict[State, str] = {
    "dead": "is dead",
    "blocked": "blocks the crawler",
    "changed": "has changed its layout",
    "silent": "has fallen silent",
    "idle": "is not crawled any more",
}


def judge_sources(
    database: Database, names: Sequence[str], now: datetime.datetime, config: Config | None = None
) -> dict[str, Verdict]:
    """Judge these sources by their history.

    A source without any is ``new``. ``config`` says at which hours a source may be crawled. Writes nothing.
    """
    with database.reading() as connection:
        known = read_findings(connection, names)
        troubled = [
            finding.since for finding in known.values() if finding.since is not None and finding.state in TROUBLE
        ]
        begin = min([now, *troubled]) - PAST
        runs = read_history(connection, [finding.source_id for finding in known.values()], begin)
        moved = find_moved_starts(connection, _start_keys(names, config))
    verdicts = {}
    for name in names:
        finding = known.get(name)
        trouble = None
        if finding is not None and finding.since is not None and finding.state in TROUBLE:
            trouble = Trouble(finding.state, finding.since, finding.detail)
        due_at = finding.due_at if finding is not None else None
        source = config.source(name) if config is not None else None
        if due_at is not None and source is not None:
            due_at = source.opening_after(due_at)
        own = runs.get(finding.source_id, []) if finding is not None else []
        verdict = judge(own, now, known=trouble, due_at=due_at)
        if source is None or not unfollowed_sources([source]):
            verdict = dataclasses.replace(verdict, hint=related_hint(own, present_runs(own)))
        told = [f"{old} has moved for good to {new}" for old, new in moved.get(name, ())]
        verdicts[name] = dataclasses.replace(verdict, moved=", ".join(told))
    return verdicts


def _start_keys(names: Sequence[str], config: Config | None) -> dict[str, list[str]]:
    """Return the keys of the start pages of these sources."""
    sources = [config.source(name) for name in names] if config is not None else []
    return {source.name: [start.key for start in scope_of(source).starts] for source in sources if source is not None}


def store_and_alert(
    database: Database, verdicts: dict[str, Verdict], urls: Sequence[str], now: datetime.datetime
) -> list[str]:
    """Store the states, and send an alert for each change since the last alert.

    Return the problems.

    The state is marked as sent before the alert goes out, so that two processes do not both send it. If no address took
    the alert, the mark is undone, and the next call sends it.
    """
    messages: list[tuple[int, State, Message]] = []
    with database.reading() as connection:
        known = read_findings(connection, verdicts)
    looks = {
        finding.source_id: HealthCheck(verdicts[name].state, _since(finding, verdicts[name]), verdicts[name].detail)
        for name, finding in known.items()
    }
    with database.writing() as session:
        sent_states = record_health(session, looks, now)
        for name, finding in known.items() if urls else ():
            before = sent_states[finding.source_id]
            message = _message(name, before, verdicts[name], looks[finding.source_id].since)
            if message is not None:
                record_alert(session, finding.source_id, verdicts[name].state)
                messages.append((finding.source_id, before, message))
    problems = []
    groups = [messages] if len(messages) > MOST_SINGLE else [[one] for one in messages]
    for group in groups:
        failed = send(_joined([message for *_, message in group]), urls)
        problems += failed
        if len(failed) >= len(urls):
            with database.writing() as session:
                for source_id, before, _ in group:
                    record_alert(session, source_id, before)
    return problems


def _joined(messages: Sequence[Message]) -> Message:
    """Return one message for all of these."""
    if len(messages) == 1:
        return messages[0]
    failures = sum(message.kind == "failure" for message in messages)
    title = f"Kiji: {failures} sources in trouble, {len(messages) - failures} well again"
    body = "\n".join(message.body.partition("\n")[0] for message in messages)
    return Message(title, f"{body}\nSee: kiji health", "failure" if failures else "success")


def _since(finding: Finding, verdict: Verdict) -> datetime.datetime:
    """Return when the state began: the stored time if the state is the same, or another one of the same trouble."""
    goes_on = finding.state == verdict.state or (finding.state in TROUBLE and verdict.is_trouble)
    return finding.since if finding.since is not None and goes_on else verdict.since


def _message(name: str, last_sent: State, verdict: Verdict, since: datetime.datetime) -> Message | None:
    """Return the alert about a change since the last one; None if there is nothing to report.

    A trouble that turns into another is one trouble, and one alert.
    """
    was_trouble = last_sent in TROUBLE
    if verdict.is_trouble and not was_trouble:
        body = f"{name}: {verdict.detail}\nSince {since:%Y-%m-%d %H:%M} UTC. See: kiji health"
        return Message(f"Kiji: {name} {HEADLINES[verdict.state]}", body, "failure")
    if was_trouble and not verdict.is_trouble:
        last = verdict.figures.last_success
        when = f", last crawled {last:%Y-%m-%d %H:%M} UTC" if last else ""
        return Message(
            f"Kiji: {name} is well again", f"{name} was {last_sent}, and is {verdict.state} now{when}.", "success"
        )
    return None


@dataclasses.dataclass(frozen=True, slots=True)
class CrawlEnd:
    """A crawl that has ended. ``run`` is its record as in ``kiji runs show --json``.

    ``gave`` is true if every polled source gave what it should. ``trouble`` is the message of a database failure that
    ended the run, else "". ``database`` is None if it cannot be used.
    """

    plan: CrawlPlan
    run: Mapping[str, Any]
    gave: bool
    trouble: str
    database: Database | None


Step = Callable[[CrawlEnd], Sequence[str] | None]
"""Does something at a crawl's end, and gives lines for the log, or nothing. It may block, and may raise."""


def after_crawl(plan: CrawlPlan, run_id: int, polled: Sequence[str], trouble: str) -> None:
    """Take every step of BUILT_IN and of the group kiji.after_crawl.

    Never raises: each problem is one line of the log. Blocks, some seconds at most.
    """
    end = CrawlEnd(plan, {"id": run_id, "status": "failed"}, gave=True, trouble=trouble, database=None)
    steps: dict[str, Step] = load_plugins("kiji.after_crawl") | dict(BUILT_IN)
    problems: list[str] = []
    with contextlib.ExitStack() as stack:
        try:
            database = stack.enter_context(contextlib.closing(open_database(plan.database_url, create=False)))
            with database.reading() as connection:
                run = run_record(connection, run_id) or end.run
                gave = all(account.gave for account in source_accounts(connection, run_id, polled))
            # After a database failure the run has reported it; do not report it again.
            end = CrawlEnd(plan, run, gave, trouble, None if trouble else database)
        except DatabaseError as error:
            problems += [] if trouble else [f"health could not be looked at: {error}"]
        for name, step in steps.items():
            problems += _run_step(name, step, end)
    for problem in problems:
        logger.warning("%s", problem[:500])


def _run_step(name: str, step: Step, end: CrawlEnd) -> Sequence[str]:
    try:
        return step(end) or ()
    except Exception as error:  # noqa: BLE001 - the crawl is done, and what is found out here must not undo that
        return [f"after the crawl, {name} failed: {type(error).__name__}: {' '.join(str(error).split())}"]


def ping_failure(config: Config, message: str) -> None:
    """Ping that a crawl could not start. Never raises."""
    if config.alerts.ping:
        for problem in ping(config.alerts.ping, is_well=False, summary=message):
            logger.warning("%s", problem)


def _judge_all(end: CrawlEnd) -> list[str]:
    """Of all sources; a worker's job looks after its own, since there may be a thousand others."""
    names = [source.name for source in end.plan.config.enabled_sources]
    if end.plan.beside_others:
        own = {source.name for source in end.plan.sources}
        names = [name for name in names if name in own]
    if end.database is None or not names:
        return []
    now = utc_now()
    return store_and_alert(
        end.database, judge_sources(end.database, names, now, end.plan.config), end.plan.config.alerts.urls, now
    )


def _tell_watches(end: CrawlEnd) -> list[str]:
    if end.database is None:
        return []
    return tell_watches(end.database, end.plan.config.alerts.urls, end.plan.config.crawl.timezone, utc_now())


def _expire(end: CrawlEnd) -> None:
    if end.database is not None:
        place = kept_place(end.plan.config, end.plan.database_url)
        expire_articles(end.database, place, end.plan.config, utc_now())


def _prune(end: CrawlEnd) -> None:
    place = archive_place(end.plan.config, end.plan.database_url)
    if place is not None and end.database is not None:
        prune_pages(end.database, place, end.plan.config.archive, utc_now())


def _send(end: CrawlEnd) -> list[str]:
    """Send complete files to the object store; what cannot be sent waits for the next crawl."""
    place = archive_place(end.plan.config, end.plan.database_url)
    if place is None or place.store is None:
        return []
    now = utc_now()
    try:
        send_waiting(place, now)
    except OSError as error:
        number = len(waiting_files(place.folder, now))
        return [f"{number} files of the raw archive wait for the object store: {error}"]
    return []


def _count_extractor_errors(end: CrawlEnd) -> list[str]:
    if end.database is None:
        return []
    with end.database.reading() as connection:
        failures = extractor_failures(connection, int(end.run["id"]))
    return [
        f"{failure} (pages: {pages}; they are stored without it; see kiji runs show {end.run['id']})"
        for failure, pages in failures.items()
    ]


def _ping(end: CrawlEnd) -> list[str]:
    url = end.plan.config.alerts.ping
    is_well = end.run["status"] == "done" and not end.trouble
    return ping(url, is_well=is_well, summary=_summary(end.run, 0 if is_well and end.gave else 1)) if url else []


BUILT_IN: Mapping[str, Step] = {
    "the look at the sources' health": _judge_all,
    "the watches": _tell_watches,
    "the deletion of articles that are kept no longer": _expire,
    "the sending of the raw archive": _send,
    "the deletion of old pages from the raw archive": _prune,
    "the count of extractors that failed": _count_extractor_errors,
    "the ping": _ping,
}


def _summary(run: Mapping[str, Any], exit_code: int) -> str:
    counts = ("articles_new", "articles_updated", "failed", "refused")
    numbers = ", ".join(f"{run[name]} {name.removeprefix('articles_')}" for name in counts if name in run)
    return f"run {run['id']} {run['status']}, exit code {exit_code}: {numbers}"
