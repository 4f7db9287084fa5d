"""Learn the repeated lines of each host, and remove them from its articles.

A page is compared with the last WINDOW pages of its host. Lines on several of them are the host's boilerplate, as the
text rules decide, and are cut before the page is stored. Stored pages with newly learnt lines are corrected. That is no
revision, because the lines were never the publisher's article. Both tables have a limit for each host.
"""

import base64
import dataclasses
import functools
import struct
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.articles.copies import compare_copies
from storage.articles.minhash_index import reindex_article
from storage.articles.multipage import update_joined_text
from storage.body.structure import fit
from storage.database.in_values import dialect_of
from storage.database.upsert import insert_in, insert_rows, upsert_rows
from storage.reading import Line, Reading
from storage.site_lines import SHOWN, RememberedPage, remember_lines, remove_lines, remove_lines_from_reading
from storage.tables.core import Address, Article, Copy
from storage.tables.multipage import ArticlePart
from storage.tables.site_lines import SiteFurniture, SitePage
from storage.text_rules import rules_of

WINDOW = 24
"""Pages of a host that a new one is compared with: 8 KB to read. A box that fewer than one page in 24 has stays."""

_SLACK = 16  # pages more than that before the oldest go, all at once
_MOST_KNOWN = 1_000  # repeated lines a host; beyond that those not seen for longest are deleted

_LAST_PAGES = (
    select(SitePage.address_id, SitePage.weight, SitePage.prints, SitePage.seen_at)
    .where(SitePage.host == bindparam("host"))
    .order_by(SitePage.seen_at.desc(), SitePage.address_id.desc())
    .limit(WINDOW + _SLACK)
)
_ALL_LINES = select(SiteFurniture.fingerprint, SiteFurniture.pages).where(SiteFurniture.host == bindparam("host"))
_BATCH = "site_lines_batch"
_SEVERAL = 3
"""Pages of a host in one batch from which all of its repeated lines are read, 1,000 at most."""

_KNOWN_LINES = select(SiteFurniture.fingerprint, SiteFurniture.pages).where(
    SiteFurniture.host == bindparam("host"), SiteFurniture.fingerprint.in_(bindparam("wanted", expanding=True))
)


@dataclasses.dataclass(frozen=True, slots=True)
class _SeenPage:
    """A page of a host, and when it was read."""

    seen_at: datetime
    remembered: RememberedPage


class _Batch:
    """What the pages of a batch ask of their hosts, read once a host, and the pages to remember, not written yet.

    ``hosts`` are those with several pages in the batch: all of their repeated lines are read at once.
    """

    def __init__(self, hosts: frozenset[str]) -> None:
        self.hosts = hosts
        self.pages: dict[str, dict[int, _SeenPage]] = {}
        self.lines: dict[str, dict[int, int]] = {}
        self.rows: dict[int, dict[str, object]] = {}

    def write_pages(self, session: Session) -> None:
        """Write the pages to remember."""
        _write_pages(session, [self.rows[address_id] for address_id in sorted(self.rows)])
        self.rows.clear()


def read_ahead(session: Session, hosts: Iterable[str]) -> None:
    """Read what is known of hosts once, and write what is learnt no sooner than :func:`write_behind`.

    ``hosts`` has one entry for each page of a batch.
    """
    counts = Counter(hosts)
    session.info[_BATCH] = _Batch(frozenset(host for host, count in counts.items() if count >= _SEVERAL))


def write_behind(session: Session) -> None:
    """Write what was learnt since :func:`read_ahead`, and keep nothing back any more."""
    batch: _Batch | None = session.info.pop(_BATCH, None)
    if batch is not None:
        batch.write_pages(session)


def forget_batch(session: Session) -> None:
    """Drop what was not written."""
    session.info.pop(_BATCH, None)


