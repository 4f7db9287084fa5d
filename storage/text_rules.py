"""Declare the rules about texts and addresses that storage needs."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from storage.entity_rules import EntityRules
from storage.reading import Line
from storage.signature import Signature
from storage.site_lines import RememberedPage
from storage.story_rules import StoryRules

if TYPE_CHECKING:
    from sqlalchemy.orm import Session  # the pages' workers import this module, and no database

LONGEST_ADDRESS = 2_100
"""Characters that are held of an address or its key: what is longer could not be asked for again."""


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """An address as stored: ``key`` is the same for all its spellings."""

    url: str
    key: str
    host: str
    domain: str


class Comparison(Protocol):
    """How two texts compare: ``exact``, ``near`` or ``different``.

    ``containment`` is the share of the smaller text's shingles in the other, 0 to 1. ``alike`` says that the words
    overlap enough for a copy whatever the facts say, ``reason`` which rule decided.
    """

    @property
    def kind(self) -> str: ...  # noqa: D102 - described by the class

    @property
    def similarity(self) -> float: ...  # noqa: D102 - described by the class

    @property
    def containment(self) -> float: ...  # noqa: D102 - described by the class

    @property
    def alike(self) -> bool: ...  # noqa: D102 - described by the class

    @property
    def reason(self) -> str: ...  # noqa: D102 - described by the class


class TextRules(StoryRules, EntityRules, Protocol):
    """Pure decisions of the pipelines; they hold no state and never raise."""

    def place(self, url: str) -> Place:
        """Normalise an absolute address."""

    def text_hash(self, text: str) -> str:
        """Hash a text's words; "" for a text without words."""

    def compare(self, text_a: str, text_b: str, language: str) -> Comparison:
        """Decide whether two texts are one article."""

    @property
    def signature_version(self) -> int:
        """The version of the algorithm that signs texts."""

    def sign(self, text: str, language: str) -> Signature:
        """Sign a text, for the index of near copies."""

    def is_dated_notice(self, text: str, first: datetime | None, second: datetime | None) -> bool:
        """Tell whether one publisher's equal texts report two events."""

    def lines(self, text: str) -> Sequence[Line]:
        """Split a text into the lines by which pages of a host are compared."""

    def find_site_boilerplate(
        self, lines: Sequence[Line], others: Collection[RememberedPage], known: Mapping[int, int]
    ) -> frozenset[int]:
        """Find a page's repeated lines, by fingerprint; ``known`` has page counts."""


_KEY = "text_rules"


def bind_rules(session: "Session", rules: TextRules) -> None:
    """Bind the rules to a session, in its ``info``."""
    session.info[_KEY] = rules


def rules_of(session: "Session") -> TextRules:
    """Return the rules that were bound to a session. Raises KeyError where none were."""
    rules: TextRules = session.info[_KEY]
    return rules
