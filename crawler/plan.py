"""Plan a crawl from config, environment and targets."""

import dataclasses
import datetime
import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from crawler.ad_hoc import ad_hoc_scope, ad_hoc_source
from crawler.config.errors import ConfigError, shown
from crawler.config.load import load_config
from crawler.config.models import Config, Source
from crawler.config.secrets import SecretMissing, read_secret
from crawler.request_signatures import check_signatures
from crawler.sanitize import escape_line
from pipelines.additions import Additions, SiteRules, load_extractor, set_additions
from pipelines.addresses.normalize import registered_domain
from pipelines.addresses.place import place
from pipelines.addresses.traps import is_trap
from pipelines.rules.load import overlay_problems
from storage.database.engine import parse_url
from storage.scope import Scope

DEFAULT_CONFIG = "kiji.toml"


@dataclasses.dataclass(frozen=True, slots=True)
class CrawlPlan:
    """The sources of one crawl, and its options.

    The sources ``named`` are polled, due or not. If there are none, all that are due are polled. After ``max_minutes``
    no new address is requested: what is in flight is finished, the rest waits for the next run. With ``beside_others``
    the crawl locks its sources' domains, not the whole database.
    """

    config: Config
    database_url: str
    sources: tuple[Source, ...]
    scopes: tuple[Scope, ...]
    named: frozenset[str] = frozenset()
    refresh: bool = False
    command: str = "kiji crawl"
    max_minutes: float | None = None
    beside_others: bool = False


def find_config(option: Path | None, environment: Mapping[str, str] = os.environ) -> Config:
    """Load the config: of the option, else KIJI_CONFIG, else ``kiji.toml`` here.

    Sets its rules, extractors and lists to store for this process, and for the workers that it starts.
    """
    path = config_file(option, environment)
    config = load_config(path)
    set_additions(_additions(config, str(path)))
    return config


def _additions(config: Config, file: str) -> Additions:
    """Return the operator's rules and extractors of a config. Raises ConfigError if they cannot be used."""
    folder = Path(config.rules.path).expanduser().absolute() if config.rules.path else None
    problems = [f"{file}: rules.path: {problem}" for problem in (overlay_problems(folder) if folder else ())]
    extractors: dict[str, str] = {}
    for source in config.sources:
        if source.extractor is None:
            continue
        try:
            load_extractor(source.extractor)
        except Exception as error:  # noqa: BLE001 - whatever a module raises that is imported
            problems.append(
                f"{file}: source {shown(source.name)}.extractor: {shown(source.extractor)} cannot be imported"
                f" ({type(error).__name__}: {escape_line(str(error))}); allowed: a function of an installed module"
            )
        extractors = dict.fromkeys(_hosts_of(source), source.extractor) | extractors
    if problems:
        raise ConfigError(problems)
    return _with_site_rules(
        Additions(folder, extractors, stored_lists=config.crawl.page_lists, stories=config.stories.enabled), config
    )


def _with_site_rules(additions: Additions, config: Config) -> Additions:
    sites = {source.name: _site_rules(source) for source in config.sources}
    if not any(sites.values()):
        return additions
    site_hosts: dict[str, str] = {}
    for source in config.sources:
        if sites[source.name] is not None:
            site_hosts = dict.fromkeys(_hosts_of(source), source.name) | site_hosts
    return dataclasses.replace(additions, sites=sites, site_hosts=site_hosts)


def _hosts_of(source: Source) -> set[str]:
    """Return the hosts whose pages are read by a source's rules; a host covers its subdomains."""
    return {host for host in (*source.start_hosts, *source.hosts, *map(registered_domain, source.start)) if host}


def _site_rules(source: Source) -> SiteRules | None:
    """Return what a source says about its pages; None if it says nothing."""
    rules = SiteRules(
        source.name,
        timezone=source.timezone or "",
        language=source.language,
        select=source.select,
        remove=source.remove,
        title=source.title,
        date=source.date,
        author=source.author,
        next_page=source.next_page,
    )
    return rules if rules != SiteRules(source.name) else None