def apply_boilerplate(session: Session, reading: Reading, page: Address, seen_at: datetime) -> Reading:
    """Learn from an article page, and remove its host's repeated lines.

    Earlier pages with newly learnt lines are corrected in place.

    A text that somebody else extracted (no extractor's version) neither teaches nor is touched.
    """
    lines = reading.precomputed.lines if reading.precomputed else rules_of(session).lines(reading.text)
    if not reading.extractor_version or not lines:
        return reading
    others = _remembered(session, page)
    is_first_time = others.pop(page.id, None) is None
    known = _known(session, page.host, lines)
    repeated = rules_of(session).find_site_boilerplate(lines, list(others.values()), known)
    _remember(session, page, lines, seen_at)
    if repeated and (is_first_time or not repeated <= known.keys()):
        _note(session, page.host, reading.text, [line for line in lines if line.fingerprint in repeated], seen_at)
    if learnt := repeated - known.keys():
        _forget_stale(session, page.host)
        for address_id in _holders(others, learnt):
            _correct(session, address_id, page, lines, others)
    return remove_lines_from_reading(reading, lines, repeated)


def remove_known_boilerplate(session: Session, host: str, text: str) -> str:
    """Remove the repeated lines known of a host from a text; learn nothing."""
    lines = rules_of(session).lines(text)
    known = _known(session, host, lines)
    return remove_lines(text, lines, rules_of(session).find_site_boilerplate(lines, (), known)) if known else text


def _remembered(session: Session, page: Address) -> dict[int, RememberedPage]:
    """Read the last pages of the host; delete the oldest when they are too many."""
    batch: _Batch | None = session.info.get(_BATCH)
    pages = batch.pages.get(page.host) if batch is not None else None
    if pages is None:
        pages = _read_pages(session, page.host)
        if batch is not None:
            batch.pages[page.host] = pages
    ordered = sorted(pages.items(), key=lambda each: (each[1].seen_at, each[0]), reverse=True)[: WINDOW + _SLACK]
    if len(ordered) == WINDOW + _SLACK:
        if batch is not None:
            batch.write_pages(session)
            del batch.pages[page.host]
        old = [address_id for address_id, _ in ordered[WINDOW:]]
        session.execute(
            delete(SitePage).where(SitePage.address_id.in_(old)).execution_options(synchronize_session=False)
        )
    return {address_id: each.remembered for address_id, each in ordered[:WINDOW]}


def _read_pages(session: Session, host: str) -> dict[int, "_SeenPage"]:
    rows = session.connection().execute(_LAST_PAGES, {"host": host})
    return {row.address_id: _SeenPage(row.seen_at, RememberedPage(row.weight, _unpacked(row.prints))) for row in rows}


def _remember(session: Session, page: Address, lines: Sequence[Line], seen_at: datetime) -> None:
    kept = remember_lines(lines)
    row = {
        "address_id": page.id,
        "host": page.host,
        "weight": kept.weight,
        "prints": _packed(kept.fingerprints),
        "seen_at": seen_at,
    }
    batch: _Batch | None = session.info.get(_BATCH)
    if batch is None:
        _write_pages(session, [row])
        return
    batch.rows[page.id] = row
    if page.host in batch.pages:
        remembered = RememberedPage(kept.weight, frozenset(kept.fingerprints))
        stored_at = seen_at.astimezone(UTC).replace(microsecond=0)
        batch.pages[page.host][page.id] = _SeenPage(stored_at, remembered)


