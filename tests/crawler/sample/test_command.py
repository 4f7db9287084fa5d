"""``python -m crawler.sample``, as a user starts it."""

import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from crawler.config.load import load_config
from storage.database.open import open_database
from tests.support.commands import kiji, query
from tests.support.sample_requests import fetch


def test_the_command_serves_until_interrupted_and_writes_a_config(tmp_path: Path) -> None:
    config = tmp_path / "sample.toml"
    command = [sys.executable, "-m", "crawler.sample", "--edition", "2", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            printed.append(line)
            if line.startswith("Ctrl-C"):
                break
        sources = load_config(config).sources
        try:
            assert all(url in "".join(printed) for source in sources for url in source.start)
            assert [fetch(url).status for source in sources for url in source.start] == [200] * 7
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0


def test_a_demo_leaves_the_operators_archive_alone(tmp_path: Path) -> None:
    theirs = f"sqlite:///{tmp_path}/theirs.db"
    open_database(theirs).close()
    done = kiji("demo", folder=tmp_path, KIJI_DB=theirs, KIJI_CONFIG=str(tmp_path / "theirs.toml"))
    assert done.returncode == 0
    assert query(tmp_path, "SELECT count(*) FROM articles") == [(39,)]
    assert "articles        39: " in done.stdout
    assert " search 韓国 --config kiji.toml --db sqlite:///kiji.db " in done.stdout
    database = open_database(theirs)
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM runs")).scalar() == 0
    database.close()
