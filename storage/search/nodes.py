"""Define what a query consists of: words, filters, and how they are joined."""

import dataclasses
import datetime
from collections.abc import Iterator

from storage.errors import DatabaseError
from storage.search.terms import Term, is_certain


class QueryError(DatabaseError):
    """The query cannot be answered; the message is one line that says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase in any of its ``forms``; ``in_title`` looks at titles alone."""

    forms: tuple[Term, ...]
    in_title: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Near:
    """Two words with at most ``distance`` words or CJK characters between them, in any order."""

    one: Word
    other: Word
    distance: int


@dataclasses.dataclass(frozen=True, slots=True)
class Filter:
    """A condition on what the index has of an article: ``kind`` is a key of FILTERS."""

    kind: str
    value: str | datetime.datetime


FILTERS = ("site", "source", "lang", "author", "after", "before")


@dataclasses.dataclass(frozen=True, slots=True)
class All:
    """Every part has to fit."""

    parts: tuple["Node", ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Some:
    """One part has to fit."""

    parts: tuple["Node", ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Not:
    """The part must not fit."""

    part: "Node"


Node = Word | Near | Filter | All | Some | Not


def children(node: Node) -> tuple[Node, ...]:
    """Give the parts of a node."""
    if isinstance(node, All | Some):
        return node.parts
    if isinstance(node, Near):
        return node.one, node.other
    return (node.part,) if isinstance(node, Not) else ()


def walk(node: Node) -> Iterator[Node]:
    """Give a node and all nodes in it."""
    yield node
    for part in children(node):
        yield from walk(part)


def wanted_words(node: Node) -> Iterator[Word]:
    """Give the words that count for a hit: those under no exclusion."""
    if isinstance(node, Word):
        yield node
    elif not isinstance(node, Not):
        for part in children(node):
            yield from wanted_words(part)


def is_decided_by_index(node: Node) -> bool:
    """Tell whether the index alone decides a node, so that no text has to be read."""
    if isinstance(node, Near):
        return False
    if isinstance(node, Word):
        return all(map(is_certain, node.forms))
    return all(map(is_decided_by_index, children(node)))


@dataclasses.dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: all ``parts`` have to fit. Without parts it finds nothing."""

    parts: tuple[Node, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        """The words that count for a hit."""
        return tuple(dict.fromkeys(word for part in self.parts for word in wanted_words(part)))

    @property
    def terms(self) -> tuple[Term, ...]:
        """The forms of the words that count, to be marked in texts."""
        return tuple(dict.fromkeys(form for word in self.words for form in word.forms))

    @property
    def undecided(self) -> tuple[Node, ...]:
        """The parts that an article's text has to decide."""
        return tuple(part for part in self.parts if not is_decided_by_index(part))
