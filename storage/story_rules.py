"""Declare the rules about stories that the pipelines make for storage."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

TieKind = Literal["alike", "link", "terms"]


@dataclasses.dataclass(frozen=True, slots=True)
class StoryMember:
    """An article for grouping: ``at`` is its time, ``terms`` its packed profile.

    ``story_id`` is None for a newcomer. ``linked`` and ``alike`` are about the newcomer that it is compared with: a
    page of one declares the other as related, and how similar their words are where they are alike (0 where not).
    """

    article_id: int
    story_id: int | None
    language: str
    at: datetime.datetime
    terms: str
    linked: bool = False
    alike: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Tie:
    """Why a newcomer belongs to another article's story."""

    other_id: int
    kind: TieKind
    weight: float
    detail: str


@dataclasses.dataclass(frozen=True, slots=True)
class StoryChoice:
    """The story to join, None for a new one; ``merged`` turned out to be it too."""

    story_id: int | None = None
    ties: tuple[Tie, ...] = ()
    merged: tuple[int, ...] = ()


class StoryRules(Protocol):
    """Pure decisions about stories; they hold no state and never raise."""

    @property
    def story_version(self) -> int:
        """The algorithm's version, stored with every profile."""

    def story_terms(self, title: str, text: str, language: str, published_at: datetime.datetime | None) -> str:
        """Make an article's packed profile."""

    def story_keys(self, terms: str, language: str) -> Sequence[int]:
        """Give the hashes under which a profile is filed, the most telling first."""

    def choose_story(
        self, newcomer: StoryMember, known: Sequence[StoryMember], counts: Mapping[int, int], total: int
    ) -> StoryChoice:
        """Decide which story an article belongs to.

        ``known`` are the articles of near times that share rare terms, links or words with it, and the first one of
        each of their stories. ``counts`` are the articles in these weeks by key, ``total`` is all of them.
        """