def _write_pages(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    upsert_rows(session, SitePage, rows, keys=("address_id",), changed=("host", "weight", "prints", "seen_at"))


def _known(session: Session, host: str, lines: Sequence[Line]) -> dict[int, int]:
    """Read which of these lines are known, with the number of pages that have them."""
    wanted = {line.fingerprint for line in lines}
    batch: _Batch | None = session.info.get(_BATCH)
    if batch is not None and host in batch.hosts:
        if host not in batch.lines:
            batch.lines[host] = dict(session.connection().execute(_ALL_LINES, {"host": host}).all())
        stored = batch.lines[host]
        return {number: stored[number] for number in wanted if number in stored}
    return dict(session.connection().execute(_KNOWN_LINES, {"host": host, "wanted": list(wanted)}).all())


def _note(session: Session, host: str, text: str, repeated: Sequence[Line], seen_at: datetime) -> None:
    text_lines = text.split("\n")
    rows = {
        line.fingerprint: {
            "host": host,
            "fingerprint": line.fingerprint,
            "line": text_lines[line.place][:SHOWN],
            "pages": 2,
            "first_seen_at": seen_at,
            "last_seen_at": seen_at,
        }
        for line in repeated
    }
    insert_rows(session, _noting(dialect_of(session)), list(rows.values()))
    _read_lines_again(session, host)


def _read_lines_again(session: Session, host: str) -> None:
    batch: _Batch | None = session.info.get(_BATCH)
    if batch is not None:
        batch.lines.pop(host, None)


def _forget_stale(session: Session, host: str) -> None:
    _read_lines_again(session, host)
    stale = (
        select(SiteFurniture.fingerprint)
        .where(SiteFurniture.host == host)
        .order_by(SiteFurniture.last_seen_at.desc(), SiteFurniture.fingerprint)
        .offset(_MOST_KNOWN)
        .limit(_MOST_KNOWN)
    )
    if old := session.scalars(stale).all():
        session.execute(
            delete(SiteFurniture)
            .where(SiteFurniture.host == host, SiteFurniture.fingerprint.in_(old))
            .execution_options(synchronize_session=False)
        )


@functools.cache
def _noting(dialect: str) -> "sqlite.Insert | postgresql.Insert":
    statement = insert_in(dialect, SiteFurniture)
    return statement.on_conflict_do_update(
        index_elements=["host", "fingerprint"],
        set_={"pages": SiteFurniture.pages + 1, "last_seen_at": statement.excluded.last_seen_at},
    )


def _holders(others: Mapping[int, RememberedPage], learnt: Collection[int]) -> list[int]:
    return [address_id for address_id, other in others.items() if not other.fingerprints.isdisjoint(learnt)]


def _correct(
    session: Session,
    address_id: int,
    page: Address,
    lines: Sequence[Line],
    others: Mapping[int, RememberedPage],
) -> None:
    """Remove newly learnt lines from a stored page."""
    row = _row_of(session, address_id)
    if row is None or not row.extractor_version:
        return
    part = session.get(ArticlePart, address_id)
    around = [remember_lines(lines), *(other for one, other in others.items() if one != address_id)]
    own = rules_of(session).lines(part.text if part is not None else row.text)
    repeated = rules_of(session).find_site_boilerplate(own, around, _known(session, page.host, own))
    if not repeated:
        return
    if part is not None:
        text = remove_lines(part.text, own, repeated)
        part.body, part.text = fit(part.body, part.text, text), text
        session.flush()
        update_joined_text(session, session.get_one(Article, part.article_id))
        if isinstance(row, Article):
            return
    text = remove_lines(row.text, own, repeated) if part is None else part.text
    if isinstance(row, Article):
        row.body = fit(row.body, row.text, text)
    row.text = text
    row.text_hash = rules_of(session).text_hash(row.text)
    session.flush()
    if isinstance(row, Article):
        reindex_article(session, row.id, rules_of(session).sign(row.text, row.language))
    compare_copies(session, row if isinstance(row, Article) else session.get_one(Article, row.article_id))


def _row_of(session: Session, address_id: int) -> Article | Copy | None:
    """Find the article or copy whose text was read at an address."""
    address = session.get(Address, address_id)
    if address is None or address.article_id is None:
        return None
    article = session.get(Article, address.article_id)
    if article is not None and article.read_from_id == address_id:
        return article
    return session.scalars(select(Copy).where(Copy.address_id == address_id)).first()


def _packed(fingerprints: Collection[int]) -> str:
    return base64.b64encode(struct.pack(f"<{len(fingerprints)}q", *sorted(fingerprints))).decode()


@functools.lru_cache(1_024)  # a host's last pages are read again with each page of it
def _unpacked(prints: str) -> frozenset[int]:
    content = base64.b64decode(prints)
    return frozenset(struct.unpack(f"<{len(content) // 8}q", content))
