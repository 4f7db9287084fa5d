"""Group waiting articles into stories, a batch a transaction.

A batch is compared with its candidates: articles under the same rare terms in three weeks, declared links and similar
texts. The articles that are tied to the batch, directly or through others, are then clustered together
(``StoryRules.cluster_articles``). So a late article can join two stories, or part one. The cost of an article does not
grow with the database: the candidates and the articles that are clustered at once are bounded.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.database.upsert import insert_into
from storage.stories.assign import assign_stories
from storage.stories.edges import find_declared_edges, find_similar_articles
from storage.stories.term_index import TermIndex
from storage.story_rules import StoryMember, StoryPair
from storage.tables.core import Article
from storage.tables.stories import IS_WAITING, StoryProfile, StoryTie
from storage.text_rules import rules_of

CANDIDATES, CANDIDATES_BY_NAMES = 12, 12
"""Articles that one waiting article is compared with at most, to find the stories that it may belong to.

They are found by all terms, and by those alone that all languages share. Else, in a large archive, articles of its own
language take all places."""

CLUSTERED = 80
"""Articles that are clustered at once: 3,160 comparisons, some 0.2 s. Weaker ties of larger sets are cut first."""

TIES_KEPT = 8
"""Ties to earlier articles that are kept as an article's evidence, the strongest first."""

_STEPS = 12  # of ties from a batch to the articles that are clustered with it
_MEMBERS = (
    select(StoryProfile.article_id, Article.story_id, Article.language, StoryProfile.at, StoryProfile.terms)
    .join(Article, Article.id == StoryProfile.article_id)
    .where(StoryProfile.article_id.in_(bindparam("ids", expanding=True)), StoryProfile.version == bindparam("version"))
)
_TIES = select(StoryTie.article_id, StoryTie.other_id, StoryTie.weight).where(StoryTie.kind == "terms")
_IN_STORIES = select(Article.id, Article.story_id).where(Article.story_id.in_(bindparam("ids", expanding=True)))

Pair = tuple[int, int]
Wanted = Sequence[tuple[datetime, Sequence[int]]]


def group_waiting(session: Session, limit: int, now: datetime) -> int:
    """Group up to ``limit`` waiting articles, in the order of their times; return how many."""
    waiting = _waiting(session, limit)
    if waiting:
        batch = _Batch(session, waiting)
        batch.find_ties()
        batch.extend()
        assign_stories(session, [cluster for piece in batch.pieces() for cluster in batch.cluster(piece)])
        batch.save_ties(now)
        _settle(session, waiting)
    return len(waiting)


def separate_waiting(session: Session, limit: int) -> int:
    """Give each of the articles that :func:`group_waiting` would take a story of its own; return how many."""
    waiting = _waiting(session, limit)
    alone = [StoryMember(*row) for row in session.execute(_MEMBERS, {"ids": waiting, "version": _version(session)})]
    assign_stories(session, [[member] for member in alone if member.story_id is None])
    _settle(session, waiting)
    return len(waiting)


def _version(session: Session) -> int:
    return rules_of(session).story_version


def _waiting(session: Session, limit: int) -> Sequence[int]:
    return session.scalars(
        select(StoryProfile.article_id)
        .where(IS_WAITING, StoryProfile.version == _version(session))
        .order_by(StoryProfile.at, StoryProfile.article_id)
        .limit(limit)
    ).all()


def _settle(session: Session, ids: Sequence[int]) -> None:
    statement = update(StoryProfile).where(StoryProfile.article_id.in_(ids)).values(settled=True)
    session.execute(statement.execution_options(synchronize_session=False))


