"""Crawl with many processes into PostgreSQL: ``kiji worker``, ``kiji jobs``."""

import asyncio
import dataclasses
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.config.errors import ConfigError
from crawler.config.models import Config
from crawler.crawl_report import summary_line
from crawler.plan import config_file, database_url, find_config, plan_crawl
from storage.database.open import open_database
from storage.distribution import install_extra

if TYPE_CHECKING:
    from crawler.workers.job_queue import GroupJob

WORKER_HELP = example(
    f"{purpose('worker')} Needs PostgreSQL.",
    "kiji worker --db postgresql://kiji@db.example/kiji --config /etc/kiji.toml",
)
JOBS_HELP = example(
    purpose("jobs"),
    "kiji jobs",
    "kiji jobs add mirai",
)


def register(app: typer.Typer) -> None:
    """Add both."""
    app.command("worker", help=WORKER_HELP)(worker_command)
    group = typer.Typer(invoke_without_command=True, help=JOBS_HELP)
    group.callback()(list_jobs)
    group.command(
        "add",
        help=example("Make workers crawl these sources next, due or not.", "kiji jobs add mirai"),
    )(add_jobs)
    app.add_typer(group, name="jobs")


def worker_command(
    config: ConfigOption = None,
    db: DatabaseOption = None,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Number of groups crawled at once.")] = 10,
    readers: Annotated[
        int | None,
        typer.Option("--readers", min=1, help="Number of reading processes. Default: one for each core, at most 8."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Stop when nothing is due.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no line for each crawl.")] = False,
) -> int:
    """Work; return the exit code."""
    _needs_workers()
    from crawler.workers.worker import WorkerOptions, work  # Scrapy takes half a second, procrastinate as long

    settings = find_config(config)
    console = Console(stderr=True, quiet=quiet)

    def tell(record: dict[str, object], sources: Sequence[str]) -> None:
        console.print(f"{', '.join(sources)}: {summary_line(record)}", soft_wrap=True, highlight=False, markup=False)

    options = WorkerOptions(config_file(config), database_url(db, settings), concurrency, readers, once, tell)
    return work(options)


def list_jobs(
    context: typer.Context, config: ConfigOption = None, db: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """List the jobs."""
    if context.invoked_subcommand is not None:
        return
    jobs = asyncio.run(_jobs(_queue_url(find_config(config), db)))
    if as_json:
        sys.stdout.write(json.dumps([dataclasses.asdict(job) for job in jobs], ensure_ascii=False) + "\n")
        return
    table = Table("state", "group", "sources", "priority", "tries", box=None)
    for job in jobs:
        table.add_row(job.state, job.group, ", ".join(job.sources), str(job.priority), str(job.attempts))
    Console(highlight=False, markup=False).print(table if jobs else "no group is being crawled, and none waits")


def add_jobs(
    targets: Annotated[list[str], typer.Argument(metavar="SOURCE ...", help="Names of configured sources.")],
    config: ConfigOption = None,
    db: DatabaseOption = None,
) -> None:
    """Queue the groups of these sources."""
    settings = find_config(config)
    addresses = [target for target in targets if "://" in target]
    if addresses:
        raise ConfigError([f"{addresses[0]}: workers crawl configured sources; for an address call kiji crawl"])
    plan_crawl(settings, "", targets, command="")  # raises ConfigError for unknown names
    url = _queue_url(settings, db)
    queued, running = asyncio.run(_add(settings, url, targets))
    for group in queued:
        sys.stdout.write(f"queued: {group}\n")
    for group in running:
        sys.stdout.write(f"queued or running already: {group}\n")


def _queue_url(settings: Config, db: str | None) -> str:
    """Return the database's address; create its job queue if it is missing."""
    _needs_workers()
    from crawler.workers.job_queue import prepare_tables
    from storage.database.job_queue import conninfo_of

    url = database_url(db, settings)
    conninfo_of(url)
    database = open_database(url, create=False)
    try:
        prepare_tables(database)
    finally:
        database.close()
    return url


async def _jobs(url: str) -> "list[GroupJob]":
    from crawler.workers.job_queue import group_jobs, job_queue

    async with job_queue(url).open_async() as queue:
        return await group_jobs(queue)


async def _add(settings: Config, url: str, names: Sequence[str]) -> tuple[list[str], list[str]]:
    from crawler.plan import scope_of
    from crawler.run_extension import domains_by_source
    from crawler.workers.groups import group_sources
    from crawler.workers.job_queue import WHEN_ASKED, job_queue, queue_groups

    database = open_database(url)
    try:
        groups = group_sources(domains_by_source([scope_of(source) for source in settings.sources], database))
    finally:
        database.close()
    asked = {group: sources for group, sources in groups.items() if set(sources) & set(names)}
    async with job_queue(url).open_async() as queue:
        queued = await queue_groups(queue, asked, dict.fromkeys(asked, WHEN_ASKED), polled=True)
    return queued, [group for group in asked if group not in queued]


def _needs_workers() -> None:
    try:
        import procrastinate  # noqa: F401 - is it there?
    except ImportError:
        raise ConfigError([f"kiji worker and kiji jobs need more: {install_extra('workers')}"]) from None
