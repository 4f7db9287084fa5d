"""Run several workers on one database."""

import subprocess
from pathlib import Path

from sqlalchemy import text

from storage.database.engine import connect
from tests.support.commands import start_kiji
from tests.support.many_hosts import ManyHosts
from tests.support.warm_python import Running

DELAY = 0.3


class Workers:
    """Workers on one archive, and what they leave."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.processes: list[Running] = []
        # Connected once: while a test waits, it asks some thousand times, and a new connection costs 40 ms of CPU.
        self._archive = connect(url)

    def write_config(self, site: ManyHosts, delay: float = DELAY) -> None:
        """Make every host a source."""
        (self.folder / "kiji.toml").write_text(site.config(delay=delay), encoding="utf-8")

    def start(self, *options: str, program: str = "", **environment: str) -> Running:
        """Start one worker, as a program does it if one is given; what all of them say is in one file."""
        arguments = ("worker", "--db", self.url, "--readers", "1", *options)
        if program:
            arguments = ("-c", program, *arguments)
        with self.told.open("a", encoding="utf-8") as told:
            self.processes.append(start_kiji(*arguments, folder=self.folder, stderr=told, **environment))
        return self.processes[-1]

    @property
    def told(self) -> Path:
        return self.folder / "told.log"

    def wait_for(self, query: str, process: Running) -> None:
        """Wait until a query gives something, while this worker lives."""
        pause = 0.05  # s; longer and longer, because after a minute of questions they cost more than the crawl
        while not self.query(query):
            try:
                process.wait(pause)
            except subprocess.TimeoutExpired:
                pause = min(0.5, pause * 1.04)
                continue
            raise AssertionError(self.told.read_text(encoding="utf-8"))

    def query(self, query: str) -> list[tuple[object, ...]]:
        """Ask the archive."""
        with self._archive.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def close(self) -> None:
        """End the workers, and close the archive."""
        for process in self.processes:
            process.kill()
            process.wait(30)
        self._archive.close()

    def articles(self) -> list[tuple[object, ...]]:
        """How often each page was stored."""
        return self.query("SELECT url, count(*) FROM articles GROUP BY url ORDER BY url")
