"""Replace files whole or not at all."""

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replace_file(path: Path, mode: int | None = None) -> Iterator[Path]:
    """Give a temporary file that replaces the target if no error is raised.

    Whoever has the old file open keeps reading it. What writers left that were killed is removed first. A symbolic link
    stays one, to the new file. Into a pipe or a character device (``/dev/stdout``) the whole is written at the end.
    Raises OSError where the target is something else that is no file.
    """
    if _takes_a_stream(path):
        with _streaming(path) as partial:
            yield partial
        return
    target = path.resolve()
    _sweep(target)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    try:
        yield partial
        if mode is not None:
            partial.chmod(mode)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _takes_a_stream(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return True
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "neither a file nor a pipe", str(path))
    return False


@contextlib.contextmanager
def _streaming(path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kiji-") as folder:
        whole = Path(folder) / (path.name or "whole")
        yield whole
        with whole.open("rb") as file, path.open("wb") as stream:
            shutil.copyfileobj(file, stream)


def _sweep(path: Path) -> None:
    for left in path.parent.glob(f".{path.name}.*.partial"):
        pid = left.suffixes[-2].lstrip(".")
        if pid.isdigit() and not _alive(int(pid)):
            left.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
