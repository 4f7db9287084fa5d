"""Where and with what was measured."""

import importlib.metadata
import os
import platform
import sqlite3
from pathlib import Path

LIBRARIES = ("kiji-news", "scrapy", "trafilatura", "lxml", "sqlalchemy", "psycopg")


def machine() -> str:
    """Processors, memory and system in one line; no name of the machine."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        named = (
            line.partition(":")[2].strip() for line in information.read_text().splitlines() if "model name" in line
        )
        model = next(named, model)
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{os.cpu_count()} processors ({model}), {gigabytes:.0f} GB, {platform.system()} {platform.release()}"


def versions() -> str:
    """Python, the libraries that the figures hang on, and SQLite, in one line."""
    libraries = (f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    return ", ".join((f"Python {platform.python_version()}", *libraries, f"SQLite {sqlite3.sqlite_version}"))
