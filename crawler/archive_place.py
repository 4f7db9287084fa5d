"""Find the place of the raw archive in a config: its folder, and the object store for complete files."""

import functools
from typing import Any

from crawler.config.models import Config
from crawler.config.secrets import SecretMissing, read_secret
from crawler.config.tables import Archive
from crawler.plan import kept_folder
from pipelines.warc.object_store import ObjectStore
from pipelines.warc.place import ArchivePlace


def archive_place(config: Config, url: str) -> ArchivePlace | None:
    """Return the place of the raw archive; None if it is off."""
    return kept_place(config, url) if config.archive.enabled else None


def kept_place(config: Config, url: str) -> ArchivePlace:
    """Return the place of the raw archive, on or off: its folder, and its object store if there is one."""
    folder = kept_folder(config, url)
    archive = config.archive
    if not archive.remote:
        return ArchivePlace(folder)
    return ArchivePlace(folder, ObjectStore(archive.remote, functools.partial(_store_options, archive)))


def _store_options(archive: Archive) -> dict[str, Any]:
    """Return the arguments of ``s3fs.S3FileSystem``. Raises OSError where a secret cannot be read."""
    try:
        options = {"key": read_secret(archive.key_id), "secret": read_secret(archive.secret)}
    except SecretMissing as missing:
        raise OSError(f"[archive] {missing}") from None
    options["endpoint_url"] = archive.endpoint
    given: dict[str, Any] = {name: value for name, value in options.items() if value}
    return given | ({"client_kwargs": {"region_name": archive.region}} if archive.region else {})
