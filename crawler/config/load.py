"""Read and check a whole config file, before the first request."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from crawler.config.errors import ConfigError, problems_of, shown
from crawler.config.models import Config
from crawler.sanitize import sanitize_line

#: The maximum size of a config. One of a hundred thousand sources takes some 20 MB.
MAX_BYTES = 64_000_000


def load_config(path: Path | None) -> Config:
    """Load the config of a file; without a path, the defaults without sources.

    Raises :class:`ConfigError` with one line for each mistake.
    """
    if path is None:
        return Config()
    file = str(path) if str(path).isprintable() else shown(str(path))
    return config_of(_text(path, file), file)


def config_of(text: str, file: str) -> Config:
    """Parse a config; ``file`` is its name in messages of :class:`ConfigError`."""
    data = _parsed(text, file)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(problems_of(error, data, file, Config)) from None
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
        message = sanitize_line(str(error))
        raise ConfigError([f"{file}: not valid TOML: {message[:300]}"]) from None
    except ValueError as error:  # a whole number of more than 4,300 digits
        raise ConfigError([f"{file}: a value in it cannot be read: {str(error)[:300]}"]) from None
    except RecursionError:
        raise ConfigError([f"{file}: not a config: its values are nested too deeply"]) from None


def _crossed_bounds(config: Config, file: str) -> list[str]:
    intervals = [("crawl", config.crawl.poll_min, config.crawl.poll_max)] + [
        (f"source[{number}] {shown(source.name)}", source.rhythm.poll_min, source.rhythm.poll_max)
        for number, source in enumerate(config.sources, 1)
    ]
    return [
        f"{file}: {where}.poll_min: {least} is not allowed; allowed: no more than poll_max, which is {most}"
        for where, least, most in intervals
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
