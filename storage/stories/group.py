"""Group articles into stories, in the transaction that stores them.

The cost of an article does not grow with the database: it is looked up under a fixed number of terms in three weeks,
terms of many articles are not used, and few candidates are compared.

An article founds a story, or joins one and stays. Where an article shows that two stories are one, the older id remains
and the other's row names it. Nothing else merges stories, and only ``kiji db stories`` splits them.
"""

import dataclasses
import logging
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.database.error_codes import classify_error
from storage.database.in_values import dialect_of
from storage.database.upsert import upsert_rows
from storage.reading import Reading
from storage.stories.edges import find_declared_edges, find_similar_articles
from storage.stories.term_index import ALL, TermIndex
from storage.story_rules import StoryChoice, StoryMember
from storage.tables.core import Address, Article
from storage.tables.stories import Story, StoryProfile, StoryTie
from storage.text_rules import rules_of
from storage.visit import EARLIER, Result

logger = logging.getLogger(__name__)

CANDIDATES = 12
"""Articles that one newcomer is compared with at most, beside the first ones of their stories."""

_FIRST = select(Article.id).where(Article.story_id == Story.id).order_by(Article.id).limit(1).scalar_subquery()
_WITH_FIRST = select(Story, _FIRST).where(Story.id.in_(bindparam("ids", expanding=True)))
_MEMBERS = (
    select(StoryProfile.article_id, Article.story_id, Article.language, StoryProfile.at, StoryProfile.terms)
    .join(Article, Article.id == StoryProfile.article_id)
    .where(StoryProfile.article_id.in_(bindparam("ids", expanding=True)), StoryProfile.version == bindparam("version"))
)


def group_batch(session: Session, stored: Iterable[tuple[Reading | None, Result]], now: datetime) -> None:
    """Group the new and changed articles of a batch.

    An error here does not fail the articles.

    Whatever fails leaves these articles without a story, and is logged; trouble with the database itself is raised.
    """
    readings: dict[int, Reading] = {}
    for reading, result in stored:
        if reading is None or result.outcome not in ("new", "updated") or result.reason == EARLIER:
            continue
        article_id = session.get_one(Address, result.lease.address_id).article_id
        if article_id is not None:
            readings[article_id] = reading
    if not readings:
        return
    try:
        with session.begin_nested():
            articles = session.scalars(select(Article).where(Article.id.in_(readings))).all()
            profiles, keys = {}, {}
            for article in articles:
                reading = readings[article.id]
                profiles[article.id] = _profile_of(session, article, reading)
                if reading.precomputed and profiles[article.id] == reading.story_terms:
                    keys[article.id] = reading.precomputed.story_keys
            group_articles(session, articles, profiles, now, keys)
    except Exception as error:
        if classify_error(error, "") is not None:
            raise
        logger.exception("no stories for %d articles; kiji db stories groups them", len(readings))


def _profile_of(session: Session, article: Article, reading: Reading) -> str:
    """Take the worker's profile, unless the stored text differs from its reading."""
    if reading.story_terms and reading.text == article.text:
        return reading.story_terms
    return rules_of(session).story_terms(article.title, article.text, article.language, article.published_at)


def group_articles(
    session: Session,
    articles: Sequence[Article],
    profiles: Mapping[int, str],
    now: datetime,
    known_keys: Mapping[int, Sequence[int]] = types.MappingProxyType({}),
) -> None:
    """Group articles in this order, with stored ones and with each other.

    ``known_keys`` are the profiles' ``story_keys`` where they were made before.
    """
    newcomers, filed = _file_profiles(session, articles, profiles)
    if not newcomers:
        return
    index = TermIndex(session)
    keys = {
        article.id: known_keys.get(article.id) or rules_of(session).story_keys(profiles[article.id], article.language)
        for article in newcomers
    }
    index.load([(article_time(article), keys[article.id]) for article in newcomers])
    neighbourhood = _Neighbourhood(session)
    neighbourhood.load(newcomers, keys, index)
    for article in newcomers:
        neighbourhood.settle(article, profiles[article.id], keys[article.id], index)
        indexed = filed.get(article.id, frozenset())
        index.add(article.id, article_time(article), [key for key in (ALL, *keys[article.id]) if key not in indexed])
    neighbourhood.save(now)
    index.save()


