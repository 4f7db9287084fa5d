"""Define the tables of sources, addresses, links, articles and runs.

Analysts read the views of ``storage.tables.views`` instead.

Names are singular for tables, plural for views. A page's life: an ``Address`` is known, claimed by a source,
queued, leased, done; what it showed becomes an ``Article``, a ``Copy`` of one, or a reason in the ``Fetch`` of a run.
"""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, String, UniqueConstraint, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.column_types import StorableText, UTCDateTime
from storage.text_rules import LONGEST_ADDRESS

Moment = datetime.datetime

TITLE_LIMIT = 2_000
"""Characters of a title: the longest of the 512 measured pages has 312."""


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """Write the check that a column has one of these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Base(DeclarativeBase):
    """The base class, which names every constraint for migrations."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: StorableText(), Moment: UTCDateTime()}  # noqa: RUF012 - SQLAlchemy's own name


class Source(Base):
    """A configured source, or an address that was crawled ad hoc."""

    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(StorableText(200), unique=True)
    scope: Mapped[str] = mapped_column(default="")
    polled_at: Mapped[Moment | None]
    due_at: Mapped[Moment | None]


class SourceDomain(Base):
    """A registered domain learnt from a source's feed or sitemap."""

    __tablename__ = "source_domain"
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    domain: Mapped[str] = mapped_column(StorableText(300), primary_key=True)


