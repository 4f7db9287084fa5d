"""What becomes of output that nobody takes: a pipe whose reader has gone, a disk that is full."""

import io
import sys
from typing import Any, TextIO


class ReaderGone(Exception):
    """Whoever read stdout, such as head, has seen enough. No OSError: libraries turn those into an end of their own."""


class OutputFailed(Exception):
    """Stdout takes nothing more, and why."""


class _Output(io.FileIO):
    """A standard stream. ``goes_on`` says that what cannot be written is dropped instead of raised."""

    goes_on = False
    failure: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.failure = error
            if self.goes_on:
                return memoryview(data).nbytes
            if isinstance(error, BrokenPipeError):
                raise ReaderGone from error
            raise OutputFailed(f"stdout: {error.strerror}") from error


_stdout: list[_Output] = []


def watch_streams() -> None:
    """Have stdout raise ReaderGone or OutputFailed, and stderr drop what nobody takes: logs must not end a crawl."""
    out, errors = sys.stdout, sys.stderr
    if out is not None and out is sys.__stdout__:
        raw, sys.stdout = _watched(out)
        _stdout[:] = [raw]
    if errors is not None and errors is sys.__stderr__:
        raw, sys.stderr = _watched(errors)
        raw.goes_on = True


def drop_output() -> None:
    """From now on drop what nobody takes: what is done must not end with it, and the interpreter flushes at its end."""
    for raw in _stdout:
        raw.goes_on = True


def lost_output() -> str:
    """Why output was dropped, "" where none was, or only since its reader has gone."""
    failures = [raw.failure for raw in _stdout if raw.failure is not None]
    return "".join(f"stdout: {error.strerror}" for error in failures if not isinstance(error, BrokenPipeError))


def _watched(stream: Any) -> tuple[_Output, TextIO]:
    stream.flush()
    raw = _Output(stream.fileno(), "wb", closefd=False)
    by_lines = stream.line_buffering or stream.write_through
    text = io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=stream.encoding, errors=stream.errors, line_buffering=by_lines
    )
    return raw, text