def article_time(article: Article) -> datetime:
    """Give when an article was published, or first seen."""
    return article.published_at or article.first_seen_at


def _file_profiles(
    session: Session, articles: Sequence[Article], profiles: Mapping[int, str]
) -> tuple[list[Article], dict[int, frozenset[int]]]:
    """Store changed profiles; return the articles to group, and their old terms.

    An article that others joined stays in its story, whatever its later revisions say.
    """
    known = {
        profile.article_id: profile
        for profile in session.scalars(select(StoryProfile).where(StoryProfile.article_id.in_(profiles)))
    }
    newcomers = []
    filed = {}
    for article in articles:
        profile, terms = known.get(article.id), profiles[article.id]
        if profile is None:
            profile = StoryProfile(article_id=article.id)
            session.add(profile)
        elif article.story_id is not None and (profile.terms == terms or not _is_alone(session, article)):
            continue
        else:
            filed[article.id] = frozenset((ALL, *rules_of(session).story_keys(profile.terms, article.language)))
        profile.at, profile.version, profile.terms = article_time(article), rules_of(session).story_version, terms
        newcomers.append(article)
    return newcomers, filed


def _is_alone(session: Session, article: Article) -> bool:
    others = exists().where(Article.story_id == article.story_id, Article.id != article.id)
    return not session.scalar(select(others))


