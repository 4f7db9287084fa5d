"""Real crawls: the command in a process of its own, the sample sites over loopback, a real SQLite file."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any

import psutil

from tests.support import warm_python

ROOT = Path(__file__).parents[2]
"""The clone's folder."""

Rows = list[tuple[Any, ...]]


def kiji(*arguments: str, folder: Path, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, as a user would, but without waiting for its imports."""
    return warm_python.run(*arguments, folder=folder, environment=environment_of(**environment), timeout=timeout)


def start_kiji(
    *arguments: str, folder: Path, module: str = "crawler", stderr: IO[str] | None = None, **environment: str
) -> warm_python.Running:
    """Start the command, or what stands for it, and do not wait."""
    return warm_python.start(
        *arguments, folder=folder, environment=environment_of(**environment), module=module, stderr=stderr
    )


def cold_kiji(*arguments: str, folder: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, as a user's shell starts it."""
    return subprocess.run(
        [sys.executable, "-m", "crawler", *arguments],
        cwd=folder,
        env=environment_of(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def start_group(*arguments: str, folder: Path) -> AbstractContextManager[warm_python.Running]:
    """Start the command with a process group of its own, as a service manager does."""
    return warm_python.start_captured(*arguments, folder=folder, environment=environment_of(), session=True)


def end_fork_server(pid: int) -> None:
    """End the fork server of a process the hard way."""
    [server] = [child for child in psutil.Process(pid).children() if child.name() == "forkserver"]
    server.kill()


def environment_of(**environment: str) -> dict[str, str]:
    """The environment of a user who has set nothing of ours but this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KIJI_")}
    return kept | {"PYTHONPATH": str(ROOT)} | environment


def record_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The run's record that ``--json`` printed, and nothing else."""
    [line] = done.stdout.splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


def query(folder: Path, sql: str, *values: object) -> Rows:
    """What an analyst's SQL finds in the folder's kiji.db."""
    connection = sqlite3.connect(folder / "kiji.db")
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


COUNTS = (
    "articles_new",
    "articles_updated",
    "articles_unchanged",
    "copies",
    "not_articles",
    "refused",
    "failed",
)