def config_file(option: Path | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the file that :func:`find_config` loads; None if there is none."""
    path = option or (Path(environment["KIJI_CONFIG"]) if environment.get("KIJI_CONFIG") else None)
    return Path(DEFAULT_CONFIG) if path is None and Path(DEFAULT_CONFIG).exists() else path


def database_url(option: str | None, config: Config, environment: Mapping[str, str] = os.environ) -> str:
    """Return the database's URL: the option, else KIJI_DB, else what the file KIJI_DB_FILE holds, else the config's.

    Raises ConfigError if that file cannot be read.
    """
    given = option or environment.get("KIJI_DB")
    if given or not (file := environment.get("KIJI_DB_FILE")):
        return given or config.database.url
    try:
        return read_secret(f"file:{file}")
    except SecretMissing as missing:
        raise ConfigError([f"KIJI_DB_FILE: {missing}"]) from None


def archive_folder(config: Config, url: str) -> Path | None:
    """Return the folder of the raw archive; None if it is off."""
    return kept_folder(config, url) if config.archive.enabled else None


def kept_folder(config: Config, url: str) -> Path:
    """Return the folder of the raw archive, on or off, by default at the database.

    Beside ``kiji.db`` it is ``kiji.warc``. For PostgreSQL it is a folder with the
    database's name in the current folder.
    """
    if config.archive.path:
        return Path(config.archive.path).expanduser()
    parsed = parse_url(url)
    database = Path(parsed.database or "kiji")
    return database.with_suffix(".warc") if parsed.drivername == "sqlite" else Path(f"{database.name}.warc")


def plan_crawl(
    config: Config,
    url: str,
    targets: Sequence[str],
    *,
    command: str,
    refresh: bool = False,
    max_minutes: float | None = None,
) -> CrawlPlan:
    """Plan a crawl of these targets, names or addresses.

    Without targets, plan one of all enabled sources that may be crawled at this hour.

    Raises ConfigError for a name of no source.
    """
    chosen: dict[str, tuple[Source, Scope]] = {}
    for target in targets:
        if "://" in target:
            source = ad_hoc_source(target, config)
            chosen[target] = (source, ad_hoc_scope(source))
        else:
            source = named_source(target, config)
            chosen[source.name] = (source, scope_of(source))
    if not targets:
        enabled = config.enabled_sources
        now = datetime.datetime.now(datetime.UTC)
        chosen = {source.name: (source, scope_of(source)) for source in enabled if source.is_open(now)}
        if config.sources and not enabled:
            raise ConfigError(["nothing to crawl: every source is disabled; kiji sources enable NAME"])
        if not config.sources:
            raise ConfigError([f"nothing to crawl: give a URL, or [[source]] tables in {DEFAULT_CONFIG} or --config"])
    check_signatures(config.signatures)
    pairs = _joined(chosen.values())
    return CrawlPlan(
        config=config,
        database_url=url,
        sources=tuple(source for source, _ in pairs),
        scopes=tuple(scope for _, scope in pairs),
        named=frozenset(source.name for source, _ in pairs) if targets else frozenset(),
        refresh=refresh,
        command=command,
        max_minutes=max_minutes,
    )


def scope_of(source: Source) -> Scope:
    """Make the scope of a source: start hosts, their domains, and ``hosts``."""
    starts = tuple(place(url, source.parameter_rules) for url in source.start)
    return Scope(
        name=source.name,
        starts=starts,
        hosts=frozenset(source.hosts) | {start.host for start in starts},
        domains=frozenset(start.domain for start in starts),
        follow=source.follow,
        depth=source.depth,
        max_pages=source.max_pages,
        rhythm=source.rhythm,
        is_trap=is_trap,
        include=source.include,
        exclude=source.exclude,
        block=source.block,
        keep=source.keep,
    )


def unfollowed_sources(sources: Iterable[Source]) -> frozenset[str]:
    """Return the names of the sources whose related links are not what is followed."""
    return frozenset(source.name for source in sources if source.follow != "related" or not source.depth)


def domains_of(scope: Scope) -> frozenset[str]:
    """Return the registered domains of a scope.

    A host without one (an IP address) counts itself.
    """
    further = scope.hosts - {start.host for start in scope.starts}
    of_starts = {start.domain for start in scope.starts}
    return scope.domains | of_starts | {place(f"http://{host}").domain for host in further}


def named_source(name: str, config: Config) -> Source:
    """Return the source of that name. Raises ConfigError if there is none."""
    source = config.source(name)
    if source is not None:
        return source
    names = [known.name for known in config.sources]
    near = difflib.get_close_matches(name, names, n=1)
    known_names = ", ".join(names) or "URLs only, since no source is configured"
    allowed = f'did you mean "{near[0]}"?' if near else f"allowed: {known_names}"
    raise ConfigError([f'no source is named "{name}"; {allowed}'])


def _joined(pairs: Iterable[tuple[Source, Scope]]) -> list[tuple[Source, Scope]]:
    """Merge sources of one name: addresses on one host share its delay and lock."""
    by_name: dict[str, tuple[Source, Scope]] = {}
    for source, scope in pairs:
        if source.name in by_name:
            first, known = by_name[source.name]
            source = first.model_copy(update={"start": first.start + source.start})
            scope = dataclasses.replace(known, starts=known.starts + scope.starts)
        by_name[source.name] = (source, scope)
    return list(by_name.values())
