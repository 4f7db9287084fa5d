"""Whoever starts a crawl, at its end the sources are looked after and somebody is told; none of it undoes the crawl."""

import socketserver
import subprocess
import sys
import threading
from pathlib import Path

from crawler.monitoring.alerts import ping
from storage.database.engine import connect
from tests.support.alert_receiver import Receiver
from tests.support.commands import cold_kiji, environment_of, kiji
from tests.support.databases import TEMPLATE
from tests.support.hostile_server import WORDS, HostileServer, answers, article
from tests.support.postgresql import PostgreSQLServer
from tests.support.visits import rows

PAGE = "/news/2026/10/05/ferry"
CONFIG = """
[alerts]
urls = ["{alerts}"]
ping = "{ping}"
[archive]
max_size = "1 GB"
[[source]]
name = "harbor"
start = ["{start}"]
allow_private_addresses = true
delay = 0.0
"""


def test_a_crawl_by_scrapys_own_command_ends_as_one_by_ours(tmp_path: Path) -> None:
    with HostileServer() as server, Receiver() as receiver:
        server.pages = {PAGE: answers(article("The ferry returns to service", WORDS))}
        start = server.url + PAGE
        text = CONFIG.format(alerts=receiver.alert_url, ping=receiver.ping_url, start=start)
        (tmp_path / "kiji.toml").write_text(text)
        root = Path(__file__).parents[3]
        environment = environment_of(KIJI_CONFIG=str(tmp_path / "kiji.toml"), KIJI_DB=f"sqlite:///{tmp_path}/kiji.db")
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", "crawl", "related", "-a", f"url={start}"],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        [(path, told)] = receiver.pings
    assert path == "/ping/5ecret"
    assert told == "run 1 done, exit code 0: 1 new, 0 updated, 0 failed, 0 refused"


def test_a_workers_crawls_end_likewise_and_leave_no_password_behind(
    postgresql: PostgreSQLServer, tmp_path: Path
) -> None:
    url = postgresql.create("ends", TEMPLATE).replace("kiji@", "kiji:5ecret@")
    with HostileServer() as server, Receiver() as receiver:
        server.pages = {PAGE: answers(article("The ferry returns to service", WORDS))}
        text = CONFIG.format(alerts=receiver.alert_url, ping=receiver.ping_url, start=server.url + PAGE)
        (tmp_path / "kiji.toml").write_text(text)
        done = cold_kiji("worker", "--once", "--readers", "1", "--db", url, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        [(path, told)] = receiver.pings
    assert path == "/ping/5ecret"
    assert told.startswith("run 1 done, exit code 0: 1 new")
    runs = kiji("runs", "show", "1", "--db", url, folder=tmp_path)
    snapshot = kiji("snapshot", "-o", "news.sqlite", "--db", url, folder=tmp_path)
    assert (runs.returncode, snapshot.returncode) == (0, 0), snapshot.stderr
    assert b"5ecret" not in (tmp_path / "news.sqlite").read_bytes()
    assert "5ecret" not in done.stdout + done.stderr + runs.stdout + runs.stderr + snapshot.stdout + snapshot.stderr
    assert "5ecret" not in everything_in(url)
    database = connect(url)
    assert rows(database, "SELECT state, told_state FROM source_health") == [("new", "ok")]
    database.close()
    postgresql.drop("ends")


def everything_in(url: str) -> str:
    """Every value of every table, the job queue's too."""
    database = connect(url)
    tables = rows(
        database,
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    told = [str(rows(database, f"SELECT t::text FROM {table} t")) for (table,) in tables]
    database.close()
    assert any("procrastinate" in str(table) for (table,) in tables)
    return "".join(told)


def test_a_switch_that_answers_nonsense_is_one_line() -> None:
    class Nonsense(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(b"\x00\xff what\r\n\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Nonsense) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        problems = ping(f"http://127.0.0.1:{server.server_address[1]}/5ecret", is_well=True, summary="run 1")
    assert problems == ["ping to http://…: BadStatusLine"]
