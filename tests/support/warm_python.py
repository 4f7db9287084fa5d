"""Programs in processes of their own that start in milliseconds: forks of a Python that has imported Kiji already.

A cold start of ``kiji crawl`` takes four seconds of CPU, of which its imports and those of its fork server are nearly
all. Here both are forked from one process without threads, which has imported what they import and has done nothing
else; the rest is as in a process of its own: arguments, environment, working folder, descriptors, ``__main__``,
signals. What a start itself may get wrong is tested where ``cold_kiji`` or ``sys.executable`` is started: each command
that reads pages is, and workers, servers and the line for cron are.

Kept for its CPU: five crawls of the sample sites take 3.6 s each with it, the start of this process included, and 8.1
without; five of ``kiji runs`` 1.3 and 2.2 (2 cores, 2026-11-30). The tests start them at some 220 places.
"""

import atexit
import functools
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import types
from collections.abc import Mapping, Sequence
from multiprocessing import util
from pathlib import Path
from typing import IO, Any

from pipelines.workers.fork_server import preload_workers

ROOT = Path(__file__).parents[2]
PRELOADED = (
    *("pipelines.workers.process", "storage.writer.process", "pipelines.workers.preload"),
    *("crawler.cli", "crawler.crawl", "crawler.imports.run", "crawler.imports.progress", "crawler.imports.reread"),
    *(
        "crawler.preview.trial",
        "crawler.workers.worker",
        "storage.database.job_queue",
        "storage.database.upgrade",
        "alembic.command",
    ),
    # What Scrapy imports when a crawl begins; not the reactor, which each process makes for itself.
    *(
        "crawler.middlewares.ssrf_guard",
        "crawler.middlewares.robots",
        "aiohttp.web",
        "scrapy.core.downloader.handlers.http11",
    ),
    *("scrapy.extensions.feedexport", "scrapy.extensions.telnet", "scrapy.downloadermiddlewares.robotstxt"),
)


class Running:
    """A program that was started; what :class:`subprocess.Popen` is, as far as the tests ask."""

    def __init__(self, arguments: Sequence[str], told: socket.socket) -> None:
        self.arguments = arguments
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


class _Server:
    """The Python from which programs are forked, one for all tests of this process."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm_python", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        theirs.close()
        atexit.register(self._close)

    def _close(self) -> None:
        self._control.close()
        self._process.wait(30)

    def start(self, order: dict[str, Any], files: Sequence[IO[Any]]) -> Running:
        """Fork, and let the fork run."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            descriptors = [*(file.fileno() for file in files), theirs.fileno()]
            socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
        return Running(order["arguments"], ours)


_server = functools.cache(_Server)


def start(
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str],
    module: str = "crawler",
    stdin: IO[Any] | None = None,
    stdout: IO[Any] | None = None,
    stderr: IO[Any] | None = None,
) -> Running:
    """Start ``python -m module``, or the program whose text follows a first ``-c``; no file is the null device."""
    order = {"module": module, "arguments": arguments, "folder": str(folder), "environment": dict(environment)}
    with Path(os.devnull).open("r+b") as nothing:
        return _server().start(order, [stdin or nothing, stdout or nothing, stderr or nothing])


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


def _fork_as_ordered(control: socket.socket) -> dict[str, Any] | None:
    """Fork a process for each order, and tell its id and how it ended. Returns in the forks, and at the end (None)."""
    ended, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes.fileno())
    running: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is ended:
                    ended.recv(4096)
                    _tell_who_ended(running)
                    continue
                message, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 4)
                if not message:
                    return None
                order: dict[str, Any] = json.loads(message)
                pid = os.fork()
                if not pid:
                    _take(descriptors)
                    return order
                running[pid] = socket.socket(fileno=descriptors.pop())
                for descriptor in descriptors:
                    os.close(descriptor)
                _tell(running[pid], pid)


def _take(descriptors: Sequence[int]) -> None:
    """Be a process with these standard descriptors and no others, and with no signal handlers."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    _close_all_but(0, 1, 2)


def _tell_who_ended(running: dict[int, socket.socket]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with running.pop(pid) as told:
            _tell(told, os.waitstatus_to_exitcode(status))


def _tell(told: socket.socket, number: int) -> None:
    try:
        told.send(json.dumps(number).encode())
    except BrokenPipeError:
        return  # the test has gone on without waiting for the end


def _close_all_but(*kept: int) -> None:
    low = 0
    for descriptor in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        if low < descriptor:  # of an empty range, close_range(2) is asked to close everything
            os.closerange(low, descriptor)
        low = descriptor + 1


def _run(order: dict[str, Any]) -> None:
    """Be the program."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    util.spawnv_passfds = _fork_instead  # type: ignore[assignment]  # of what the forks ask
    arguments = order["arguments"]
    if arguments[:1] == ["-c"]:
        sys.argv, sys.path[0] = ["-c", *arguments[2:]], ""
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(arguments[1], "<string>", "exec"), main.__dict__)  # noqa: S102 - the tests' own
    else:
        sys.argv, sys.path[0] = ["-m", *arguments], order["folder"]
        if arguments[:1] in (["worker"], ["doctor"], ["sources"], ["crawl"]):  # they would start it beside threads
            preload_workers()
        runpy.run_module(order["module"], run_name="__main__", alter_sys=True)


def _code_of(order: dict[str, Any]) -> int:
    """Run the program; what it raises is told, and becomes a code, as Python does it."""
    try:
        _run(order)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException as error:  # noqa: BLE001 - as above
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0


def _end(code: int) -> None:
    """End as an interpreter does, but for its last step: taking down what was imported copies all its memory, 0.4 s."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


_spawn = util.spawnv_passfds


def _fork_instead(path: bytes, arguments: Sequence[Any], kept: Sequence[int]) -> int:
    """Start multiprocessing's servers, ``python … -c TEXT``, as a fork, too: they import what is here already."""
    if arguments[-2] != "-c" or threading.active_count() > 1:
        return _spawn(path, arguments, kept)
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            _close_all_but(0, 1, 2, *kept)
            exec(arguments[-1], {"__name__": "__main__"})  # noqa: S102 - multiprocessing's own
            code = 0
        except SystemExit:
            code = 0
        except BaseException as error:  # noqa: BLE001 - as the end of an interpreter does
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            os._exit(code)
    return pid


def main() -> None:
    """Import, and fork."""
    for name in PRELOADED:
        importlib.import_module(name)
    control = socket.socket(fileno=int(sys.argv[1]))
    order = _fork_as_ordered(control)
    if order is not None:
        _end(_code_of(order))


if __name__ == "__main__":
    main()
