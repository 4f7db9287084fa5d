"""Programs in processes of their own that start in milliseconds: forks of a Python that has imported Kiji already.

A cold start of ``kiji crawl`` takes four seconds of CPU, of which its imports and those of its fork server are nearly
all. Here both are forked from one process without threads, which has imported what they import, has compiled the SQL of
a small crawl, and has done nothing else; the rest is as in a process of its own: arguments, environment, working
folder, descriptors, ``__main__``, signals. What a start itself may get wrong is tested where ``cold_kiji`` or
``sys.executable`` is started: each command that reads pages is, and workers, servers and the line for cron are.

Kept for its CPU: five crawls of the sample sites take 3.6 s each with it, the start of this process included, and 8.1
without; five of ``kiji runs`` 1.3 and 2.2 (2 cores, 2026-11-30). The tests start them at some 220 places.
"""

import atexit
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]


class Running:
    """A program that was started; what :class:`subprocess.Popen` is, as far as the tests ask."""

    def __init__(self, arguments: Sequence[str], told: socket.socket) -> None:
        self.arguments = arguments
        self.captured: tuple[IO[str], ...] = ()
        self.returncode: int | None = None
        self._told = told
        self.pid: int = json.loads(told.recv(64))

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; as in Popen, the code is negative after a signal. Raises TimeoutExpired."""
        if self.returncode is None:
            self._told.settimeout(timeout)
            try:
                self.returncode = json.loads(self._told.recv(64))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(list(self.arguments), timeout or 0) from None
            self._told.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end, and return what it has written; it was started by :func:`start_captured`."""
        self.wait(timeout)
        for file in self.captured:
            file.seek(0)
        out, err = (file.read() for file in self.captured)
        return out, err

    def poll(self) -> int | None:
        """Its code, None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it the hard way."""
        self.send_signal(signal.SIGKILL)


class WarmServer:
    """A Python from which programs are forked: this one, or that of an installation, with the Kiji that it has."""

    def __init__(self, python: str = sys.executable, environment: Mapping[str, str] | None = None) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [python, "-P", str(Path(__file__).with_name("warm_server.py")), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        theirs.close()
        self._end = atexit.register(self.close)

    def close(self) -> None:
        """Let it end; what it has started may go on."""
        atexit.unregister(self._end)
        self.control.close()
        self._process.wait(30)

    def start(self, order: dict[str, Any], files: Sequence[IO[Any]]) -> Running:
        """Fork, and let the fork run."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            descriptors = [*(file.fileno() for file in files), theirs.fileno()]
            socket.send_fds(self.control, [json.dumps(order).encode()], descriptors)
        return Running(order["arguments"], ours)


_server = functools.cache(WarmServer)  # one for all tests of this process


def start(
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str],
    module: str = "crawler",
    stdin: IO[Any] | None = None,
    stdout: IO[Any] | None = None,
    stderr: IO[Any] | None = None,
    session: bool = False,
) -> Running:
    """Start ``python -m module``, or the program whose text follows a first ``-c``; no file is the null device.

    With ``session`` it leads a session and process group of its own.
    """
    order: dict[str, Any] = {"module": module, "arguments": arguments, "folder": str(folder)}
    order |= {"environment": dict(environment), "session": session}
    with Path(os.devnull).open("r+b") as nothing:
        return _server().start(order, [stdin or nothing, stdout or nothing, stderr or nothing])


@contextmanager
def start_captured(
    *arguments: str, folder: Path, environment: Mapping[str, str], session: bool = False
) -> Iterator[Running]:
    """Start ``python -m crawler``, or a program; ``communicate`` gives what it writes. It is killed in the end."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        running = start(*arguments, folder=folder, environment=environment, stdout=out, stderr=err, session=session)
        running.captured = (out, err)
        try:
            yield running
        finally:
            running.kill()


def run(
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str],
    timeout: float = 120,
    module: str = "crawler",
    given: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; ``given`` is what it reads."""
    with tempfile.TemporaryFile("w+") as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin.write(given)
        stdin.seek(0)
        running = start(
            *arguments, folder=folder, environment=environment, module=module, stdin=stdin, stdout=out, stderr=err
        )
        try:
            code = running.wait(timeout)
        finally:
            running.kill()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read().decode(), err.read().decode())
