"""Find the groups of sources with something due, once a minute."""

from crawler.config.models import Config
from crawler.config.reload import ConfigFile
from crawler.plan import scope_of
from crawler.run_extension import domains_by_source
from crawler.workers.groups import group_sources
from crawler.workers.job_queue import WHEN_DUE, WHEN_UNFINISHED
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.frontier.polling import find_due_sources
from storage.scope import Scope


class Planner:
    """Looks up what is due. Scopes are made once for each version of the config."""

    def __init__(self, config_file: ConfigFile, database: Database) -> None:
        self._config_file, self._database = config_file, database
        self._config: Config | None = None
        self._scopes: list[Scope] = []

    def due_groups(self) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
        """Return the groups with something due, with their sources and priorities.

        Blocks.

        Raises ConfigError and DatabaseError.
        """
        config = self._config_file.config()
        if self._config is not config:
            self._config, self._scopes = config, [scope_of(source) for source in config.enabled_sources]
        groups = group_sources(domains_by_source(self._scopes, self._database))
        now = utc_now()
        is_open = {source.name: source.is_open(now) for source in config.enabled_sources if source.hours}
        scopes = [scope for scope in self._scopes if is_open.get(scope.name, True)]
        with self._database.reading() as connection:
            due = find_due_sources(connection, scopes, now)
        due_groups = {group: sources for group, sources in groups.items() if due.keys() & set(sources)}
        polled = {group: any(due.get(source) for source in sources) for group, sources in due_groups.items()}
        return due_groups, {group: WHEN_DUE if polled[group] else WHEN_UNFINISHED for group in due_groups}
