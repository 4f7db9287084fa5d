"""A PostgreSQL server of our own for the tests: the binaries of ``pgserver``, a socket in a temporary folder, no port.

``pgserver.get_server`` itself is not used: as root it adds a user to the system and opens every folder above its
binaries to everybody. PostgreSQL refuses to run as root, so root lends it the user ``nobody``.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

_USER = "nobody" if os.geteuid() == 0 else None
_MEMORY, _ROOM = Path("/dev/shm"), 2 * 1024**3  # noqa: S108 - mkdtemp makes a folder of our own in it


def _place() -> Path | None:
    """Where its files lie: in memory, if there is room, since each test's database is 300 files, made and deleted."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM else None


def _binaries(folder: Path) -> Path:
    """Find the programs; they are copied to ``folder`` where the user may not enter the place of their install."""
    spec = importlib.util.find_spec("pgserver")  # importing it warns, and makes a folder outside the tests' own
    assert spec is not None
    assert spec.origin is not None
    install = Path(spec.origin).parents[1]
    binaries = Path("pgserver", "pginstall", "bin")
    try:
        subprocess.run([install / binaries / "postgres", "--version"], check=True, capture_output=True, user=_USER)
    except PermissionError:
        for part in ("pgserver/pginstall", "pgserver.libs"):  # the programs look for these libraries beside them
            if (install / part).exists():
                shutil.copytree(install / part, folder / part)
        return folder / binaries
    return install / binaries


class PostgreSQLServer:
    """One running server; ``stop`` it in the end. Nothing is synced to the disk: it only has to survive its tests."""

    def __init__(self) -> None:
        # Short: a socket's path has 107 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="kiji-pg-", dir=_place()))
        if _USER:
            shutil.chown(self.folder, _USER)
        self._data = self.folder / "data"
        self._binaries = _binaries(self.folder)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", "kiji")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), "-D", str(self._data), *arguments]
        subprocess.run(command, check=True, user=_USER, cwd=self.folder, stdout=subprocess.DEVNULL, timeout=60)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {
            "fsync": "off",  # what is committed is with the system, and survives the server, not the machine
            "full_page_writes": "off",
            "autovacuum": "off",  # no test waits for it
            "jit": "off",  # compiling a plan costs more than the few rows of a test
            "shared_buffers": "16MB",
            "unix_socket_directories": str(self.folder),
            "listen_addresses": "''",
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def crash(self) -> None:
        """Stop it at once, as a power cut would: every connection is lost."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def stop(self) -> None:
        """Stop it and take its files away."""
        self.crash()
        shutil.rmtree(self.folder)

    def url(self, name: str) -> str:
        """A database's URL, as a user would write it."""
        return f"postgresql://kiji@/{name}?host={self.folder}"

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database, empty or as a copy of another; return its URL."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Run one statement of upkeep."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)
