"""Handle output that cannot be written: a closed pipe, a full disk."""

import io
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing takes as long to import as the rest of a start
    from typing import Any, TextIO


class ReaderGone(Exception):
    """The reader of stdout, such as head, has closed it.

    No OSError, since libraries catch those.
    """


class OutputFailed(Exception):
    """Stdout cannot be written to, with the reason."""


class _Output(io.FileIO):
    """A standard stream. With ``goes_on`` an error drops the output instead of being raised."""

    goes_on = False
    failure: OSError | None = None

    def write(self, data: "Any") -> int:
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
    """Let stdout raise ReaderGone or OutputFailed, and stderr drop output."""
    out, errors = sys.stdout, sys.stderr
    if out is not None and out is sys.__stdout__:
        raw, sys.stdout = _watched(out)
        _stdout[:] = [raw]
    if errors is not None and errors is sys.__stderr__:
        raw, sys.stderr = _watched(errors)
        raw.goes_on = True


def drop_output() -> None:
    """Drop output that cannot be written from now on, even in the last flush."""
    for raw in _stdout:
        raw.goes_on = True


def lost_output() -> str:
    """Return why output was dropped; "" if none was, or if its reader closed it."""
    failures = [raw.failure for raw in _stdout if raw.failure is not None]
    return "".join(f"stdout: {error.strerror}" for error in failures if not isinstance(error, BrokenPipeError))


def _watched(stream: "Any") -> "tuple[_Output, TextIO]":
    stream.flush()
    raw = _Output(stream.fileno(), "wb", closefd=False)
    by_lines = stream.line_buffering or stream.write_through
    text = io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=stream.encoding, errors=stream.errors, line_buffering=by_lines
    )
    return raw, text