class _Neighbourhood:
    """The articles that a batch of newcomers may belong with."""

    def __init__(self, session: Session) -> None:
        self._session, self._rules = session, rules_of(session)
        self._members: dict[int, StoryMember] = {}
        self._first: dict[int, int] = {}
        self._linked: dict[int, set[int]] = {}
        self._alike: dict[int, dict[int, float]] = {}
        self._stories: dict[int, Story] = {}
        self._new_ids: Iterator[int] = iter(())
        self._ties: list[dict[str, object]] = []

    def load(self, newcomers: Sequence[Article], keys: Mapping[int, Sequence[int]], index: TermIndex) -> None:
        """Read candidates, the first articles of their stories, and edges."""
        ids = [article.id for article in newcomers]
        self._linked = find_declared_edges(self._session, ids)
        self._alike = find_similar_articles(self._session, ids)
        wanted = {other for others in self._linked.values() for other in others}
        wanted.update(other for others in self._alike.values() for other in others)
        for article in newcomers:
            at = article_time(article)
            wanted.update(index.candidates(at, *index.counts(at, keys[article.id]), CANDIDATES))
        self._fetch(wanted)
        stories = sorted({m.story_id for m in self._members.values() if m.story_id is not None})
        for chunk in chunks_of(stories):
            for story, first_id in self._session.execute(_WITH_FIRST, {"ids": chunk}):
                self._stories[story.id] = story
                if first_id is not None:
                    self._first[story.id] = first_id
        self._fetch(set(self._first.values()) - self._members.keys())
        self._new_ids = iter(_new_ids(self._session, sum(article.story_id is None for article in newcomers)))

    def _fetch(self, ids: Iterable[int]) -> None:
        for chunk in chunks_of(sorted(ids)):
            for row in self._session.execute(_MEMBERS, {"ids": chunk, "version": self._rules.story_version}):
                self._members[row.article_id] = StoryMember(*row)

    def settle(self, article: Article, terms: str, keys: Sequence[int], index: TermIndex) -> None:
        """Let an article join a story or found one."""
        newcomer = StoryMember(article.id, None, article.language, article_time(article), terms)
        counts, total = index.counts(newcomer.at, keys)
        known = self._known(article, index.candidates(newcomer.at, counts, total, CANDIDATES))
        choice = self._rules.choose_story(newcomer, known, counts, total)
        story = self._take_in(article, choice)
        article.story_id = story.id
        story.first_at, story.last_at = min(story.first_at, newcomer.at), max(story.last_at, newcomer.at)
        self._members[article.id] = dataclasses.replace(newcomer, story_id=story.id)
        self._first.setdefault(story.id, article.id)
        for tie in choice.ties:
            self._ties.append({"article_id": article.id, **dataclasses.asdict(tie)})

    def save(self, now: datetime) -> None:
        """Write the decisions."""
        self._session.flush()
        rows = [{**tie, "decided_at": now} for tie in self._ties]
        keys, changed = ("article_id", "other_id", "kind"), ("weight", "detail", "decided_at")
        upsert_rows(self._session, StoryTie, rows, keys=keys, changed=changed)

    def _known(self, article: Article, candidates: Iterable[int]) -> list[StoryMember]:
        linked, alike = self._linked.get(article.id, set()), self._alike.get(article.id, {})
        ids = {other for other in (*candidates, *linked, *alike) if other in self._members}
        stories = {self._members[other].story_id for other in ids}
        ids.update(self._first[story] for story in stories if story is not None and story in self._first)
        ids.discard(article.id)
        members = (self._members[other] for other in sorted(ids) if other in self._members)
        own = article.story_id
        return [
            dataclasses.replace(member, linked=member.article_id in linked, alike=alike.get(member.article_id, 0.0))
            for member in members
            if own is None or member.story_id != own
        ]

    def _take_in(self, article: Article, choice: StoryChoice) -> Story:
        if choice.story_id is None:
            return self._own_story(article)
        story_id = choice.story_id
        absorbed = set(choice.merged)
        if article.story_id is not None and article.story_id != story_id:  # it was alone in one of its own
            absorbed.add(article.story_id)
            story_id = min(story_id, article.story_id)
            absorbed = (absorbed | {choice.story_id}) - {story_id}
        story = self._story(story_id)
        for other_id in sorted(absorbed):
            self._merge(self._story(other_id), story)
        return story

    def _own_story(self, article: Article) -> Story:
        if article.story_id is not None:
            return self._story(article.story_id)
        story = Story(id=next(self._new_ids), first_at=article_time(article), last_at=article_time(article))
        self._session.add(story)
        self._stories[story.id] = story
        return story

    def _story(self, story_id: int) -> Story:
        if story_id not in self._stories:
            self._stories[story_id] = self._session.get_one(Story, story_id)
        return self._stories[story_id]

    def _merge(self, younger: Story, older: Story) -> None:
        self._session.flush()
        statement = update(Article).where(Article.story_id == younger.id).values(story_id=older.id)
        self._session.execute(statement.execution_options(synchronize_session="fetch"))
        redirect = update(Story).where(Story.merged_into_id == younger.id).values(merged_into_id=older.id)
        self._session.execute(redirect.execution_options(synchronize_session="fetch"))
        younger.merged_into_id = older.id
        older.first_at = min(older.first_at, younger.first_at)
        older.last_at = max(older.last_at, younger.last_at)
        for member in list(self._members.values()):
            if member.story_id == younger.id:
                self._members[member.article_id] = dataclasses.replace(member, story_id=older.id)
        first = [self._first.pop(younger.id, None), self._first.get(older.id)]
        self._first[older.id] = min(number for number in first if number is not None)


def _new_ids(session: Session, number: int) -> Sequence[int]:
    """Give ids that no story has; only one writer works at a time."""
    if dialect_of(session) == "sqlite":
        last = session.scalar(select(func.max(Story.id))) or 0
        return range(last + 1, last + number + 1)
    following = func.nextval(func.pg_get_serial_sequence(Story.__tablename__, "id"))
    return session.scalars(select(following).select_from(func.generate_series(1, number))).all()
