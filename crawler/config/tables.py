"""Declare the tables of ``kiji.toml`` that are not about crawling: database, raw archive, alerts, rules."""

import datetime

from pydantic import BaseModel, ConfigDict, Field

from crawler.config.quantities import parse_duration, parse_size
from crawler.config.value_types import (
    Age,
    AlertAddresses,
    DatabaseUrl,
    Folder,
    Interval,
    KeyPlace,
    Number,
    PingAddress,
    Program,
    Region,
    RulesFolder,
    Size,
    StoreAddress,
)


class ConfigTable(BaseModel):
    """A table of the file. Types are strict, and unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Database(ConfigTable):
    """``[database]``: the database as an SQLAlchemy URL."""

    url: DatabaseUrl = Field(
        default="sqlite:///kiji.db", repr=False, description="where everything is stored: an SQLite file, or PostgreSQL"
    )


class Archive(ConfigTable):
    """``[archive]``: the raw archive of WARC files.

    An empty ``path`` means beside the database.
    """

    enabled: bool = Field(default=True, description="keep fetched article pages in WARC files, for kiji reread")
    path: Folder = Field(
        default="",
        description='the folder; "" for kiji.warc beside kiji.db, or with PostgreSQL NAME.warc in the current folder',
    )
    max_file: Size = Field(
        default="1 GB", description="the size at which a new file begins; a new one also begins every day (UTC)"
    )
    max_age: Age = Field(default="", examples=["365d"], description="how long pages are kept")
    max_size: Size = Field(
        default="", examples=["50 GB"], description="the size of all files together: the oldest are deleted first"
    )

    remote: StoreAddress = Field(
        default="",
        examples=["s3://bucket/kiji"],
        description="an S3-compatible object store, where files of earlier days are moved to after each crawl; needs "
        "the extra s3",
    )
    endpoint: PingAddress = Field(
        default="", examples=["https://s3.example"], description="the store's address; \"\" for Amazon's"
    )
    region: Region = Field(default="", examples=["eu-central-1"], description="the store's region, if it wants one")
    key_id: KeyPlace = Field(
        default="",
        examples=["env:KIJI_S3_KEY_ID"],
        description="the store's access key id; without it and secret those that Amazon's own tools would use",
    )
    secret: KeyPlace = Field(
        default="", examples=["file:/etc/kiji/s3-secret"], description="the secret access key of key_id"
    )

    @property
    def file_bytes(self) -> int:
        """Return the size limit of one file, in bytes."""
        return parse_size(self.max_file or "1 GB")

    @property
    def age_limit(self) -> datetime.timedelta | None:
        """Return how long a page is kept; None for ever."""
        return parse_duration(self.max_age) if self.max_age else None

    @property
    def size_limit(self) -> int | None:
        """Return the limit of all files together, in bytes; None for no limit."""
        return parse_size(self.max_size) if self.max_size else None


class Stories(ConfigTable):
    """``[stories]``."""

    enabled: bool = Field(
        default=True,
        description="group articles about one event at the end of each run; after it was off, `kiji db stories` groups"
        " what was stored meanwhile",
    )


class Browser(ConfigTable):
    """``[browser]``: how pages are rendered for sources with ``render``.

    ``max_characters`` is no key: more than a page's size limit is not read anyway.
    """

    path: Program = Field(
        default="", examples=["/usr/bin/chromium"], description='the program; "" for a Chromium or Chrome on the PATH'
    )
    timeout: Interval = Field(
        default=datetime.timedelta(seconds=30), description="the longest time for one page, its scripts included"
    )
    memory: Size = Field(default="1.5 GB", description="the memory at which the browser is killed")
    max_requests: Number = Field(default=200, description="the maximum number of requests that one page makes")
    max_hosts: Number = Field(default=30, description="the maximum number of hosts that one page asks")
    sandbox: bool = Field(
        default=True, description="Chromium's sandbox; false only where it cannot run, such as for root"
    )

    @property
    def memory_bytes(self) -> int:
        """Return the limit of memory in bytes."""
        return parse_size(self.memory or "1.5 GB")

    @property
    def max_characters(self) -> int:
        """Return the length at which a rendered page is given up: a longer one is not read."""
        return 5_000_000


class Signatures(ConfigTable):
    """``[signatures]``: a key by which servers know who crawls."""

    key: KeyPlace = Field(
        default="",
        examples=["file:bot-key.pem"],
        description="a private Ed25519 key in PEM, by which every request is signed (RFC 9421, Web Bot Auth); needs "
        "the extra signatures",
    )
    agent: PingAddress = Field(
        default="",
        examples=["https://bot.example"],
        description="your site, which serves the public key; kiji signature prints what to serve",
    )


class WebSub(ConfigTable):
    """``[websub]``: feeds whose hub reports news."""

    callback: PingAddress = Field(
        default="",
        examples=["https://kiji.example"],
        description="the public address of kiji serve: it then subscribes at the hubs that feeds name (WebSub), and a "
        "report of news makes the source due",
    )

    @property
    def prefix(self) -> str:
        """Return the address under which hubs deliver, with a slash at its end; "" if it is off."""
        return f"{self.callback.rstrip('/')}/websub/" if self.callback else ""


class Alerts(ConfigTable):
    """``[alerts]``: Apprise addresses for changes of states, and an address to ping."""

    urls: AlertAddresses = Field(
        default=(),
        repr=False,
        examples=[["mailto://user:password@example.com"]],
        description="Apprise addresses for alerts when a source's state changes; needs the extra alerts",
    )
    ping: PingAddress = Field(
        default="",
        repr=False,
        examples=["https://ping.example/ID"],
        description="a dead-man's switch: gets a POST at every crawl's end, with /fail added if the crawl failed",
    )


class Rules(ConfigTable):
    """``[rules]``: the operator's own rules of extraction."""

    path: RulesFolder = Field(
        default="",
        examples=["my-rules"],
        description="a folder of TOML files that are merged over the packaged rules; see docs/extending.md",
    )
