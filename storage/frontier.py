"""The frontier: which address is due, and leased to whom. It lives beside the articles, in the same transactions."""

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, Update, select, update
from sqlalchemy.orm import Session

from storage.addresses import ROWS, insert_into
from storage.claims import catch_up, rescope
from storage.kept_pages import newest_digests
from storage.models import Address, Claim, Run, Source, SourceDomain
from storage.polling import not_resting
from storage.scope import Scope
from storage.visit import Lease


def open_sources(session: Session, scopes: Sequence[Scope], now: datetime) -> dict[int, Scope]:
    """File the sources, add the domains that they have learnt, and take up what a changed config opens."""
    opened: dict[int, Scope] = {}
    for scope in scopes:
        session.execute(
            insert_into(session, Source)
            .values(name=scope.name, scope="")
            .on_conflict_do_nothing(index_elements=["name"])
        )
        source = session.scalars(select(Source).where(Source.name == scope.name)).one()
        learnt = session.scalars(select(SourceDomain.domain).where(SourceDomain.source_id == source.id))
        whole = dataclasses.replace(scope, domains=scope.domains | frozenset(learnt))
        if source.scope != whole.fingerprint():
            rescope(session, source.id, whole)
            source.scope = whole.fingerprint()
        catch_up(session, source.id, whole, now)
        opened[source.id] = whole
    return opened


def learn_domain(session: Session, source_id: int, scope: Scope, domain: str) -> Scope:
    """Add a registered domain that a configured feed or sitemap lists to its source."""
    session.execute(
        insert_into(session, SourceDomain).values(source_id=source_id, domain=domain).on_conflict_do_nothing()
    )
    whole = scope.with_domain(domain)
    session.execute(update(Source).where(Source.id == source_id).values(scope=whole.fingerprint()))
    return whole


def learnt_domains(reader: Session | Connection, names: Collection[str]) -> dict[str, frozenset[str]]:
    """Tell the registered domains that these sources' feeds and sitemaps have taught them, by source."""
    statement = select(Source.name, SourceDomain.domain).join(SourceDomain, SourceDomain.source_id == Source.id)
    if len(names) <= ROWS:
        statement = statement.where(Source.name.in_(names))
    learnt: dict[str, set[str]] = {name: set() for name in names}
    for name, domain in reader.execute(statement):
        if name in learnt:
            learnt[name].add(domain)
    return {name: frozenset(domains) for name, domains in learnt.items()}


def lease(
    session: Session,
    run_id: int,
    sources: Mapping[int, Scope],
    budgets: Mapping[int, int],
    busy: Mapping[str, int],
    *,
    window: int,
    limit: int,
    now: datetime,
) -> list[Lease]:
    """Lease up to ``limit`` due addresses, nearest to the entries first, at most ``window`` in flight a host.

    ``budgets`` are the pages that each source may still ask for, ``busy`` the addresses in flight by host.
    """
    taken: dict[int, _DueRow] = {}
    left = {source_id: budgets[source_id] for source_id in sources if budgets[source_id] > 0}
    load = Counter(busy)
    while len(taken) < limit and left:
        full = [host for host, count in load.items() if count >= window]
        rows = _due(session, list(left), full, list(taken), limit, now)
        for row in rows:
            if row.id in taken or load[row.host] >= window or left.get(row.source_id, 0) <= 0 or len(taken) >= limit:
                continue
            taken[row.id] = row
            load[row.host] += 1
            left[row.source_id] -= 1
        left = {source_id: budget for source_id, budget in left.items() if budget > 0}
        if len(rows) < limit:
            break
    if taken:
        session.execute(
            update(Address)
            .where(Address.id.in_(taken))
            .values(state="leased", lease_run_id=run_id)
            .execution_options(synchronize_session=False)
        )
    digests = newest_digests(session, taken) if taken else {}
    return [_lease_of(row, run_id, sources[row.source_id].name, digests) for row in taken.values()]


_DueRow = Row[int, str, str, str | None, str | None, int, int, str]


def _due(
    session: Session, sources: Sequence[int], full_hosts: Sequence[str], taken: Sequence[int], limit: int, now: datetime
) -> Sequence[_DueRow]:
    statement = (
        select(
            Address.id,
            Address.url,
            Address.host,
            Address.etag,
            Address.last_modified,
            Claim.source_id,
            Claim.depth,
            Claim.via,
        )
        .join(Claim, Claim.address_id == Address.id)
        .where(Address.due_at <= now, Address.state != "leased", Claim.source_id.in_(sources), not_resting(now))
        .order_by(Claim.depth, Address.id)
        .limit(limit)
    )
    if full_hosts:
        statement = statement.where(Address.host.not_in(full_hosts))
    if taken:
        statement = statement.where(Address.id.not_in(taken))
    return session.execute(statement).all()


def _lease_of(row: _DueRow, run_id: int, source: str, digests: Mapping[int, frozenset[str]]) -> Lease:
    return Lease(
        address_id=row.id,
        run_id=run_id,
        source_id=row.source_id,
        source=source,
        url=row.url,
        host=row.host,
        depth=row.depth,
        via=row.via,
        etag=row.etag,
        last_modified=row.last_modified,
        kept=digests.get(row.id, frozenset()),
    )


def release(session: Session, run_id: int, keeping: Collection[int] = ()) -> None:
    """Free a run's leases, but those of the addresses in ``keeping``."""
    statement = update(Address).where(Address.state == "leased", Address.lease_run_id == run_id)
    if keeping:
        statement = statement.where(Address.id.not_in(keeping))
    _free(session, statement)


def release_ended(session: Session) -> None:
    """Free every lease of a run that is not open any more."""
    running = select(Run.id).where(Run.status == "running")
    _free(session, update(Address).where(Address.state == "leased", Address.lease_run_id.not_in(running)))


def _free(session: Session, statement: Update) -> None:
    session.execute(statement.values(state="queued", lease_run_id=None).execution_options(synchronize_session=False))
