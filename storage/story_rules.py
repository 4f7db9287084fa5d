"""Declare the rules about stories that the pipelines make for storage."""

import dataclasses
import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol


@dataclasses.dataclass(frozen=True, slots=True)
class StoryMember:
    """An article for grouping: ``at`` is its time, ``terms`` its packed profile.

    ``story_id`` is None before it is grouped. ``linked`` and ``alike`` are about the article that it is compared with:
    a page of one declares the other as related, and how similar their words are where they are alike (0 where not).
    """

    article_id: int
    story_id: int | None
    language: str
    at: datetime.datetime
    terms: str
    linked: bool = False
    alike: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class StoryPair:
    """How an article compares with another one.

    ``weight`` is 0 to 1: how likely both report one event. ``apart`` is true where they report different parts of a
    series, so that nothing puts them in one story. ``detail`` names what they share, "" where the weight is too small.
    """

    other_id: int
    weight: float
    apart: bool
    detail: str


class StoryRules(Protocol):
    """Pure decisions about stories; they hold no state and never raise."""

    @property
    def groups_stories(self) -> bool:
        """Tell whether stored articles are prepared for grouping, and grouped at the end of a run."""

    @property
    def story_version(self) -> int:
        """The algorithm's version, stored with every profile."""

    def story_terms(self, title: str, text: str, language: str, published_at: datetime.datetime | None) -> str:
        """Make an article's packed profile."""

    def story_keys(self, terms: str, language: str) -> Sequence[int]:
        """Give the hashes under which a profile is filed.

        The odd ones are words of the language, the even ones mean the same in all languages.
        """

    @property
    def story_threshold(self) -> float:
        """The least mean weight between two groups of articles that are one story."""

    def compare_articles(
        self,
        newcomer: StoryMember,
        others: Sequence[StoryMember],
        counts: Mapping[int, int],
        total: int,
        *,
        named: bool = True,
    ) -> Sequence[StoryPair]:
        """Compare an article with others.

        ``counts`` are the articles in the newcomer's weeks by key, for the newcomer's keys; ``total`` is all of them.
        Without ``named`` every ``detail`` is "".
        """

    def cluster_articles(
        self,
        ids: Sequence[int],
        weights: Mapping[tuple[int, int], float],
        apart: Iterable[tuple[int, int]],
        across: Collection[tuple[int, int]] = (),
    ) -> list[list[int]]:
        """Group articles into stories.

        ``weights`` are those of pairs of ``ids``, 0 where they are missing. ``apart`` are pairs that may not be in one
        story, ``across`` those of two languages. The result does not depend on the order of the pairs, only on that of
        ``ids`` where weights are equal.
        """
