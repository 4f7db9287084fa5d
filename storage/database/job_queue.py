"""Create and upgrade procrastinate's schema in the same PostgreSQL."""

import re
from collections.abc import Mapping

from sqlalchemy import Connection, text

from storage.database.engine import Database, parse_url
from storage.errors import DatabaseUnreachable

SCHEMA = "procrastinate"

_BY_LOCK = f"{SCHEMA}.kiji_jobs_by_lock"
"""An index of ours: without it and without fresh statistics, taking a job from 100,000 that wait takes minutes."""

_NUMBERS = re.compile(r"\d+")


def conninfo_of(url: str) -> str:
    """Give the libpq URI of a PostgreSQL database, with its password.

    Raises DatabaseUnreachable for SQLite, which workers on several machines cannot share.
    """
    parsed = parse_url(url)
    if parsed.drivername == "sqlite":
        msg = (
            f"--db: workers share their work through PostgreSQL, and {url} is SQLite; there, call kiji crawl from cron"
        )
        raise DatabaseUnreachable(msg)
    return parsed.set(drivername="postgresql").render_as_string(hide_password=False)


def prepare_job_queue(
    database: Database, version: str, whole: str, migrations: Mapping[str, str], *, with_index: bool
) -> None:
    """Upgrade the job queue's tables to ``version``, by one worker at a time.

    ``whole`` is the SQL that makes them, ``migrations`` the SQL files that lead from one version to the next, by
    their names, which begin with the version (``03.05.00_01_…sql``). The version is stored in the schema's comment.
    ``with_index`` adds an index of ours to its tables, whose columns must be known for that.
    """
    with database.writing() as session:  # one writer at a time
        connection = session.connection()
        present = session.scalar(
            text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :name"),
            {"name": SCHEMA},
        )
        if present != version:
            _bring_to(connection, present, version, whole, migrations)
        if with_index and session.scalar(text("SELECT to_regclass(:name)"), {"name": _BY_LOCK}) is None:
            name = _BY_LOCK.partition(".")[2]
            connection.exec_driver_sql(
                f"CREATE INDEX {name} ON {SCHEMA}.procrastinate_jobs (lock) WHERE status IN ('todo', 'doing')"
            )


def _bring_to(
    connection: Connection, present: str | None, version: str, whole: str, migrations: Mapping[str, str]
) -> None:
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}; SET LOCAL search_path = {SCHEMA}")
    scripts = [whole]
    if present:
        since = [name for name in sorted(migrations) if _numbers(name)[:3] > _numbers(present)[:3]]
        scripts = [migrations[name] for name in since]
    for script in scripts:
        connection.exec_driver_sql(script.replace("%", "%%"))  # the driver takes % for placeholders
    connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{version}'")


def _numbers(version: str) -> list[int]:
    return [int(number) for number in _NUMBERS.findall(version)]
