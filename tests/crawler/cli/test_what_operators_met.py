"""What an operator met in a month of use: commands that said too little, or the wrong thing."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from crawler.cli import run
from crawler.config.load import config_of
from crawler.monitoring.crontab import Schedule, crontab_line
from crawler.monitoring.doctor import examine_place
from storage.column_types import utc_now
from storage.database.engine import connect
from storage.database.open import open_database
from storage.migrations.history import HEAD
from storage.writer.runs import start_run
from tests.support.commands import ROOT, environment_of, kiji, query
from tests.support.hostile_server import HostileServer
from tests.support.postgresql import PostgreSQLServer

URL = "https://news.example/"


def told(url: str, alerts: str = "") -> dict[str, tuple[str, str]]:
    config = config_of(f'{alerts}\n[[source]]\nname = "a"\nstart = ["{URL}"]\n', "kiji.toml")
    return {finding.what: (finding.level, finding.text) for finding in examine_place(config, None, url, utc_now())}


def test_a_refresh_without_names_asks_for_every_known_article(folder: Path, server: HostileServer) -> None:
    assert server.url
    kiji("crawl", folder=folder)
    again = kiji("crawl", "--refresh", folder=folder)
    assert again.returncode == 0
    assert query(folder, "SELECT outcome, count(*) FROM fetches WHERE run_id = 2 GROUP BY 1") == [("unchanged", 2)]


def test_runs_in_a_wrong_folder_are_a_mistake(tmp_path: Path) -> None:
    wrong = kiji("runs", folder=tmp_path)
    assert (wrong.returncode, wrong.stderr) == (2, "kiji: database sqlite:///kiji.db: there is no such file\n")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_made_before_an_upgrade(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "kiji.db")
    with sqlite3.connect(tmp_path / "kiji.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    assert kiji("runs", folder=tmp_path).returncode == 2
    assert kiji("db", "backup", "kept.db", folder=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "kept.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    connection.close()
    assert kiji("db", "backup", "--db", "sqlite:///gone.db", folder=tmp_path).returncode == 2


def test_doctor_tells_of_a_killed_run_and_of_alerts(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "kiji.db")
    url = f"sqlite:///{tmp_path}/kiji.db"
    assert told(url)["database"] == ("ok", f"{url}: schema {HEAD}")
    assert told(url)["alerts"] == ("warn", "nobody is told when something goes wrong; set [alerts] urls or ping")
    database = connect(url)
    with database.writing() as session:
        run_id = start_run(session, command="kiji crawl", version="1", host="here", pid=1, now=utc_now())
    database.close()
    assert told(url)["database"][0] == "warn"
    assert f"run {run_id} was killed" in told(url)["database"][1]
    assert told(url, '[alerts]\nurls = ["json://127.0.0.1:1/x"]\nping = "http://127.0.0.1:1/"')["alerts"][0] == "ok"
    level, line = told(url, '[alerts]\nurls = ["nothing://5ecret"]')["alerts"]
    assert (level, "5ecret" in line) == ("fail", False)


def test_doctor_tells_of_a_postgresql_that_is_read_only(postgresql: PostgreSQLServer) -> None:
    url = postgresql.create("read_only_doctor")
    connect(url).close()
    assert told(url)["database"][0] == "ok"
    open_database(url).close()
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    engine.dispose()
    level, line = told(url)["database"]
    assert (level, "cannot be written to" in line) == ("fail", True)


NO_DATABASE = "kiji: no database\n"


@pytest.mark.parametrize(("code", "mailed"), [(0, ""), (1, ""), (3, ""), (2, NO_DATABASE), (127, NO_DATABASE)])
def test_cron_mails_what_kept_a_crawl_from_running(code: int, mailed: str, tmp_path: Path) -> None:
    program = tmp_path / "kiji"
    program.write_text(f'#!/bin/sh\necho "kiji: no database" >&2\nexit {code}\n', encoding="utf-8")
    program.chmod(0o755)
    line = crontab_line(Schedule(tmp_path, (str(program),), "/usr/bin:/bin", tmp_path / "kiji.log"))
    command = line.removeprefix("*/15 * * * * ").replace("\\%", "%")
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (mailed, "")
    assert (tmp_path / "kiji.log").read_text() == NO_DATABASE


def test_lines_in_crons_log_have_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIJI_LOG_TIMES", "1")
    assert run(["runs"]) == 2
    line = capfd.readouterr().err
    assert line[4] + line[7] + line[10] + line[13] + line[16] == "-- ::"
    assert line[20:].startswith("kiji: database")


READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && shift && exec "$@"'


def read_only(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder that is mounted read-only, with a database whose log is written back."""
    with sqlite3.connect(folder / "kiji.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for name in ("kiji.db-wal", "kiji.db-shm"):
        (folder / name).unlink(missing_ok=True)
    called = [sys.executable, "-m", "crawler", *words]
    command = ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh", str(folder), *called]
    environment = environment_of() | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if "mount" in done.stderr:
        pytest.skip(f"no mount namespace here: {done.stderr}")
    return done


needs_mount = pytest.mark.skipif(
    shutil.which("unshare") is None or os.geteuid() != 0, reason="needs root for a mount of its own"
)


@needs_mount
def test_a_database_on_a_read_only_mount_can_be_searched(folder: Path, server: HostileServer) -> None:
    assert server.url
    kiji("crawl", folder=folder)
    done = read_only(folder, "search", "ferry")
    assert (done.returncode, "The ferry returns" in done.stdout) == (0, True), done.stderr


@needs_mount
def test_a_database_on_a_read_only_mount_is_backed_up_elsewhere(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    open_database(f"sqlite:///{folder}/kiji.db").close()
    refused = read_only(folder, "db", "backup")
    assert (refused.returncode, refused.stdout) == (2, "")
    reason = "read-only file system; name a file in a folder that can be written to: kiji db backup FILE"
    assert refused.stderr.rstrip().endswith(reason)
    target = tmp_path_factory.mktemp("elsewhere") / "kiji.db"
    done = read_only(folder, "db", "backup", str(target))
    assert (done.returncode, done.stdout.startswith(f"{target}: ")) == (0, True), done.stderr
