"""Hold WARC files in an S3-compatible object store, through fsspec.

Every method blocks, and raises OSError with a reason in one line, whatever the library raised. A store that does not
answer is given up after some 20 seconds.
"""

import contextlib
import datetime
import functools
import hashlib
import importlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from storage.distribution import install_extra

CHUNK = 8_000_000
"""Bytes that are held in memory of a file that is compared."""

_LIMITS = {"connect_timeout": 5, "read_timeout": 60, "retries": {"max_attempts": 2}}
_TRIES = 2


class StoredFile(NamedTuple):
    """A file in the store: its size in bytes, and when it was sent."""

    size: int
    sent_at: datetime.datetime


class ObjectStore:
    """WARC files under one address, ``s3://BUCKET/PREFIX``, by their names.

    ``options`` gives the keyword arguments of ``s3fs.S3FileSystem``. It is called at the first access, and may raise
    OSError where a secret is missing.
    """

    def __init__(self, url: str, options: Callable[[], Mapping[str, Any]]) -> None:
        self.url = url.rstrip("/")
        self._options = options
        self._root = self.url.removeprefix("s3://")

    @functools.cached_property
    def _files(self) -> Any:
        """Open the file system. Its listings are never cached: other processes send and delete files too."""
        try:
            library = importlib.import_module("s3fs")
        except ModuleNotFoundError as error:
            raise OSError(f"needs {error.name}: {install_extra('s3')}") from None
        options = dict(self._options())
        library.S3FileSystem.retries = _TRIES
        return library.S3FileSystem(
            **options, config_kwargs=_LIMITS, use_listings_cache=False, skip_instance_cache=True
        )

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Read a range of a file. It is shorter where the file ends; FileNotFoundError where there is none."""
        with self._errors():
            return bytes(self._files.cat_file(self._key(name), start=offset, end=offset + length))

    def sizes(self) -> dict[str, StoredFile]:
        """List all WARC files."""
        with self._errors():
            try:
                found = self._files.ls(self._root, detail=True)
            except FileNotFoundError:  # nothing was sent yet
                return {}
            return {
                str(entry["name"]).rpartition("/")[2]: StoredFile(int(entry["size"]), entry["LastModified"])
                for entry in found
                if str(entry["name"]).endswith(".warc.gz")
            }

    def has(self, name: str) -> bool:
        """Return whether a file is there."""
        with self._errors():
            return bool(self._files.exists(self._key(name)))

    def send(self, path: Path) -> None:
        """Send a file, and read it back: raises OSError unless every byte is there."""
        with self._errors():
            self._files.put_file(str(path), self._key(path.name))
        if self._digest(path.name, path.stat().st_size) != file_digest(path):
            raise OSError(f"{path.name} is not there as it was sent")

    def fetch(self, name: str, target: Path) -> None:
        """Copy a file from the store; the target is there only when it is whole."""
        part = target.with_name(target.name + ".part")
        with self._errors():
            self._files.get_file(self._key(name), str(part))
        part.rename(target)

    def delete(self, name: str) -> None:
        """Delete a file."""
        with self._errors(), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._key(name))

    def check(self) -> None:
        """Write, read and delete a small file. Raises OSError."""
        key, content = self._key("kiji-doctor.txt"), b"written by kiji doctor\n"
        with self._errors():
            self._files.pipe_file(key, content)
            is_same = self._files.cat_file(key) == content
            self._files.rm_file(key)
        if not is_same:
            raise OSError("what was written was not read")

    def _key(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _digest(self, name: str, size: int) -> str:
        digest = hashlib.sha256()
        for start in range(0, size, CHUNK):
            digest.update(self.read(name, start, CHUNK))
        return digest.hexdigest()

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:
            # The library raises its own errors, botocore's, aiohttp's and time-outs. Their texts hold no secret.
            words = " ".join(str(getattr(error, "strerror", None) or error or type(error).__name__).split())
            raise OSError(f"{self.url}: {words}"[:300]) from error


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
