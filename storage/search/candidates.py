"""Decide by their texts which candidates of the index fit a query."""

import bisect
import functools
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.search.folding import PIECE
from storage.search.match import filter_condition
from storage.search.nodes import All, Filter, Near, Node, Not, Query, Some, Word
from storage.search.occurrences import SearchedText
from storage.tables.search import SearchDocument


class Candidate:
    """An article that the index gives; its texts are folded when needed."""

    def __init__(self, row: Row[*tuple[Any, ...]]) -> None:
        self.row = row

    @functools.cached_property
    def title(self) -> SearchedText:
        """The title."""
        return SearchedText(self.row.title)

    @functools.cached_property
    def summary(self) -> SearchedText:
        """The lead."""
        return SearchedText(self.row.summary)

    @functools.cached_property
    def text(self) -> SearchedText:
        """The text."""
        return SearchedText(self.row.text)

    def _fields(self, *, in_title: bool) -> Iterator[SearchedText]:
        """Give the fields that are searched, each only when it is asked for."""
        yield self.title
        if not in_title:
            yield self.text
            yield self.summary

    def has(self, word: Word) -> bool:
        """Tell whether a field has the word in any form."""
        return any(field.count(form) for field in self._fields(in_title=word.in_title) for form in word.forms)

    def has_near(self, near: Near) -> bool:
        """Tell whether a field has both words close to each other."""
        return any(_are_near(near, field) for field in self._fields(in_title=near.one.in_title or near.other.in_title))

    def count(self, query: Query) -> list[tuple[int, ...]]:
        """Count, for each word of a query, its places in title, summary and text."""
        return [
            tuple(sum(map(field.count, word.forms)) for field in (self.title, self.summary, self.text))
            for word in query.words
        ]


def fitting(connection: Connection, undecided: Sequence[Node], candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Give the candidates that fit the parts of a query which the index did not decide."""
    page = _Page(connection, [each.row.id for each in candidates])
    yield from (each for each in candidates if all(page.fits(part, each) for part in undecided))


class _Page:
    """Candidates that are decided together: a filter is asked for once for all of them."""

    def __init__(self, connection: Connection, ids: Sequence[int]) -> None:
        self._connection = connection
        self._ids = ids
        self._filtered: dict[Filter, frozenset[int]] = {}

    def fits(self, node: Node, candidate: Candidate) -> bool:
        if isinstance(node, Word):
            return candidate.has(node)
        if isinstance(node, Near):
            return candidate.has_near(node)
        if isinstance(node, All):
            return all(self.fits(part, candidate) for part in node.parts)
        if isinstance(node, Some):
            return any(self.fits(part, candidate) for part in node.parts)
        if isinstance(node, Not):
            return not self.fits(node.part, candidate)
        return candidate.row.id in self._fitting_filter(node)

    def _fitting_filter(self, node: Filter) -> frozenset[int]:
        if node not in self._filtered:
            ids = SearchDocument.__table__.c.article_id
            statement = select(ids).where(ids.in_(self._ids), filter_condition(node))
            self._filtered[node] = frozenset(self._connection.scalars(statement))
        return self._filtered[node]


def _are_near(near: Near, field: SearchedText) -> bool:
    """Tell whether two words have at most ``near.distance`` words or CJK characters between them."""
    ones = sorted(place for form in near.one.forms for place in field.spans(form))
    others = sorted(place for form in near.other.forms for place in field.spans(form)) if ones else []
    if not others:
        return False
    text = field.folded.spelled
    return _follows_within(near.distance, ones, others, text) or _follows_within(near.distance, others, ones, text)


def _follows_within(
    distance: int, ones: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]], text: str
) -> bool:
    """Tell whether a place of ``others`` begins after one of ``ones`` ends, with few words or characters between."""
    starts = [start for start, _ in others]
    for number, (_, end) in enumerate(ones):
        following = bisect.bisect_left(starts, end)
        if following == len(starts):
            return False
        if number + 1 < len(ones) and ones[number + 1][1] <= starts[following]:
            continue  # the next one is nearer
        if _are_few_between(distance, text, end, starts[following]):
            return True
    return False


def _are_few_between(most: int, text: str, start: int, end: int) -> bool:
    """Tell whether a part of a text has at most so many words and CJK characters."""
    number = 0
    for match in PIECE.finditer(text, start, end):
        number += len(match[0]) if match.lastgroup == "run" else 1
        if number > most:
            return False
    return True
