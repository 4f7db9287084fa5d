"""The Python that imports Kiji and forks each program that ``warm_python`` orders.

    python -P tests/support/warm_server.py DESCRIPTOR

It takes its orders from a socket: module, arguments, folder, environment, and the program's standard descriptors. It
imports nothing of the tests, so that an installation's Python can run it with the Kiji that is installed there.
"""

import atexit
import gc
import importlib
import json
import os
import re
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.workers.fork_server import preload_workers

PRELOADED = (
    *("pipelines.workers.process", "storage.writer.process", "pipelines.workers.preload"),
    *("crawler.cli", "crawler.crawl", "crawler.imports.run", "crawler.imports.progress", "crawler.imports.reread"),
    *("crawler.preview.trial", "crawler.preview.fetch_one", "crawler.workers.worker", "storage.database.job_queue"),
    *("storage.database.upgrade", "storage.tables.all", "storage.search.across", "alembic.command", "aiohttp.web"),
    *("crawler.middlewares.ssrf_guard", "crawler.middlewares.robots", "scrapy.utils._remote_control"),
    *("scrapy.core.downloader.handlers.http11", "scrapy.extensions.feedexport", "scrapy.extensions.telnet"),
    *("queuelib.rrqueue", "multiprocessing.popen_fork", "multiprocessing.popen_forkserver", "encodings.idna"),
    *("crawler.cli.application", "pydantic.type_adapter", "shellingham._core", "html.parser"),
    *("storage.web.server", "storage.web.plugin"),
)
"""What commands import when they are called, but for the modules of the commands and of Scrapy's settings."""

_CLASS = re.compile(r"(?:scrapy|crawler)(?:\.\w+)+\.[A-Z]\w+")


_READING = (["worker"], ["doctor"], ["sources"], ["crawl"])
"""Commands that would start their fork server beside threads, where it cannot be forked."""


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
    if order.get("session"):
        os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    arguments = order["arguments"]
    is_program = arguments[:1] == ["-c"]
    if arguments[2 * is_program : 2 * is_program + 1] in _READING:
        preload_workers()
    if is_program:
        sys.argv, sys.path[0] = ["-c", *arguments[2:]], ""
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(arguments[1], "<string>", "exec"), main.__dict__)  # noqa: S102 - the tests' own
    else:
        sys.argv, sys.path[0] = ["-m", *arguments], order.get("path", order["folder"])
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


def _modules_of_commands() -> Iterator[str]:
    """Name the modules of the commands, which are imported when a command is called."""
    for name, _ in importlib.import_module("crawler.cli.commands").COMMANDS.values():
        yield f"crawler.cli.{name}"


def _modules_of_scrapy() -> Iterator[str]:
    """Name what Scrapy imports when a crawl begins; not the reactor, which each process makes for itself."""
    names = ("scrapy.settings.default_settings", "crawler.settings")
    for value in (value for name in names for value in vars(importlib.import_module(name)).values()):
        for path in (*value, *value.values()) if isinstance(value, dict) else (value,):
            if isinstance(path, str) and _CLASS.fullmatch(path):
                yield path.rpartition(".")[0]


def main() -> None:
    """Import, and fork."""
    sys.path.insert(0, "")  # the place of each program's own folder
    for name in (*PRELOADED, *_modules_of_commands(), *_modules_of_scrapy()):
        importlib.import_module(name)
    statements = runpy.run_path(str(Path(__file__).with_name("shared_statements.py")))
    statements["share_compiled_statements"]()
    statements["compile_statements"]()
    gc.collect()
    gc.freeze()  # a collection in a fork would copy the memory of all that was imported
    control = socket.socket(fileno=int(sys.argv[1]))
    order = _fork_as_ordered(control)
    if order is not None:
        _end(_code_of(order))


if __name__ == "__main__":
    main()
