"""The config, ``kiji.toml``: read whole and checked whole before the first request."""

import datetime
import functools
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from crawler.config import validators as config_values
from crawler.config.errors import ConfigError, problems_of, shown
from crawler.config.quantities import duration, size
from crawler.config.url_parameters import Parameters, rules_of
from crawler.hosts import host_and_port, host_of, slot_of
from crawler.sanitize import inert
from crawler.user_agent import default_user_agent, names_a_contact, robots_token
from pipelines.addresses.parameters import ParameterRules
from storage.schedule import POLL_MAX, POLL_MIN, REREADS, Rhythm

__all__ = ["Alerts", "Archive", "Config", "ConfigError", "Crawl", "Database", "Source", "load_config"]

#: A config of a hundred thousand sources takes some 20 MB; more than this is not a config.
MAX_BYTES = 64_000_000
_LARGEST = 1_000_000_000

_Strings = Field(strict=False)  # a list in TOML, a tuple here; what is in it is checked strictly
_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Interval = Annotated[datetime.timedelta, BeforeValidator(config_values.interval)]
_Intervals = Annotated[tuple[_Interval, ...], Field(strict=False, max_length=20), AfterValidator(config_values.growing)]
_WebAddress = Annotated[str, AfterValidator(config_values.web_address)]
_AlertAddress = Annotated[str, Field(max_length=2_000), AfterValidator(config_values.alert_address)]


class _Table(BaseModel):
    """A table of the file: types are taken as TOML gives them, unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Database(_Table):
    """``[database]``: where everything is stored, as an SQLAlchemy URL."""

    url: Annotated[str, AfterValidator(config_values.database_url)] = Field(default="sqlite:///kiji.db", repr=False)


class Crawl(_Table):
    """``[crawl]``: what holds for sources that do not say otherwise. ``delay`` in seconds; ``timezone`` is IANA's."""

    user_agent: Annotated[str, Field(min_length=1, max_length=300), AfterValidator(config_values.user_agent)] = Field(
        default_factory=default_user_agent
    )
    delay: _Seconds = 1.0
    timezone: Annotated[str, AfterValidator(config_values.time_zone)] = "Asia/Tokyo"
    poll_min: _Interval = POLL_MIN
    poll_max: _Interval = POLL_MAX
    rereads: _Intervals = REREADS
    max_age: _Interval | None = None

    @property
    def names_a_contact(self) -> bool:
        """Whether the operator can be reached by what the user agent says."""
        return names_a_contact(self.user_agent)

    @property
    def robots_token(self) -> str:
        """The name by which robots.txt addresses us."""
        return robots_token(self.user_agent)


class Archive(_Table):
    """``[archive]``: article pages as they were fetched, in WARC files. "" for ``path``: beside the database."""

    enabled: bool = True
    path: Annotated[str, Field(max_length=4_000)] = ""
    max_file: Annotated[str, AfterValidator(config_values.size_text)] = "1 GB"
    max_age: Annotated[str, AfterValidator(config_values.duration_text)] = ""
    max_size: Annotated[str, AfterValidator(config_values.size_text)] = ""

    @property
    def file_bytes(self) -> int:
        """Bytes of one file."""
        return size(self.max_file or "1 GB")

    @property
    def age_limit(self) -> datetime.timedelta | None:
        """How long a page is kept, None for ever."""
        return duration(self.max_age) if self.max_age else None

    @property
    def size_limit(self) -> int | None:
        """Bytes of all files together, None for no limit."""
        return size(self.max_size) if self.max_size else None


class Alerts(_Table):
    """``[alerts]``: whom to tell when a source's state changes (Apprise's addresses), and what a crawl's end pings."""

    urls: Annotated[
        tuple[Annotated[str, Field(max_length=2_000), AfterValidator(config_values.alert_address)], ...], _Strings
    ] = Field(default=(), repr=False)
    ping: Annotated[str, AfterValidator(config_values.ping_address)] = Field(default="", repr=False)


_NO_CRAWL = Crawl()


class Source(_Table):
    """``[[source]]``: one site as the operator wants it crawled. ``hosts`` come normalised."""

    name: Annotated[str, AfterValidator(config_values.source_name)]
    start: Annotated[
        tuple[Annotated[str, AfterValidator(config_values.web_address)], ...], Field(min_length=1), _Strings
    ]
    hosts: Annotated[tuple[Annotated[str, AfterValidator(config_values.host_name)], ...], _Strings] = ()
    follow: Literal["related", "site", "none"] = "related"
    depth: Annotated[int, Field(ge=0, le=_LARGEST)] = 3
    max_pages: Annotated[int, Field(ge=1, le=_LARGEST)] = 2000
    delay: _Seconds | None = None
    allow_private_addresses: bool = False
    enabled: bool = True
    poll_min: _Interval | None = None
    poll_max: _Interval | None = None
    rereads: _Intervals | None = None
    max_age: _Interval | None = None
    parameters: Parameters = Field(default_factory=Parameters)
    _crawl: Crawl = PrivateAttr(default=_NO_CRAWL)
    _rules: ParameterRules | None = PrivateAttr(default=None)

    @property
    def effective_delay(self) -> float:
        """Seconds between requests to one host: this source's own, else ``[crawl]``'s."""
        return self._crawl.delay if self.delay is None else self.delay

    @property
    def rhythm(self) -> Rhythm:
        """How often it is asked, and how old its articles may be: by its own word, else by ``[crawl]``'s."""
        crawl = self._crawl
        return Rhythm(
            poll_min=self.poll_min or crawl.poll_min,
            poll_max=self.poll_max or crawl.poll_max,
            rereads=crawl.rereads if self.rereads is None else self.rereads,
            max_age=self.max_age or crawl.max_age,
        )

    @property
    def start_hosts(self) -> tuple[str, ...]:
        """The hosts of the start pages, normalised, without ports."""
        return tuple(dict.fromkeys(map(host_of, self.start)))

    @property
    def private_hosts(self) -> tuple[str, ...]:
        """``host:port`` of every start page, if this source may reach private addresses; for the address guard."""
        return tuple(dict.fromkeys(map(host_and_port, self.start))) if self.allow_private_addresses else ()

    @property
    def parameter_rules(self) -> ParameterRules | None:
        """Which parameters of addresses count, by what all sources of the config say."""
        return self._rules

    def inheriting(self, crawl: Crawl, rules: ParameterRules | None) -> Self:
        """The same source under a ``[crawl]``, and beside sources that make these rules."""
        copy = self.model_copy()
        copy._crawl, copy._rules = crawl, rules
        return copy


