"""Back up a database in use, by SQLite's backup API or pg_dump."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from storage.database.engine import Database, is_read_only, open_read_only
from storage.errors import DatabaseError

_PAGES = 1_000  # of the database, copied before a writer is let in between


class BackupFailed(DatabaseError):
    """There is no backup; an older one was not changed."""


def back_up(database: Database, target: Path) -> int:
    """Write a backup to a new file, whole or not at all; return its size in bytes.

    Crawls may go on meanwhile. An SQLite backup is checked before it counts; a PostgreSQL one is in pg_dump's custom
    format, for pg_restore. Raises BackupFailed.
    """
    if target.exists():
        msg = f"{target} is there already; give another name, or move it away"
        raise BackupFailed(msg)
    part = target.with_name(f"{target.name}.part")
    _try_to_write(part)
    try:
        part.unlink(missing_ok=True)
        if database.is_sqlite:
            _back_up_sqlite(Path(database.engine.url.database or ""), part)
        else:
            _dump_postgresql(database, part)
        part.rename(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        msg = f"backup of {database.url} to {target}: {error}"
        raise BackupFailed(msg) from error
    return target.stat().st_size


def _try_to_write(part: Path) -> None:
    """Raise BackupFailed with the system's reason where no file can be written: SQLite says the same of all reasons."""
    try:
        part.touch()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        msg = f"backup to {part.parent}: {reason}; name a file in a folder that can be written to: kiji db backup FILE"
        raise BackupFailed(msg) from error


def _back_up_sqlite(source: Path, part: Path) -> None:
    old = open_read_only(source.absolute()) if is_read_only(source) else sqlite3.connect(source)
    new = sqlite3.connect(part)
    try:
        old.backup(new, pages=_PAGES)
        problem = new.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged, and so is its original: {problem}")
        new.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    finally:
        old.close()
        new.close()


def _dump_postgresql(database: Database, part: Path) -> None:
    program = shutil.which("pg_dump")
    url = database.engine.url
    if program is None:
        msg = f"backup of {database.url}: pg_dump is not installed; it comes with PostgreSQL's client programs"
        raise BackupFailed(msg)
    address = url.set(drivername="postgresql", password=None).render_as_string()
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
        [program, "--format=custom", f"--file={part}", f"--dbname={address}"],
        env=os.environ | password,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        part.unlink(missing_ok=True)
        errors = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        msg = f"backup of {database.url}: {errors[-1][:300]}"
        raise BackupFailed(msg)
