"""Give storage the pure functions that it needs from the pipelines."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from pipelines.addresses.parameters import ParameterRules
from pipelines.addresses.place import place as place
from pipelines.boilerplate import site_lines
from pipelines.duplicates import dated_notices, minhash
from pipelines.duplicates.comparison import compare, text_hash
from pipelines.entities import find as entities
from pipelines.stories import cluster as stories
from pipelines.stories import profile as story_terms
from pipelines.stories.similarity import fitted_weights
from storage.entity_rules import Mention
from storage.reading import Line
from storage.signature import Signature
from storage.site_lines import RememberedPage
from storage.story_rules import StoryMember, StoryPair
from storage.text_rules import Comparison, Place


class PipelineRules:
    """The functions of ``storage.text_rules.TextRules``, from this package.

    ``rules`` are the operator's for the parameters of some sites. Without ``stories`` no article is grouped.
    """

    def __init__(self, rules: ParameterRules | None = None, *, stories: bool = True) -> None:
        self._rules = rules
        self._stories = stories

    def place(self, url: str) -> Place:
        """See :func:`place`."""
        return place(url, self._rules)

    def text_hash(self, text: str) -> str:
        """See ``comparison.text_hash``."""
        return text_hash(text)

    def compare(self, text_a: str, text_b: str, language: str) -> Comparison:
        """See ``comparison.compare``."""
        return compare(text_a, text_b, language)

    @property
    def entity_version(self) -> int:
        """See ``entities.find``."""
        return entities.ALGORITHM_VERSION

    def find_entities(self, title: str, text: str, language: str) -> Sequence[Mention]:
        """See ``entities.find.find_entities``."""
        return entities.find_entities(title, text, language)

    @property
    def signature_version(self) -> int:
        """See ``minhash.SIGNATURE_VERSION``."""
        return minhash.SIGNATURE_VERSION

    def sign(self, text: str, language: str) -> Signature:
        """See ``minhash.sign``."""
        return minhash.sign(text, language)

    def is_dated_notice(self, text: str, first: datetime | None, second: datetime | None) -> bool:
        """See ``dated_notices.is_dated_notice``."""
        return dated_notices.is_dated_notice(text, first, second)

    def lines(self, text: str) -> Sequence[Line]:
        """See ``site_lines.fingerprint_lines``."""
        return site_lines.fingerprint_lines(text)

    def find_site_boilerplate(
        self, lines: Sequence[Line], others: Collection[RememberedPage], known: Mapping[int, int]
    ) -> frozenset[int]:
        """See ``site_lines.find_site_boilerplate``."""
        return site_lines.find_site_boilerplate(lines, others, known)

    @property
    def groups_stories(self) -> bool:
        """See ``StoryRules.groups_stories``."""
        return self._stories

    @property
    def story_version(self) -> int:
        """See ``profile.ALGORITHM_VERSION``."""
        return story_terms.ALGORITHM_VERSION

    def story_terms(self, title: str, text: str, language: str, published_at: datetime | None) -> str:
        """See ``profile.story_terms``."""
        return story_terms.story_terms(title, text, language, published_at)

    def story_keys(self, terms: str, language: str) -> tuple[int, ...]:
        """See ``profile.story_keys``."""
        return story_terms.story_keys(terms, language)

    @property
    def story_threshold(self) -> float:
        """See ``similarity.Weights``."""
        return fitted_weights().together_across

    def compare_articles(
        self,
        newcomer: StoryMember,
        others: Sequence[StoryMember],
        counts: Mapping[int, int],
        total: int,
        *,
        named: bool = True,
    ) -> Sequence[StoryPair]:
        """See ``cluster.compare_articles``."""
        return stories.compare_articles(newcomer, others, counts, total, named=named)

    def cluster_articles(
        self,
        ids: Sequence[int],
        weights: Mapping[tuple[int, int], float],
        apart: Iterable[tuple[int, int]],
        across: Collection[tuple[int, int]] = (),
    ) -> list[list[int]]:
        """See ``cluster.cluster_articles``."""
        return stories.cluster_articles(ids, weights, apart, across)
