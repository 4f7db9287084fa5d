"""Count what a search finds by day, month or year: ``kiji search --by``."""

import json
import sys
from collections.abc import Mapping

from crawler.cli.output import counted
from crawler.config.errors import ConfigError
from storage.api import PERIODS, Period


def period(name: str | None) -> Period | None:
    """Check ``--by``. Raises ConfigError."""
    known = next((each for each in PERIODS if each == name), None)
    if name is not None and known is None:
        raise ConfigError([f'--by: "{name}" is no period; allowed: {", ".join(PERIODS)}'])
    return known


def print_timeline(asked: str, counted_articles: Mapping[tuple[str, str], int], by: Period, *, as_json: bool) -> None:
    """Print a line for each local period with articles, and how many are in each language."""
    counts = sorted(counted_articles.items())
    total = sum(number for _, number in counts)
    if as_json:
        rows = [{by: when, "language": language, "articles": number} for (when, language), number in counts]
        sys.stdout.write(json.dumps({"query": asked, "total": total, "rows": rows}, ensure_ascii=False) + "\n")
        return
    periods: dict[str, dict[str, int]] = {}
    for (when, language), number in counts:
        periods.setdefault(when, {})[language] = number
    for when, numbers in periods.items():
        languages = ", ".join(f"{number} {language}" for language, number in numbers.items())
        sys.stdout.write(f"{when}  {sum(numbers.values()):>6}  {languages}\n")
    sys.stdout.write(f"{counted(total, 'article')}\n")
