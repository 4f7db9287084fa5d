"""Compare the installed libraries with the versions whose private parts we use.

A private part of a library may change with any version. Each library has one module of ours that uses its private
parts, and that module asks :func:`fits` first. With another version it uses the library's public API instead: slower or
with less, but right. ``kiji doctor`` lists the libraries for which that is so.
"""

import dataclasses
import functools
import importlib.metadata
import platform
import re

_RELEASE = re.compile(r"\d+(?:\.\d+)*")


@dataclasses.dataclass(frozen=True, slots=True)
class Supported:
    """A library's versions from ``first`` up to, but not including, ``below``; ``loss`` is what others cost."""

    first: str
    below: str
    loss: str


PYTHON = "Python"

SUPPORTED = {
    "scrapy": Supported("2.19", "2.20", "a host may be asked more slowly, answers' headers have no bound"),
    "twisted": Supported("26.10", "27", "answers' headers have no bound but the memory limit"),
    "datasette": Supported("0.65", "0.66", "kiji serve takes no SQL"),
    "procrastinate": Supported("3.5", "4", "a dead worker is missed after 45 s instead of 5"),
    PYTHON: Supported("3.11", "3.15", "each command waits 2 s for its worker processes"),
    "trafilatura": Supported("2.3.1", "2.4", "a page's text takes twice the CPU"),
}
"""The versions that our use of private parts was read and tested against, by distribution."""


@dataclasses.dataclass(frozen=True, slots=True)
class Unsupported:
    """A library that is installed in a version outside its range."""

    library: str
    version: str
    supported: Supported


@functools.cache
def fits(library: str) -> bool:
    """Tell whether the installed version of a library of :data:`SUPPORTED` is in its range.

    Raises PackageNotFoundError where it is not installed.
    """
    supported = SUPPORTED[library]
    return _numbers(supported.first) <= _numbers(_installed(library)) < _numbers(supported.below)


def unsupported_libraries() -> list[Unsupported]:
    """List the installed libraries that are used by their public API alone; those of extras may be missing."""
    unsupported = []
    for library, supported in SUPPORTED.items():
        try:
            if not fits(library):
                unsupported.append(Unsupported(library, _installed(library), supported))
        except importlib.metadata.PackageNotFoundError:
            continue
    return unsupported


def _installed(library: str) -> str:
    return platform.python_version() if library == PYTHON else importlib.metadata.version(library)


def _numbers(version: str) -> tuple[int, ...]:
    """Give the numbers of a version's release, without pre-release and local parts: 2.19.0rc1 is (2, 19, 0)."""
    release = _RELEASE.match(version)
    return tuple(int(number) for number in release[0].split(".")) if release else ()