class Config(_Table):
    """The whole config. ``sources`` is the file's ``[[source]]``, in its order."""

    database: Database = Field(default_factory=Database)
    crawl: Crawl = Field(default_factory=Crawl)
    archive: Archive = Field(default_factory=Archive)
    alerts: Alerts = Field(default_factory=Alerts)
    sources: Annotated[tuple[Source, ...], _Strings, Field(alias="source")] = ()
    _rules: ParameterRules | None = PrivateAttr(default=None)
    _by_name: dict[str, Source] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _hand_down(self) -> Self:
        self._rules = rules_of(self.sources)
        inherited = tuple(source.inheriting(self.crawl, self._rules) for source in self.sources)
        object.__setattr__(self, "sources", inherited)
        self._by_name = {source.name: source for source in reversed(inherited)}
        return self

    @property
    def parameter_rules(self) -> ParameterRules | None:
        """Which parameters of addresses count on which sites, None where no source says anything of it."""
        return self._rules

    @property
    def enabled_sources(self) -> tuple[Source, ...]:
        """Those that are crawled without being named, and whose health is looked after."""
        return tuple(source for source in self.sources if source.enabled)

    def source(self, name: str) -> Source | None:
        """The source of that name, or None."""
        return self._by_name.get(name)

    @functools.cached_property
    def host_delays(self) -> Mapping[str, float]:
        """The delay of each host that sources name, by its slot: the slowest, whichever of them is crawled."""
        return host_delays(self.sources)


def host_delays(sources: Iterable[Source]) -> dict[str, float]:
    """As ``Config.host_delays``, of these sources."""
    delays: dict[str, float] = {}
    for source in sources:
        for slot in (*map(slot_of, source.start), *source.hosts):
            delays[slot] = max(source.effective_delay, delays.get(slot, 0.0))
    return delays


def load_config(path: Path | None) -> Config:
    """The config in a file; without a path the defaults, with no sources.

    Raises :class:`ConfigError` with one line for each mistake.
    """
    if path is None:
        return Config()
    file = str(path) if str(path).isprintable() else shown(str(path))
    return config_of(_text(path, file), file)


def config_of(text: str, file: str) -> Config:
    """The config that a text holds; ``file`` names it in what :class:`ConfigError` says."""
    data = _parsed(text, file)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(problems_of(error, data, file)) from None
    problems = [*_names_given_twice(config, file), *_crossed_bounds(config, file)]
    if problems:
        raise ConfigError(problems)
    return config


def _text(path: Path, file: str) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([f"{file}: cannot be read: {error.strerror or error}"]) from None
    except ValueError as error:
        raise ConfigError([f"{file}: not a file's name: {error}"]) from None
    if len(content) > MAX_BYTES:
        raise ConfigError([f"{file}: larger than {MAX_BYTES:,} bytes; a config in TOML is expected"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{file}: line {line} is not UTF-8; a config in TOML, in UTF-8, is expected"]) from None


def _parsed(text: str, file: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = inert(str(error))
        raise ConfigError([f"{file}: not valid TOML: {said[:300]}"]) from None
    except ValueError as error:  # a whole number of more than 4,300 digits
        raise ConfigError([f"{file}: a value in it cannot be read: {str(error)[:300]}"]) from None
    except RecursionError:
        raise ConfigError([f"{file}: not a config: its values are nested too deeply"]) from None


def _crossed_bounds(config: Config, file: str) -> list[str]:
    told = [("crawl", config.crawl.poll_min, config.crawl.poll_max)] + [
        (f"source[{number}] {shown(source.name)}", source.rhythm.poll_min, source.rhythm.poll_max)
        for number, source in enumerate(config.sources, 1)
    ]
    return [
        f"{file}: {where}.poll_min: {least} is not allowed; allowed: no more than poll_max, which is {most}"
        for where, least, most in told
        if least > most
    ]


def _names_given_twice(config: Config, file: str) -> list[str]:
    first: dict[str, int] = {}
    problems = []
    for number, source in enumerate(config.sources, 1):
        if source.name in first:
            problems.append(
                f"{file}: source[{number}] {shown(source.name)}.name: given already to source[{first[source.name]}]; "
                "allowed: each name once"
            )
        first.setdefault(source.name, number)
    return problems
