"""Build the rules of query parameters from ``[[source]] parameters``."""

import re
from typing import Annotated, Protocol, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pipelines.addresses.normalize import registered_domain
from pipelines.addresses.parameters import ParameterRules, SiteParameters

_NAME = re.compile(r"[^\s&=#?*]{1,100}\*?\Z|\*\Z")


def _parameter(value: str) -> str:
    if not _NAME.match(value):
        raise ValueError("not a parameter's name")
    return value.lower()


_Names = Annotated[tuple[Annotated[str, AfterValidator(_parameter)], ...], Field(strict=False, max_length=200)]


class Parameters(BaseModel):
    """Names in lower case. A final ``*`` matches any ending. ``keep`` beats ``drop``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    keep: _Names = ()
    drop: _Names = ()

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        both = sorted(set(self.keep) & set(self.drop))
        if both:
            raise ValueError(f"{both[0]} is both kept and dropped")
        return self


class Site(Protocol):
    """A source, as far as the rules need it."""

    @property
    def start(self) -> tuple[str, ...]: ...  # noqa: D102 - as in crawler.config.models.Source

    @property
    def start_hosts(self) -> tuple[str, ...]: ...  # noqa: D102 - the same

    @property
    def hosts(self) -> tuple[str, ...]: ...  # noqa: D102 - the same

    @property
    def parameters(self) -> Parameters: ...  # noqa: D102 - the same


def rules_of(sources: tuple[Site, ...]) -> ParameterRules | None:
    """Make the rules of all sources together, so that an address has one key.

    Returns None if there are none.
    """
    sites = [
        SiteParameters(
            frozenset(source.start_hosts) | frozenset(source.hosts) | frozenset(map(registered_domain, source.start)),
            source.parameters.keep,
            source.parameters.drop,
        )
        for source in sources
        if source.parameters.keep or source.parameters.drop
    ]
    return ParameterRules(sites) if sites else None
