"""Write a crontab line that works in cron's small environment. Pure."""

import dataclasses
import shlex
from pathlib import Path


@dataclasses.dataclass(frozen=True, slots=True)
class Schedule:
    """What to run: ``program`` has absolute paths, ``minutes`` are between runs."""

    folder: Path
    program: tuple[str, ...]
    path: str
    log: Path
    minutes: int = 15
    config: Path | None = None
    database: str | None = None


def crontab_line(schedule: Schedule) -> str:
    """Write the line.

    cron's shell starts in the home folder, with a PATH of ``/usr/bin:/bin`` and no locale. So the line sets the folder,
    the paths and UTF-8. It needs no flock: if another crawl runs, a crawl ends at once with exit code 3. A ``%`` is
    escaped, since it means a new line to cron (crontab(5)). cron mails what a line prints. That is the end of
    the log, if the crawl could not run. A source that gave nothing (1) and another crawl (3) are not mailed.
    """
    words = [*schedule.program, "crawl", "--quiet"]
    if schedule.config is not None:
        words += ["--config", str(schedule.config)]
    if schedule.database is not None:
        words += ["--db", schedule.database]
    settings = f"PATH={shlex.quote(schedule.path)} LANG=C.UTF-8 PYTHONUTF8=1 KIJI_LOG_TIMES=1"
    command = f"cd {shlex.quote(str(schedule.folder))} && {settings} {shlex.join(words)}"
    log = shlex.quote(str(schedule.log))
    line = f"{{ {command}; }} >> {log} 2>&1 || case $? in 1|3) ;; *) tail -n 5 {log}; exit 2;; esac"
    return f"{_when(schedule.minutes)} {line.replace('%', chr(92) + '%')}"


def _when(minutes: int) -> str:
    """Return the time fields. From an hour on, minutes are rounded up to hours, and hours to days."""
    if minutes < 60:
        return "* * * * *" if minutes == 1 else f"*/{minutes} * * * *"
    hours = -(-minutes // 60)
    return f"7 */{hours} * * *" if hours < 24 else "7 4 * * *"  # not at the full hour, when servers are busiest
