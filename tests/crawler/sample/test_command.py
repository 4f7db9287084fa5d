"""``python -m crawler.sample``, as a user starts it."""

import signal
import subprocess
import sys
from pathlib import Path

from crawler.config.load import load_config
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
