"""Say how a crawl ended."""

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.monitoring.led_nowhere import LedNowhere
    from storage.writer.runs import SourceAccount


@dataclasses.dataclass(frozen=True, slots=True)
class CrawlReport:
    """How a crawl ended.

    ``record`` is the run's record as in JSON, ``accounts`` has the counts of each source, ``signal`` is the number of
    the signal that stopped the crawl, or 0. ``led_nowhere`` are the sources whose articles led to no other.
    """

    record: dict[str, Any]
    accounts: "list[SourceAccount]"
    trouble: str = ""
    signal: int = 0
    led_nowhere: "Sequence[LedNowhere]" = ()

    @property
    def exit_code(self) -> int:
        """Return 0, 1 if a source gave nothing or the run failed, 130/143 on a signal."""
        if self.signal:
            return 128 + self.signal
        done = self.record["status"] == "done" and not self.trouble
        return 0 if done and all(account.gave for account in self.accounts) else 1


def summary_line(record: dict[str, object]) -> str:
    """Return a run's summary in one line."""
    if "id" not in record:
        return "no run: the crawl did not start"
    counts = ("articles_new", "articles_updated", "articles_unchanged", "copies", "not_articles", "refused", "failed")
    numbers = ", ".join(f"{record[name]} {name.removeprefix('articles_').replace('_', ' ')}" for name in counts)
    return f"run {record['id']} {record['status']}: {record['requests']} requests; {numbers}"
