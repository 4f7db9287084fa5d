"""Every start of the command pays for what it imports: cron starts it every few minutes."""

import subprocess
import sys

HEAVY = (
    *("scrapy", "twisted", "trafilatura", "numpy", "langdetect", "feedparser", "pebble", "warcio"),
    *("alembic", "pandas", "polars", "xlsxwriter", "datasette", "procrastinate", "apprise", "psycopg"),
)
"""What some commands need, and all would wait for."""


def test_the_command_starts_without_what_only_some_of_its_commands_need() -> None:
    program = f"import sys, crawler.cli; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
