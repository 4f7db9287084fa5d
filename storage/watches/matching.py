"""Match what was stored since the last look, and decide what is sent."""

import dataclasses
import datetime
import logging
import zoneinfo
from collections.abc import Sequence

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.search.nodes import QueryError
from storage.search.parse import parse_query
from storage.search.query import find_ids
from storage.tables.core import Address, Article, Source
from storage.tables.fetches import Fetch
from storage.tables.watches import Watch, WatchMatch

logger = logging.getLogger(__name__)

BATCH = 500
STALE = datetime.timedelta(minutes=15)
"""After so long a claim counts for nothing: whoever made it was stopped before it sent anything."""
DIGEST_EVERY = datetime.timedelta(hours=20)
"""Between two digests of a watch: a daily crawl that begins a little earlier today still sends one."""


@dataclasses.dataclass(frozen=True, slots=True)
class Notice:
    """What one message tells: articles of one watch, at most ``per_day`` of them."""

    watch_id: int
    watch: str
    is_digest: bool
    items: tuple["Item", ...]
    held_back: int


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """One matched article, in one revision."""

    article_id: int
    revision: int
    title: str
    url: str
    source: str
    dated_at: datetime.datetime


def match_new(session: Session, now: datetime.datetime) -> int:
    """Match every watch with the articles and revisions stored since its last look; return the number of matches.

    A query is matched with new articles alone, so its cost is that of what is new.
    """
    newest = session.scalar(select(func.max(Article.id))) or 0
    latest = session.scalar(select(func.max(Fetch.id))) or 0
    matches = 0
    for watch in session.scalars(select(Watch).order_by(Watch.id)).all():
        changed = (
            select(Address.article_id)
            .join(Fetch, Fetch.address_id == Address.id)
            .where(Fetch.id > watch.last_fetch_id, Fetch.outcome == "updated")
        )
        fresh = or_(Article.id > watch.last_article_id, Article.id.in_(changed))
        revisions = {row.id: row.revision for row in session.execute(select(Article.id, Article.revision).where(fresh))}
        matches += _match(session, watch, revisions, now)
        watch.last_article_id, watch.last_fetch_id = newest, latest
    return matches


def _match(session: Session, watch: Watch, revisions: dict[int, int], now: datetime.datetime) -> int:
    try:
        query = parse_query(watch.query, watch.timezone, now)
    except QueryError as error:  # of a newer version with other limits
        logger.warning("watch %s: %s", watch.name, error)
        return 0
    matched = session.execute(select(WatchMatch.article_id, WatchMatch.revision).where(WatchMatch.watch_id == watch.id))
    known = {(row.article_id, row.revision) for row in matched}
    number = 0
    for ids in chunks_of(sorted(revisions), BATCH):
        found = find_ids(session.connection(), query, among=ids)
        rows = [
            {
                "watch_id": watch.id,
                "article_id": each,
                "revision": revisions[each],
                "matched_at": now,
                "outcome": "waiting",
            }
            for each in sorted(found)
            if (each, revisions[each]) not in known
        ]
        if rows:
            session.execute(insert(WatchMatch), rows)
        number += len(rows)
    return number


def claim_notices(session: Session, now: datetime.datetime) -> list[Notice]:
    """Claim what is to be sent now, so that nobody else sends it; :func:`settle` says how it went.

    Of one story one notice is sent; a new revision only where its article was told of. What is over a day's bound is
    not sent at all, and the last notice of the day says how much that is.
    """
    notices = []
    for watch in session.scalars(select(Watch).order_by(Watch.id)).all():
        if watch.mode == "digest" and watch.digest_at is not None and now < watch.digest_at + DIGEST_EVERY:
            continue
        notices += _claim(session, watch, now)
    return notices


def _claim(session: Session, watch: Watch, now: datetime.datetime) -> list[Notice]:
    local = now.astimezone(zoneinfo.ZoneInfo(watch.timezone))
    begin = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(datetime.UTC)
    sent = session.scalar(
        select(func.count())
        .select_from(WatchMatch)
        .where(WatchMatch.watch_id == watch.id, WatchMatch.outcome == "sent", WatchMatch.sent_at >= begin)
    )
    room = watch.per_day if watch.mode == "digest" else watch.per_day - (sent or 0)
    items: list[Item] = []
    over: list[tuple[int, int]] = []
    told_articles, told_stories = _told(session, watch.id)
    for match, article, url, source in _waiting(session, watch.id, now):
        if article.id not in told_articles and article.story_id in told_stories:
            match.outcome = "same_story"
        elif len(items) >= room:
            over.append((match.article_id, match.revision))
            match.outcome = "over_limit"
        else:
            match.claimed_at = now
            dated = article.published_at or article.first_seen_at
            items.append(Item(article.id, match.revision, article.title, url, source, dated))
        told_articles.add(article.id)
        if article.story_id is not None:
            told_stories.add(article.story_id)
    if not items:
        return []
    if watch.mode == "digest":
        watch.digest_at = now
        return [Notice(watch.id, watch.name, True, tuple(items), len(over))]
    last = len(items) - 1
    return [
        Notice(watch.id, watch.name, False, (item,), len(over) if number == last else 0)
        for number, item in enumerate(items)
    ]


def _waiting(session: Session, watch_id: int, now: datetime.datetime) -> Sequence[tuple[WatchMatch, Article, str, str]]:
    """Give the matches that nobody sends at present, the oldest first."""
    statement = (
        select(WatchMatch, Article, Address.url, Source.name)
        .join(Article, Article.id == WatchMatch.article_id)
        .join(Address, Address.id == Article.address_id)
        .join(Source, Source.id == Article.source_id)
        .where(
            WatchMatch.watch_id == watch_id,
            WatchMatch.outcome == "waiting",
            or_(WatchMatch.claimed_at.is_(None), WatchMatch.claimed_at < now - STALE),
        )
        .order_by(WatchMatch.matched_at, WatchMatch.article_id, WatchMatch.revision)
    )
    return [(match, article, url, name) for match, article, url, name in session.execute(statement)]


def _told(session: Session, watch_id: int) -> tuple[set[int], set[int]]:
    """Give the articles and stories that were sent or are being sent."""
    told = (
        select(Article.id, Article.story_id)
        .join(WatchMatch, WatchMatch.article_id == Article.id)
        .where(
            WatchMatch.watch_id == watch_id, or_(WatchMatch.outcome != "waiting", WatchMatch.claimed_at.is_not(None))
        )
    )
    rows = session.execute(told).all()
    return {row.id for row in rows}, {row.story_id for row in rows if row.story_id is not None}


def settle(session: Session, notice: Notice, now: datetime.datetime, *, was_taken: bool) -> None:
    """Mark a notice as sent, or give it back to be sent again."""
    values = {"outcome": "sent", "sent_at": now} if was_taken else {"claimed_at": None}
    for item in notice.items:
        key = (WatchMatch.watch_id == notice.watch_id, WatchMatch.article_id == item.article_id)
        session.execute(update(WatchMatch).where(*key, WatchMatch.revision == item.revision).values(**values))
    if notice.is_digest and not was_taken:
        session.execute(update(Watch).where(Watch.id == notice.watch_id).values(digest_at=None))
