"""A crontab line that works in cron's own environment, which has next to nothing of a login's. Pure."""

import dataclasses
import shlex
from pathlib import Path


@dataclasses.dataclass(frozen=True, slots=True)
class Schedule:
    """What is to be run: ``program`` is the command's own words, paths in it absolute; ``minutes`` between runs."""

    folder: Path
    program: tuple[str, ...]
    path: str
    log: Path
    minutes: int = 15
    config: Path | None = None
    database: str | None = None


def crontab_line(schedule: Schedule) -> str:
    """Write the line.

    cron's shell starts in the home folder, with a PATH of ``/usr/bin:/bin`` and no locale: folder, paths and UTF-8
    are given here. No flock is needed: a crawl that finds another at work ends at once, with exit code 3. A ``%``
    would be a new line to cron (crontab(5)), and is escaped.
    """
    words = [*schedule.program, "crawl", "--quiet"]
    if schedule.config is not None:
        words += ["--config", str(schedule.config)]
    if schedule.database is not None:
        words += ["--db", schedule.database]
    settings = f"PATH={shlex.quote(schedule.path)} LANG=C.UTF-8 PYTHONUTF8=1"
    command = f"cd {shlex.quote(str(schedule.folder))} && {settings} {shlex.join(words)}"
    line = f"{command} >> {shlex.quote(str(schedule.log))} 2>&1"
    return f"{_when(schedule.minutes)} {line.replace('%', chr(92) + '%')}"


def _when(minutes: int) -> str:
    """Say how often; what does not divide an hour is rounded up to hours, and those to days."""
    if minutes < 60:
        return "* * * * *" if minutes == 1 else f"*/{minutes} * * * *"
    hours = -(-minutes // 60)
    return f"7 */{hours} * * *" if hours < 24 else "7 4 * * *"  # not at the full hour, when everybody comes
