"""Open sources with their scopes, and release the leases of runs."""

import dataclasses
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, String, Update, exists, select, update
from sqlalchemy.orm import Session

from storage.database.in_values import is_among
from storage.database.upsert import insert_into, insert_rows
from storage.frontier.claims import apply_scope, claim_pending_links
from storage.scope import Scope
from storage.tables.core import Address, Claim, Run, Source, SourceDomain


def open_sources(session: Session, scopes: Sequence[Scope], now: datetime) -> dict[int, Scope]:
    """Store sources, add their learnt domains, and apply changed scopes."""
    by_name = {scope.name: scope for scope in scopes}
    filing = insert_into(session, Source).on_conflict_do_nothing(index_elements=["name"])
    insert_rows(session, filing, [{"name": name, "scope": ""} for name in sorted(by_name)])
    learnt = read_source_domains(session, by_name.keys())
    has_claims = exists().where(Claim.source_id == Source.id)
    unclaimed = set(session.scalars(select(Source.id).where(Source.scope == "", ~has_claims)))
    opened: dict[int, Scope] = {}
    for source in _sources_of(session, by_name.keys()):
        scope = by_name[source.name]
        whole = dataclasses.replace(scope, domains=scope.domains | learnt[source.name])
        if source.scope != whole.fingerprint():
            if source.id not in unclaimed:
                apply_scope(session, source.id, whole)
            source.scope = whole.fingerprint()
        opened[source.id] = whole
    claim_pending_links(session, opened, now)
    return opened


def _sources_of(session: Session, names: Collection[str]) -> Sequence[Source]:
    return session.scalars(select(Source).where(is_among(session, Source.name, names, String()))).all()


def learn_domain(session: Session, source_id: int, scope: Scope, domain: str) -> Scope:
    """Add a registered domain that a feed or sitemap lists to its source."""
    session.execute(
        insert_into(session, SourceDomain).values(source_id=source_id, domain=domain).on_conflict_do_nothing()
    )
    whole = scope.with_domain(domain)
    session.execute(update(Source).where(Source.id == source_id).values(scope=whole.fingerprint()))
    return whole


def read_source_domains(reader: Session | Connection, names: Collection[str]) -> dict[str, frozenset[str]]:
    """Read the registered domains learnt from feeds and sitemaps, by source."""
    statement = select(Source.name, SourceDomain.domain).join(SourceDomain, SourceDomain.source_id == Source.id)
    learnt: dict[str, set[str]] = {name: set() for name in names}
    for name, domain in reader.execute(statement.where(is_among(reader, Source.name, names, String()))):
        learnt[name].add(domain)
    return {name: frozenset(domains) for name, domains in learnt.items()}


def release_leases(session: Session, run_id: int, keeping: Collection[int] = ()) -> None:
    """Release a run's leases, except those in ``keeping``."""
    statement = update(Address).where(Address.state == "leased", Address.lease_run_id == run_id)
    if keeping:
        statement = statement.where(Address.id.not_in(keeping))
    _free(session, statement)


def release_finished_leases(session: Session) -> None:
    """Release every lease of runs that are not open any more."""
    running = select(Run.id).where(Run.status == "running")
    leased = (Address.state == "leased", Address.lease_run_id > 0)  # any: by its index, whatever is stored
    _free(session, update(Address).where(*leased, Address.lease_run_id.not_in(running)))


def _free(session: Session, statement: Update) -> None:
    session.execute(statement.values(state="queued", lease_run_id=None).execution_options(synchronize_session=False))
