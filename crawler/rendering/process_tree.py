"""Measure and kill a process with all that it has started, by Linux's ``/proc``."""

import contextlib
import os
import signal
from collections.abc import Collection
from pathlib import Path

_PROC = Path("/proc")
_ROUNDS = 10


def descendants(root: int) -> set[int]:
    """Return the ids of a process and of everything below it; the process alone where there is no ``/proc``."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name, in brackets, may hold anything: the fields after it count.
            children.setdefault(int(entry.read_text(errors="replace").rpartition(")")[2].split()[1]), []).append(
                int(entry.parent.name)
            )
    tree, waiting = set(), [root]
    while waiting:
        process = waiting.pop()
        if process not in tree:
            tree.add(process)
            waiting += children.get(process, [])
    return tree


def memory_of(processes: Collection[int]) -> int:
    """Return the bytes of memory that these processes hold for themselves: no files, and shared pages once."""
    return sum(_own_memory(process) for process in processes)


def _own_memory(process: int) -> int:
    total = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in (_PROC / str(process) / "status").read_text(errors="replace").splitlines():
            if line.startswith(("RssAnon:", "VmSwap:")):
                total += int(line.split()[1]) * 1024
    return total


def kill_tree(root: int) -> None:
    """Kill a process and everything below it. What it starts meanwhile dies too: all are stopped before they die."""
    tree: set[int] = set()
    for _ in range(_ROUNDS):
        new = descendants(root) - tree
        if not new:
            break
        _signal(new, signal.SIGSTOP)
        tree |= new
    _signal(tree | {root}, signal.SIGKILL)


def _signal(processes: Collection[int], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, number)