class _Batch:
    """Waiting articles, and those that they are clustered with."""

    def __init__(self, session: Session, waiting: Sequence[int]) -> None:
        self._session, self._rules, self._waiting = session, rules_of(session), waiting
        self._members: dict[int, StoryMember] = {}
        self._index = TermIndex(session)
        self._keys: dict[int, Sequence[int]] = {}
        self._linked: dict[int, set[int]] = {}
        self._alike: dict[int, dict[int, float]] = {}
        self._ties: dict[Pair, float] = {}
        self._pairs: dict[Pair, StoryPair] = {}
        self._fetch(waiting)
        self._prepare(waiting, load=self._index.load)

    def find_ties(self) -> None:
        """Compare the waiting articles with their candidates."""
        wanted: dict[int, set[int]] = {}
        for number in self._waiting:
            member = self._members[number]
            counts, total = self._index.counts(member.at, self._keys[number])
            shared = {key: count for key, count in counts.items() if key % 2 == 0}
            found = {
                *self._index.candidates(member.at, counts, total, CANDIDATES + 1),
                *self._index.candidates(member.at, shared, total, CANDIDATES_BY_NAMES + 1),
            }
            wanted[number] = (found | self._linked.get(number, set()) | self._alike.get(number, {}).keys()) - {number}
        self._fetch({other for others in wanted.values() for other in others})
        for number, others in wanted.items():
            for pair in self._compare(number, sorted(others & self._members.keys()), named=False):
                if pair.weight >= self._rules.story_threshold:
                    self._ties[_key(number, pair.other_id)] = pair.weight

    def extend(self) -> None:
        """Add what is tied to the batch through others, and the stories of all these."""
        reached = {number for pair in self._ties for number in pair} | set(self._waiting)
        fresh = set(reached)
        for _ in range(_STEPS):
            if not fresh or len(reached) > CLUSTERED * len(self._waiting):
                break
            others = self._tied(fresh) | self._in_their_stories(fresh)
            fresh = others - reached
            reached |= fresh
        self._fetch(reached - self._members.keys())

    def _tied(self, ids: Iterable[int]) -> set[int]:
        others = set()
        for chunk in chunks_of(sorted(ids)):
            either = or_(StoryTie.article_id.in_(chunk), StoryTie.other_id.in_(chunk))
            for one, other, weight in self._session.execute(_TIES.where(either)):
                self._ties.setdefault(_key(one, other), weight)
                others |= {one, other}
        return others

    def _in_their_stories(self, ids: Iterable[int]) -> set[int]:
        """Read the other articles of these articles' stories; they are tied to them."""
        self._fetch(set(ids) - self._members.keys())
        first: dict[int, int] = {}
        for number in sorted(ids):
            story = self._members[number].story_id if number in self._members else None
            if story is not None:
                first.setdefault(story, number)
        others = set()
        for chunk in chunks_of(sorted(first)):
            for number, story in self._session.execute(_IN_STORIES, {"ids": chunk}):
                if story is not None and number != first[story]:
                    self._ties.setdefault(_key(number, first[story]), 1.0)
                    others.add(number)
        return others

    def pieces(self) -> list[list[StoryMember]]:
        """Part all these articles where no ties lead from one to another, each piece in the order of time."""
        known = {pair: weight for pair, weight in self._ties.items() if self._members.keys() >= set(pair)}
        numbers = [member.article_id for member in sorted(self._members.values(), key=_order)]
        wanted = set(self._waiting) | {number for pair in known for number in pair}
        whole = _parted([number for number in numbers if number in wanted], known)
        self._prepare([number for piece in whole if len(piece) > 1 for number in piece], self._index.load_counts)
        return [[self._members[number] for number in piece] for piece in whole]

    def cluster(self, piece: Sequence[StoryMember]) -> list[list[StoryMember]]:
        """Compare all pairs of a piece, and cluster it."""
        if len(piece) == 1:
            return [list(piece)]
        numbers = [member.article_id for member in piece]
        for place, number in enumerate(numbers):
            for pair in self._compare(number, numbers[:place]):
                self._pairs[number, pair.other_id] = pair
        inside = {(one, other): self._pairs[one, other] for at, one in enumerate(numbers) for other in numbers[:at]}
        weights = {both: pair.weight for both, pair in inside.items()}
        apart = [both for both, pair in inside.items() if pair.apart]
        language = {member.article_id: member.language for member in piece}
        across = {(one, other) for one, other in inside if language[one] != language[other]}
        return [
            [self._members[number] for number in cluster]
            for cluster in self._rules.cluster_articles(numbers, weights, apart, across)
        ]

    def save_ties(self, now: datetime) -> None:
        """Write the pairs of the pieces that are likely enough, in place of those before."""
        numbers = sorted({number for pair in self._pairs for number in pair} | set(self._waiting))
        for chunk in chunks_of(numbers):
            gone = StoryTie.__table__.delete().where(StoryTie.article_id.in_(chunk))  # type: ignore[attr-defined]
            self._session.execute(gone)
        by_article: dict[int, list[StoryPair]] = {}
        for (number, _), pair in self._pairs.items():
            if pair.weight >= self._rules.story_threshold:
                by_article.setdefault(number, []).append(pair)
        rows = [
            row
            for number, pairs in by_article.items()
            for pair in sorted(pairs, key=lambda pair: (-pair.weight, pair.other_id))[:TIES_KEPT]
            for row in self._evidence(number, pair)
        ]
        if rows:
            decided = [{**row, "decided_at": now} for row in rows]
            self._session.execute(insert_into(self._session, StoryTie).on_conflict_do_nothing(), decided)

    def _evidence(self, number: int, pair: StoryPair) -> Iterable[dict[str, object]]:
        both = {"article_id": number, "other_id": pair.other_id}
        yield {**both, "kind": "terms", "weight": round(pair.weight, 3), "detail": pair.detail}
        if pair.other_id in self._linked.get(number, ()):
            yield {**both, "kind": "link", "weight": round(pair.weight, 3), "detail": "related link"}
        alike = self._alike.get(number, {}).get(pair.other_id)
        if alike:
            yield {**both, "kind": "alike", "weight": round(alike, 3), "detail": "the same words with other facts"}

    def _fetch(self, ids: Iterable[int]) -> None:
        """Read articles with their profiles."""
        for chunk in chunks_of(sorted(set(ids) - self._members.keys())):
            for row in self._session.execute(_MEMBERS, {"ids": chunk, "version": self._rules.story_version}):
                member = StoryMember(*row)
                self._members[member.article_id] = member

    def _prepare(self, ids: Iterable[int], load: Callable[[Wanted], None]) -> None:
        """Read what articles need that others are compared with: their terms' counts, and their edges."""
        new = [number for number in ids if number not in self._keys]
        for number in new:
            member = self._members[number]
            self._keys[number] = self._rules.story_keys(member.terms, member.language)
        load([(self._members[number].at, self._keys[number]) for number in new])
        for chunk in chunks_of(sorted(new)):
            self._linked |= find_declared_edges(self._session, chunk)
            self._alike |= find_similar_articles(self._session, chunk)

    def _compare(self, number: int, others: Sequence[int], *, named: bool = True) -> Sequence[StoryPair]:
        member = self._members[number]
        counts, total = self._index.counts(member.at, self._keys[number])
        linked, alike = self._linked.get(number, set()), self._alike.get(number, {})
        known = [
            dataclasses.replace(self._members[other], linked=other in linked, alike=alike.get(other, 0.0))
            if other in linked or other in alike
            else self._members[other]
            for other in others
        ]
        return self._rules.compare_articles(member, known, counts, total, named=named)


