"""Import files that somebody else fetched, on all cores."""

import contextlib
import dataclasses
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crawler.config.errors import ConfigError
from crawler.config.models import Config
from crawler.config.validators import check_time_zone
from crawler.console.stop_signals import BlockingStopSignals
from crawler.imports.reader import JSON_NAMES, JSONL_NAMES, WARC_NAMES, FileReport, ImportListener, ImportReader
from crawler.plan import scope_of
from pipelines.text_rules import PipelineRules
from pipelines.warc.foreign_json import FIELDS
from storage.database.crawl_lock import crawl_lock
from storage.database.engine import Database
from storage.database.open import open_database
from storage.distribution import kiji_version
from storage.errors import DatabaseError
from storage.writer.import_writer import ImportWriter
from storage.writer.runs import run_record


@dataclasses.dataclass(frozen=True, slots=True)
class ImportPlan:
    """What to import. ``source`` is the source's name for all records, if given.

    ``mapping`` names the keys of fields in JSON, ``timezone`` is the zone of times that name none.
    """

    config: Config
    database_url: str
    files: tuple[Path, ...]
    source: str | None = None
    command: str = "kiji import"
    mapping: Mapping[str, str] = dataclasses.field(default_factory=dict)
    timezone: str = ""

    @property
    def effective_timezone(self) -> str:
        """Return the zone of times that name none: the option's, else ``[crawl]``'s."""
        return self.timezone or self.config.crawl.timezone

    @property
    def has_json(self) -> bool:
        """Return whether a file holds articles that are already extracted."""
        return any(not path.name.lower().endswith(WARC_NAMES) for path in self.files)


@dataclasses.dataclass(frozen=True, slots=True)
class ImportReport:
    """The run's record as in JSON, the result of each file, the signal or 0."""

    record: dict[str, Any]
    files: Sequence[FileReport]
    trouble: str = ""
    signal: int = 0

    @property
    def exit_code(self) -> int:
        """Return 0, 1 if records, files or the database failed, 130/143 on a signal."""
        if self.signal:
            return 128 + self.signal
        done = self.record["status"] == "done" and not self.trouble
        return 0 if done and all(file.articles and not file.bad for file in self.files) else 1


def plan_import(
    config: Config,
    url: str,
    files: Sequence[Path],
    *,
    source: str | None,
    command: str,
    mapping: Sequence[str] = (),
    timezone: str = "",
) -> ImportPlan:
    """Plan an import. ``mapping`` has pairs ``FIELD=KEY``.

    Raises ConfigError for missing files and unknown kinds of files.
    """
    problems = [problem for path in files if (problem := _problem(path))]
    if source is not None and not source.strip():
        problems.append("--source: the name is empty")
    pairs = [pair.partition("=") for pair in mapping]
    allowed = ", ".join(FIELDS)
    problems += [
        f"--map {field}={key}: not of the form FIELD=KEY; allowed fields: {allowed}"
        for field, _, key in pairs
        if field not in FIELDS or not key
    ]
    problems += [f"--timezone {timezone}: {problem}" for problem in _zone_problems(timezone)]
    if problems:
        raise ConfigError(problems)
    paths = tuple(dict.fromkeys(path.resolve() for path in files))
    return ImportPlan(config, url, paths, source, command, {field: key for field, _, key in pairs}, timezone)


def _zone_problems(timezone: str) -> list[str]:
    try:
        if timezone:
            check_time_zone(timezone)
    except ValueError as error:
        return [str(error)]
    return []


def _problem(path: Path) -> str:
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises where a name is too long or a folder is closed
        return f"{path}: no such file"
    allowed = WARC_NAMES + JSONL_NAMES + JSON_NAMES
    if not path.name.lower().endswith(allowed):
        return f"{path}: the end of its name must say what it holds; allowed: {', '.join(allowed)}"
    return "" if os.access(path, os.R_OK) else f"{path}: it cannot be read; give read permission for it"


def import_files(plan: ImportPlan, listener: ImportListener) -> ImportReport:
    """Import files one after the other. Blocks; needs the main thread.

    Raises DatabaseError if the database cannot be used or another crawl holds it. Then nothing was imported.
    """
    with contextlib.ExitStack() as stack:
        database = open_database(plan.database_url)
        stack.callback(database.close)
        lock = stack.enter_context(crawl_lock(database))
        writer = ImportWriter(database, PipelineRules(plan.config.parameter_rules, stories=plan.config.stories.enabled))
        stack.callback(writer.close)
        started = writer.start(
            [scope_of(source) for source in plan.config.sources],
            [],
            command=plan.command,
            version=kiji_version(),
            host=socket.gethostname(),
            pid=os.getpid(),
            lock=lock,
        )
        started.result()
        return _import(plan, database, writer, listener)


def _import(plan: ImportPlan, database: Database, writer: ImportWriter, listener: ImportListener) -> ImportReport:
    reports = [FileReport(path) for path in plan.files]
    record: dict[str, Any] | None = None
    trouble = ""
    with BlockingStopSignals() as signals:
        reader = ImportReader(
            writer,
            listener,
            signals.came,
            timezone=plan.effective_timezone,
            mapping=plan.mapping,
            source=plan.source,
            rules=plan.config.parameter_rules,
        )
        try:
            for report in reports:
                if not signals.came():
                    reader.import_file(report)
        except DatabaseError as error:
            trouble = str(error)
        finally:
            reader.close()
        try:
            writer.finish("failed" if trouble else "stopped" if signals.came() else "done", 0).result()
            with database.reading() as connection:
                record = run_record(connection, writer.run_id)
        except DatabaseError as error:  # the next run calls this one killed
            trouble = trouble or str(error)
        return ImportReport(record or {"status": "failed"}, reports, trouble, signals.number)