class Address(Base):
    """One address in all its spellings: the frontier, and the target of links.

    ``state``: ``known`` (an edge's target, never queued), ``queued``, ``leased`` or ``done``. ``due_at`` is when it
    is to be asked for next, null for never. ``changed_at`` is when the listing that lists it says that it last
    changed; ``moved_at`` when it was found to redirect to ``page_id`` for good. ``in_feed`` says that a feed or a news
    sitemap listed it as an article, ``feed_date`` when it appeared by the first one that did, ``feed_title`` and
    ``feed_authors`` what that one gives as its title and its authors.

    ``page_id`` is the address used instead of this one: the
    target of its redirect, or the canonical page that it was joined to. ``article_id`` is the article that it shows, by
    itself or as a copy; it is no foreign key, because ``article`` already refers to this table.
    """

    __tablename__ = "address"
    __table_args__ = (
        one_of("state", ("known", "queued", "leased", "done")),
        Index("ix_address_due_at", "due_at"),
        Index("ix_address_article_id", "article_id"),
        Index("ix_address_lease_run_id", "lease_run_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(StorableText(LONGEST_ADDRESS), unique=True)
    url: Mapped[str] = mapped_column(StorableText(LONGEST_ADDRESS))
    host: Mapped[str] = mapped_column(StorableText(300))
    domain: Mapped[str] = mapped_column(StorableText(300))
    state: Mapped[str] = mapped_column(String(8), default="known")
    due_at: Mapped[Moment | None]
    lease_run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    rereads: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(StorableText(500), default="")
    status: Mapped[int | None]
    fetched_at: Mapped[Moment | None]
    etag: Mapped[str | None] = mapped_column(StorableText(1_000))
    last_modified: Mapped[str | None] = mapped_column(StorableText(100))
    changed_at: Mapped[Moment | None]
    moved_at: Mapped[Moment | None]
    in_feed: Mapped[bool] = mapped_column(default=False, server_default=false())
    feed_date: Mapped[Moment | None]
    feed_title: Mapped[str | None] = mapped_column(StorableText(500))
    feed_authors: Mapped[str | None] = mapped_column(StorableText(500))
    canonical_refused: Mapped[str] = mapped_column(StorableText(300), default="")
    refused_canonical: Mapped[str | None] = mapped_column(StorableText(LONGEST_ADDRESS))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"))
    article_id: Mapped[int | None]


_UNEXPANDED = text("expanded_depth IS NULL OR expanded_depth > depth")
_LISTING = text("via = 'listing'")


class Claim(Base):
    """A source that wants an address, at its least depth from an entry.

    ``via``: ``start``, ``listing`` (a listing that a listing lists), ``entry``, ``related`` or ``site``.
    ``expanded_depth`` is the depth at which this page's links were last claimed in turn: where it is null or
    greater than ``depth``, the stored edges are taken up (again), without a fetch.
    """

    __tablename__ = "claim"
    __table_args__ = (
        one_of("via", ("start", "listing", "entry", "related", "site")),
        Index("ix_claim_address_id", "address_id"),
        Index("ix_claim_unexpanded", "source_id", sqlite_where=_UNEXPANDED, postgresql_where=_UNEXPANDED),
        Index("ix_claim_listing", "source_id", "found_on_id", sqlite_where=_LISTING, postgresql_where=_LISTING),
    )
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"), primary_key=True)
    depth: Mapped[int]
    via: Mapped[str] = mapped_column(String(8))
    found_on_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"))
    expanded_depth: Mapped[int | None]


class Link(Base):
    """An edge: a declared ``related`` card, or another ``site`` link.

    ``url`` is the target as this page spells it, cleaned of fragment and trackers.
    """

    __tablename__ = "link"
    __table_args__ = (
        one_of("kind", ("related", "site")),
        UniqueConstraint("page_id", "target_id", "kind"),
        Index("ix_link_target_id", "target_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    url: Mapped[str] = mapped_column(StorableText(LONGEST_ADDRESS))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(StorableText(TITLE_LIMIT))
    summary: Mapped[str] = mapped_column(StorableText(10_000))
    language: Mapped[str] = mapped_column(String(8))
    first_seen_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]


class Article(Base):
    """One row for each distinct article, under its canonical address.

    ``read_from_id`` is the address whose bytes the text came from; it differs from ``address_id`` where an AMP or
    print page was read before its canonical page. ``revised_at`` is when this revision was first seen. ``read_hash`` is
    the hash of the text as read from the page alone, before boilerplate of its site was removed.
    A session keeps the history of title, text and summary: the search index needs the old ones.
    """

    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_text_hash", "text_hash"),
        Index("ix_article_language_published_at", "language", "published_at"),
        Index("ix_article_source_id", "source_id"),
        Index("ix_article_story_id", "story_id"),
        Index("ix_article_first_seen_at", "first_seen_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"), unique=True)
    read_from_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    language: Mapped[str] = mapped_column(String(8))
    language_confidence: Mapped[float]
    declared_language: Mapped[str | None] = mapped_column(StorableText(35))
    language_conflict: Mapped[bool] = mapped_column(default=False)
    langdetect_language: Mapped[str | None] = mapped_column(StorableText(8))
    langdetect_confidence: Mapped[float | None]
    zone_assumed: Mapped[bool] = mapped_column(default=False, server_default=false())
    title: Mapped[str] = mapped_column(StorableText(TITLE_LIMIT), active_history=True)
    text: Mapped[str] = mapped_column(active_history=True)
    body: Mapped[str] = mapped_column(default="")
    text_hash: Mapped[str] = mapped_column(String(64))
    read_hash: Mapped[str] = mapped_column(String(64), default="")
    summary: Mapped[str] = mapped_column(StorableText(20_000), active_history=True)
    authors: Mapped[str] = mapped_column(StorableText(2_000))
    published_at: Mapped[Moment | None]
    published_precision: Mapped[str | None] = mapped_column(String(8))
    published_source: Mapped[str] = mapped_column(StorableText(20), default="")
    modified_at: Mapped[Moment | None]
    modified_precision: Mapped[str | None] = mapped_column(String(8))
    modified_source: Mapped[str] = mapped_column(StorableText(20), default="")
    section: Mapped[str] = mapped_column(StorableText(200), default="")
    keywords: Mapped[str] = mapped_column(StorableText(5_000), default="")
    access: Mapped[str | None] = mapped_column(String(9))
    image_url: Mapped[str | None] = mapped_column(StorableText(LONGEST_ADDRESS))
    machine_generated: Mapped[bool]
    image_machine_made: Mapped[bool] = mapped_column(default=False)
    report_machine_made: Mapped[bool] = mapped_column(default=False)
    extractor_version: Mapped[str] = mapped_column(StorableText(60))
    first_seen_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    revision: Mapped[int] = mapped_column(default=1)
    revised_at: Mapped[Moment]
    story_id: Mapped[int | None]
    event: Mapped[int | None]


class Revision(Base):
    """A replaced revision; the present one is in ``article``."""

    __tablename__ = "superseded_revision"
    __table_args__ = (Index("ix_superseded_revision_text_hash", "text_hash"),)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    seen_at: Mapped[Moment]
    title: Mapped[str] = mapped_column(StorableText(TITLE_LIMIT))
    text: Mapped[str]
    text_hash: Mapped[str] = mapped_column(String(64))


class Copy(Base):
    """Another page of an article, with its own text."""

    __tablename__ = "copy"
    __table_args__ = (
        one_of("kind", ("url", "exact", "near")),
        Index("ix_copy_article_id", "article_id"),
        Index("ix_copy_text_hash", "text_hash"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"), unique=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    kind: Mapped[str] = mapped_column(String(8))
    similarity: Mapped[float]
    title: Mapped[str] = mapped_column(StorableText(TITLE_LIMIT))
    text: Mapped[str]
    text_hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[Moment | None]
    extractor_version: Mapped[str] = mapped_column(StorableText(60))
    seen_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]


class Run(Base):
    """One crawl with its seven counts."""

    __tablename__ = "run"
    __table_args__ = (one_of("status", ("running", "done", "failed", "stopped", "killed")),)
    id: Mapped[int] = mapped_column(primary_key=True)
    command: Mapped[str] = mapped_column(StorableText(2_000))
    version: Mapped[str] = mapped_column(StorableText(60))
    host: Mapped[str] = mapped_column(StorableText(200))
    pid: Mapped[int]
    started_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    status: Mapped[str] = mapped_column(String(8), default="running")
    requests: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    copy: Mapped[int] = mapped_column(default=0)
    not_article: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
