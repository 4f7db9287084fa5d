"""A password or token that the operator has written anywhere is read nowhere: not in logs, messages, accounts."""

import io
import logging
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.console.log_records import sanitize_logs
from crawler.console.logs import JsonFormatter
from storage.credentials import remove_credentials
from tests.support.commands import kiji

DATABASES = [
    "postgresql://kiji:5ecretMark@127.0.0.1:1/kiji",
    "postgresql+psycopg://kiji:5ecret%2FMark@127.0.0.1:1/kiji",
    "postgresql://127.0.0.1:1/kiji?user=kiji&password=5ecretMark",
    "mysql://kiji:5ecretMark@127.0.0.1/kiji",
    "postgresql:/kiji:5ecretMark@127.0.0.1/kiji",
    "kiji:5ecretMark@127.0.0.1",
]
CONFIG = """
[database]
url = "{database}"
[alerts]
urls = ["json://me:5ecretMark@127.0.0.1:1/5ecretMark"]
ping = "http://127.0.0.1:1/5ecretMark"
[[source]]
name = "harbor"
start = ["http://news.example/feed"]
delay = 0.0
"""


@pytest.mark.parametrize("url", DATABASES)
def test_a_database_that_is_not_there_is_told_without_its_password(
    url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crawler.cli import run

    monkeypatch.chdir(tmp_path)
    for command in (["runs"], ["health"], ["doctor", "--offline"], ["db", "check"], ["article", "1"]):
        Path("kiji.toml").write_text(CONFIG.format(database=url), encoding="utf-8")
        assert run(command) in (1, 2), command
        assert run([command[0], *command[1:], "--db", url]) in (1, 2), command
    told = capfd.readouterr()
    assert "127.0.0.1" in told.err + told.out or "kiji" in told.err
    assert "5ecret" not in told.out + told.err


@pytest.mark.parametrize(
    "wrong",
    [
        '[database]\nurl = ["postgresql://kiji:5ecretMark@h/k"]',
        '[alerts]\nurls = "json://me:5ecretMark@h"',
        '[alerts]\nurls = ["5ecretMark"]',
        '[alerts]\nping = "5ecretMark"',
        'alerts = "5ecretMark"',
        '[[source]]\nname = "a"\nstart = ["http://me:5ecretMark@news.example/"]',
        '[database]\nurl = "postgresql://kiji:5ecretMark@h/k',
    ],
)
def test_a_mistake_in_the_config_is_told_without_the_secret_in_it(
    wrong: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from crawler.cli import run

    (tmp_path / "kiji.toml").write_text(wrong, encoding="utf-8")
    assert run(["doctor", "--offline", "--config", str(tmp_path / "kiji.toml")]) == 2
    told = capfd.readouterr()
    assert "kiji.toml" in told.err
    assert "5ecret" not in told.out + told.err


def test_a_crawl_behind_a_proxy_that_is_not_there_keeps_its_password_and_those_of_alerts(tmp_path: Path) -> None:
    (tmp_path / "kiji.toml").write_text(CONFIG.format(database="sqlite:///kiji.db"), encoding="utf-8")
    proxy = "http://me:5ecretMark@127.0.0.1:1"
    crawl = kiji("crawl", "--log-format", "json", "--json", folder=tmp_path, http_proxy=proxy, https_proxy=proxy)
    assert crawl.returncode == 1
    assert "the address guard is blind" in crawl.stderr
    assert '"ping to http' in crawl.stderr
    with sqlite3.connect(tmp_path / "kiji.db") as connection:
        connection.execute("UPDATE source_health SET told_state = 'dead'")
        dump = "\n".join(map(str, connection.execute("SELECT * FROM fetches, runs")))
    connection.close()
    alert = kiji("health", "--alert", folder=tmp_path)
    shown = kiji("runs", "show", "1", folder=tmp_path)
    assert "alert to json" in alert.stderr
    assert "failed: http://news.example/feed" in shown.stdout
    told = [crawl.stdout, crawl.stderr, alert.stdout, alert.stderr, shown.stdout, shown.stderr, dump]
    assert "5ecret" not in "".join(told)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "kiji.toml"]
    assert not [path for path in files if b"5ecret" in path.read_bytes()]


@pytest.fixture
def logs() -> Iterator[dict[str, io.StringIO]]:
    streams = {"text": io.StringIO(), "json": io.StringIO()}
    handlers = {name: logging.StreamHandler(stream) for name, stream in streams.items()}
    handlers["json"].setFormatter(JsonFormatter())
    before, logger = logging.getLogRecordFactory(), logging.getLogger("tests.secrets")
    for handler in handlers.values():
        logger.addHandler(handler)
    hook = sys.excepthook
    sanitize_logs()
    yield streams
    sys.excepthook = hook
    logging.setLogRecordFactory(before)
    for handler in handlers.values():
        logger.removeHandler(handler)


def unreachable(url: str) -> None:
    raise RuntimeError(f"connect to {url}")


def test_a_traceback_in_a_log_or_at_the_end_of_the_process_holds_no_password_and_no_escape(
    logs: dict[str, io.StringIO], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        unreachable("postgresql://kiji:5ecretMark@db/kiji?password=5ecretMark \x1b]0;owned\x07")
    except RuntimeError as error:
        logging.getLogger("tests.secrets").exception("it failed")
        sys.excepthook(type(error), error, error.__traceback__)
    for told in (logs["text"].getvalue(), logs["json"].getvalue(), capsys.readouterr().err):
        assert "Traceback" in told
        assert "RuntimeError: connect to postgresql://…@db/kiji" in told
        assert "5ecret" not in told
        assert "\x1b" not in told


def test_passwords_of_every_kind_are_taken_out_of_a_text_and_addresses_of_the_web_stay() -> None:
    for password in ("5ecretMark", "5ecret/Mark", "5ecret:Mark", "5ecret?Mark"):
        assert "5ecret" not in remove_credentials(f"x://user:{password}@host/name")
    assert "5ecret" not in remove_credentials("host=db user=kiji password=5ecretMark dbname=kiji")
    for address in ("https://news.example/@editor/1", "http://news.example:8080/a@b", "https://news.example/?q=a@b"):
        assert remove_credentials(address) == address
