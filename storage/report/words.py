"""Look up the report's labels in Japanese, English or both."""

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

Labels = Literal["ja", "en", "both"]
LABELS: tuple[Labels, ...] = get_args(Labels)


@functools.cache
def _loaded() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = tomllib.loads(
        Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    )
    return loaded


class Words:
    """Labels by their keys, from ``words.toml``. Raises KeyError."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels

    def __getitem__(self, key: str) -> str:
        entry = _loaded()[key]
        return f"{entry['ja']} {entry['en']}" if self.labels == "both" else entry[self.labels]

    def pair(self, key: str, values: Mapping[str, str] | None = None) -> tuple[str, str]:
        """Give a label in Japanese and in English, "" where one is not wanted."""
        entry = _loaded()[key]
        ja, en = (entry[language].format_map(values) if values else entry[language] for language in ("ja", "en"))
        return (ja if self.labels != "en" else "", en if self.labels != "ja" else "")