def _key(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _order(member: StoryMember) -> tuple[datetime, int]:
    return member.at, member.article_id


def _parted(numbers: Sequence[int], ties: Mapping[Pair, float]) -> list[list[int]]:
    """Part articles into connected pieces; one above CLUSTERED is parted again by its stronger ties alone."""
    near: dict[int, list[int]] = {number: [] for number in numbers}
    for one, other in ties:
        near[one].append(other)
        near[other].append(one)
    piece_of: dict[int, int] = {}
    for start in numbers:
        fresh = [start] if start not in piece_of else []
        while fresh:
            number = fresh.pop()
            if number not in piece_of:
                piece_of[number] = start
                fresh += near[number]
    pieces: dict[int, list[int]] = {}
    for number in numbers:
        pieces.setdefault(piece_of[number], []).append(number)
    parted = []
    for piece in pieces.values():
        if len(piece) <= CLUSTERED:
            parted.append(piece)
            continue
        inside = {pair: weight for pair, weight in ties.items() if piece_of[pair[0]] == piece_of[piece[0]]}
        strongest = sorted(inside.values())[len(inside) // 2]
        stronger = {pair: weight for pair, weight in inside.items() if weight > strongest}
        if stronger:
            parted += _parted(piece, stronger)
        else:  # all ties are equal: by time
            parted += [list(chunk) for chunk in chunks_of(piece, CLUSTERED)]
    return parted
